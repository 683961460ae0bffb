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


def hindrance(person: Person, actor: Actor | None, settings: ApprovalSettings) -> Hindrance | None:
    """Why a person may not decide about what an actor did; ``None`` when nothing is against it.

    Whatever an actor is called, be it by his own choice, is compared with every name of the person, with and
    without its domain and whatever its case: that holds somebody back, and lets nobody in. That two are
    different people is taken only from names that neither could choose: those of RAM users, and of sessions
    of the roles for which guard.yml says that single sign-on names them.
    """
    if actor is None:
        return None
    called = _names_of(actor)
    for identity in person.ram:
        if not called.isdisjoint(_spellings(identity.name)):
            return "is_actor"
    kinds = _told_by(actor, settings)
    return None if any(one.ram in kinds for one in person.ram) else "not_comparable"


def _told_by(actor: Actor, settings: ApprovalSettings) -> set[RamName]:
    """The kinds of names by which an actor can be told from somebody else."""
    if actor.type == "ram-user" and actor.role is None:
        user: set[RamName] = {"user"} if actor.name else set()
        return user | {"principal_id"} if actor.principal_id else user
    if actor.role is None or not actor.session:
        return set()
    named = {role.casefold() for one in settings.ram if one.ram == "session" for role in one.roles}
    return {"session"} if actor.role.casefold() in named else set()


def _names_of(actor: Actor) -> set[str]:
    principal, _, session = (actor.principal_id or "").partition(":")
    given = (actor.name, actor.session, actor.principal_id, principal, session)
    return {spelled for name in given if name for spelled in _spellings(name)}


def _spellings(name: str) -> set[str]:
    """RAM names a user with and without its domain, as it comes; a session is often an address."""
    folded = name.casefold()
    return {folded, folded.partition("@")[0]} - {""}


def _texts(claims: Mapping[str, object], claim: str) -> list[str]:
    """The texts of a claim; an address that nobody verified is none."""
    if claim == "email" and claims.get("email_verified") is False:
        return []
    value = claims.get(claim)
    items = value if isinstance(value, list) else [value]
    return [one for one in items if isinstance(one, str) and one]
