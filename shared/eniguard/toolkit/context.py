"""The context object of Function Compute, typed, for the runtimes python3.10 and python3.12.

The two runtimes hand over different objects: that of python3.12 has no ``credentials`` and no ``service``,
and keeps what they held in environment variables, in ``function`` and in itself (docs/sources.md, Function
Compute). Here both read the same.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from msgspec import Struct


class FcCredentials(Struct, frozen=True, gc=False):
    """The temporary credentials of the function's role; the secret parts never show in its repr."""

    access_key_id: str
    access_key_secret: str
    security_token: str | None = None

    def __repr__(self) -> str:
        return f"FcCredentials({self.access_key_id!r}, access_key_secret=***, security_token=***)"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """What rich shows, in tracebacks too."""
        return [("access_key_id", self.access_key_id)]


class FcTracing(Struct, frozen=True, gc=False):
    """What python3.10 says of the trace a call belongs to.

    ``span_context`` is Jaeger's ``trace:span:parent:flags``. The address of the collector carries its
    access token and never shows in the repr.
    """

    span_context: str | None = None
    jaeger_endpoint: str | None = None

    def __repr__(self) -> str:
        return f"FcTracing(span_context={self.span_context!r}, jaeger_endpoint=***)"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """What rich shows, in tracebacks too."""
        return [("span_context", self.span_context)]


class FcContext(Struct, frozen=True, gc=False):
    """What a function knows of the call that woke it; ``None`` where neither runtime nor environment says.

    ``memory`` is in MB, ``timeout`` in seconds.

    Examples
    --------
    >>> context = FcContext.of(None, {"FC_FUNCTION_NAME": "trail_event", "FC_TIMEOUT": "60"})
    >>> context.function_name, context.timeout, context.request_id
    ('trail_event', 60.0, None)
    """

    request_id: str | None = None
    function_name: str | None = None
    region: str | None = None
    account_id: str | None = None
    handler: str | None = None
    memory: int | None = None
    timeout: float | None = None
    version: str | None = None
    qualifier: str | None = None
    log_project: str | None = None
    log_store: str | None = None
    instance_id: str | None = None
    tracing: FcTracing | None = None
    credentials: FcCredentials | None = None

    @classmethod
    def of(cls, context: object, environment: Mapping[str, str] | None = None) -> FcContext:
        """The typed context behind the runtime's object.

        Parameters
        ----------
        context
            What the runtime hands to the handler; ``None`` outside of Function Compute.
        environment
            Where to look for what the object does not have; the process's environment by default.
        """
        variables = os.environ if environment is None else environment
        function = getattr(context, "function", None)
        service = getattr(context, "service", None)
        return cls(
            request_id=_text(context, "request_id"),
            function_name=_text(function, "name") or variables.get("FC_FUNCTION_NAME"),
            region=_text(context, "region") or variables.get("FC_REGION"),
            account_id=_text(context, "account_id") or variables.get("FC_ACCOUNT_ID"),
            handler=_text(function, "handler") or variables.get("FC_FUNCTION_HANDLER"),
            memory=_whole(_text(function, "memory") or variables.get("FC_FUNCTION_MEMORY_SIZE")),
            timeout=_seconds(_text(function, "timeout") or variables.get("FC_TIMEOUT")),
            version=_text(function, "version_id") or _text(service, "version_id"),
            qualifier=_text(function, "qualifier") or _text(service, "qualifier"),
            log_project=_text(context, "log_project") or _text(service, "log_project"),
            log_store=_text(context, "log_store") or _text(service, "log_store"),
            instance_id=variables.get("FC_INSTANCE_ID"),
            tracing=_tracing(getattr(context, "tracing", None)),
            credentials=_of_object(getattr(context, "credentials", None)) or _of_environment(variables),
        )


def _text(owner: object, name: str) -> str | None:
    """The attribute, or ``None`` if it is missing or says nothing."""
    value = getattr(owner, name, None)
    return None if value is None or value == "" else str(value)


def _whole(text: str | None) -> int | None:
    seconds = _seconds(text)
    return None if seconds is None else int(seconds)


def _seconds(text: str | None) -> float | None:
    """A positive number; a runtime that writes anything else has not said it."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if 0 < value < float("inf") else None


def _tracing(tracing: object) -> FcTracing | None:
    found = FcTracing(_text(tracing, "span_context"), _text(tracing, "jaeger_endpoint"))
    return None if found == FcTracing() else found


def _of_object(credentials: object) -> FcCredentials | None:
    key_id, secret = _text(credentials, "access_key_id"), _text(credentials, "access_key_secret")
    if key_id is None or secret is None:
        return None
    return FcCredentials(key_id, secret, _text(credentials, "security_token"))


def _of_environment(variables: Mapping[str, str]) -> FcCredentials | None:
    key_id = variables.get("ALIBABA_CLOUD_ACCESS_KEY_ID")
    secret = variables.get("ALIBABA_CLOUD_ACCESS_KEY_SECRET")
    if not key_id or not secret:
        return None
    return FcCredentials(key_id, secret, variables.get("ALIBABA_CLOUD_SECURITY_TOKEN") or None)
