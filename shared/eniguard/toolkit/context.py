"""The context object of Function Compute, typed, for the runtimes python3.10 and python3.12.

The two runtimes hand over different objects: that of python3.12 has no ``credentials`` and no ``service``
(docs/sources.md, Events). What the guard reads exists in both.
"""

from __future__ import annotations

from msgspec import Struct


class FcContext(Struct, frozen=True, gc=False):
    """What a function knows of the call that woke it; ``None`` where the runtime does not say."""

    request_id: str | None = None
    function_name: str | None = None
    region: str | None = None
    account_id: str | None = None

    @classmethod
    def of(cls, context: object) -> FcContext:
        """The typed context behind the runtime's object; ``None`` gives an empty one."""
        function = getattr(context, "function", None)
        return cls(
            request_id=_text(context, "request_id"),
            function_name=_text(function, "name"),
            region=_text(context, "region"),
            account_id=_text(context, "account_id"),
        )


def _text(owner: object, name: str) -> str | None:
    value = getattr(owner, name, None)
    return None if value is None else str(value)
