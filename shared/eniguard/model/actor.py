"""Who made a call, after classification."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

#: ``self`` the guard; ``service`` a cloud service through a role that only services may assume;
#: ``unconfirmed_service`` a role that looks like a service's but could not be confirmed;
#: ``controller`` a container platform named in guard.yml; ``account`` everybody else, root included.
ActorKind = Literal["self", "service", "unconfirmed_service", "controller", "account"]


class Actor(Struct, frozen=True, gc=False):
    """The caller of one API call.

    ``type`` is ``userIdentity.type`` as recorded. ``role`` and ``session`` are set for assumed roles;
    the session name is chosen by the caller and proves nothing. ``service`` is the trusted service
    (``nat.aliyuncs.com``) of a role in the role catalogue, when ``kind`` is ``service``.
    """

    kind: ActorKind
    type: str
    principal_id: str | None = None
    name: str | None = None
    role: str | None = None
    session: str | None = None
    service: str | None = None
    source_ip: str | None = None
    user_agent: str | None = None
