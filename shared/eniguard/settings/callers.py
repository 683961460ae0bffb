"""Callers as a policy names them."""

from __future__ import annotations

from msgspec import Struct


class ActorMatch(Struct, frozen=True):
    """One caller, named exactly: by role, by user name or by principal id (compared without case).

    A role is one that was assumed, and a user one of RAM: what events call others (an account, the platform,
    somebody of another directory) is a name to show, which may be that of a user.
    """

    role: str | None = None
    user: str | None = None
    principal_id: str | None = None

    def names(self, type_: str, role: str | None, name: str | None, principal_id: str | None) -> bool:
        """Whether every part that this names is the caller's, with its type and ``userName`` as recorded."""
        user = name if type_ == "ram-user" else None
        pairs = ((self.role, role), (self.user, user), (self.principal_id, principal_id))
        wanted = [(want, have) for want, have in pairs if want is not None]
        return bool(wanted) and all(
            have is not None and have.lower() == want.lower() for want, have in wanted
        )
