"""Who called, as an event records it."""

from __future__ import annotations

from msgspec import Struct


class Identity(Struct, frozen=True, gc=False, rename="camel"):
    """``userIdentity`` as recorded; every field is ``None`` when the event does not carry it."""

    type: str | None = None
    principal_id: str | None = None
    account_id: str | None = None
    user_name: str | None = None
