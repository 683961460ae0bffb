"""The compiled form of ``remediation.approval``: who may approve plans, and how they are known."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

#: What a claim names in RAM: a user, the session of an assumed role, or any caller by its principal id.
RamName = Literal["user", "session", "principal_id"]


class Keys(Struct, frozen=True):
    """References to a key in use and to the one before it, which is good for checking alone."""

    current: str
    previous: str | None = None


class AllowedClaim(Struct, frozen=True):
    """A claim that has to have one of some values; of a claim that is a list, one of its items counts."""

    claim: str
    any_of: tuple[str, ...]


class RamClaim(Struct, frozen=True):
    """A claim that says who the person is in RAM.

    ``roles`` are those whose sessions single sign-on names, and nobody else can name.
    """

    claim: str
    ram: RamName
    roles: tuple[str, ...] = ()


class ApprovalSettings(Struct, frozen=True):
    """How plans are approved on the page.

    Attributes
    ----------
    url
        Where the page is: ``https``, without a query, ends with ``/``.
    issuer
        The issuer of OpenID Connect, exactly as its id tokens name it.
    client_id, client_secret
        How the page is known there; the secret is a reference.
    link_keys
        The keys that links are made with. The functions that send alerts have them too.
    session_keys
        The keys of sign-ins, sessions and forms. Only the page has them.
    allowed
        What an id token has to say; all of it.
    ram
        Who the person is in RAM, so that nobody approves a plan against his own call.
    algorithms
        Those that id tokens may be signed with.
    scopes
        What is asked for at the sign-in.
    max_age
        Seconds since the person proved who they are.
    session
        Seconds that a session lasts.
    """

    url: str
    issuer: str
    client_id: str
    client_secret: str
    link_keys: Keys
    session_keys: Keys
    allowed: tuple[AllowedClaim, ...]
    ram: tuple[RamClaim, ...]
    algorithms: tuple[str, ...] = ("RS256", "PS256", "ES256")
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    max_age: int = 3600
    session: int = 600
