"""Who signed in, whether that one may decide, and whether it is the one who made the call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from eniguard.model import Actor
from eniguard.remediation.plan import Approver
from eniguard.settings.approving import ApprovalSettings, RamName

#: Why somebody may not decide about a plan: no claim that lets him in; the claims do not say who he is in
#: RAM; he made the call; whether he did cannot be told.
Hindrance = Literal["not_allowed", "no_ram_name", "is_actor", "not_comparable"]

#: Where the name of a person is looked for.
_NAMES = ("preferred_username", "email", "sub")
#: More names of one person in RAM than this are a list of something else.
_MOST_RAM_NAMES = 16


class RamIdentity(Struct, frozen=True):
    """A name that a person has in RAM."""

    ram: RamName
    name: str


class Person(Struct, frozen=True):
    """Somebody whose id token was verified."""

    issuer: str
    subject: str
    name: str
    ram: tuple[RamIdentity, ...]

    @property
    def approver(self) -> Approver:
        """As verdicts name the person."""
        return Approver("oidc", self.issuer, self.subject, self.name)


def person_of(claims: Mapping[str, object], settings: ApprovalSettings) -> Person | Hindrance:
    """The person that a verified id token is about, or why that one may decide about nothing.

    Every claim that ``ram`` names has to be there, and every one of ``allowed``.
    """
    for allowed in settings.allowed:
        if set(allowed.any_of).isdisjoint(_texts(claims, allowed.claim)):
            return "not_allowed"
    ram: list[RamIdentity] = []
    for one in settings.ram:
        names = _texts(claims, one.claim)
        if not names or len(names) > _MOST_RAM_NAMES:
            return "no_ram_name"
        ram += [RamIdentity(one.ram, name) for name in names]
    named = (text for claim in _NAMES for text in _texts(claims, claim))
    return Person(settings.issuer, str(claims["sub"]), next(named), tuple(ram))


def hindrance(person: Person, actor: Actor | None) -> Hindrance | None:
    """Why a person may not decide about what an actor did; ``None`` when nothing is against it.

    A name counts as the same with and without its domain, and whatever its case.
    """
    if actor is None:
        return None
    comparable = False
    for identity in person.ram:
        names = _names_of(actor, identity.ram)
        comparable = comparable or bool(names)
        called = identity.name.casefold()
        if not names.isdisjoint((called, called.partition("@")[0])):
            return "is_actor"
    return None if comparable else "not_comparable"


def _names_of(actor: Actor, ram: RamName) -> set[str]:
    """What an actor is called where ``ram`` looks; empty where it has no such name."""
    session = actor.session if actor.role is not None else None
    user = actor.name if actor.role is None else None
    found = {"user": user, "session": session, "principal_id": actor.principal_id}[ram]
    names = {found} if found else set()
    if ram == "principal_id" and found:
        names |= {found.partition(":")[0]}
    # RAM names a user with its domain in some places, without it in others; a session is often an address.
    return {one.casefold() for name in names for one in (name, name.partition("@")[0])}


def _texts(claims: Mapping[str, object], claim: str) -> list[str]:
    """The texts of a claim; an address that nobody verified is none."""
    if claim == "email" and claims.get("email_verified") is False:
        return []
    value = claims.get(claim)
    items = value if isinstance(value, list) else [value]
    return [one for one in items if isinstance(one, str) and one]
