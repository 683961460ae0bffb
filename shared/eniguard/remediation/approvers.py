"""Whether who approves a plan is the one that it puts right."""

from __future__ import annotations

from collections.abc import Iterator

from eniguard.errors import ApproverIsActor
from eniguard.model import Actor
from eniguard.remediation.plan import Approver


def check_approver(approver: Approver, actor: Actor | None) -> None:
    """Let everybody approve but the actor himself.

    Raises
    ------
    ApproverIsActor
        They are, or may be, the same.
    """
    if actor is not None and is_actor(approver, actor):
        raise ApproverIsActor(
            f"{approver.name} made the call that this plan puts right: somebody else has to decide about it"
        )


def is_actor(approver: Approver, actor: Actor) -> bool:
    """Whether an approver is, or may be, the one who made the call.

    RAM and an identity provider know a person by different ids: what they may have in common are names, with
    or without what follows an ``@``. Whoever has the role that made the call counts as the caller, for the
    name of a session is the caller's own choice; a session that is called like somebody holds that one back.
    """
    if approver.by == "mode":
        return False
    called = (actor.principal_id, actor.name, actor.session, _session(actor.principal_id))
    if approver.by == "ram":
        _, _, name = approver.name.rpartition("/")
        same = not _of_ram(approver).isdisjoint(_of_principal(actor))
        return same or not set(_spellings(name)).isdisjoint(_spellings(*called))
    return not set(_spellings(approver.subject, approver.name)).isdisjoint(_spellings(*called))


def _of_ram(approver: Approver) -> set[str]:
    kind, _, rest = approver.name.partition("/")
    name = rest.partition("/")[0] if kind == "assumed-role" else rest
    role_id = approver.subject.partition(":")[0]
    return {one.casefold() for one in (f"id/{approver.subject}", f"id/{role_id}", f"{kind}/{name}") if one}


def _of_principal(actor: Actor) -> set[str]:
    found = set()
    if actor.principal_id:
        found |= {f"id/{actor.principal_id}", f"id/{actor.principal_id.partition(':')[0]}"}
    if actor.role:
        found.add(f"assumed-role/{actor.role}")
    elif actor.name:
        found.add(f"user/{actor.name}")
    if actor.type == "root-account":
        found.add("root/")
    return {one.casefold() for one in found}


def _session(principal_id: str | None) -> str | None:
    return (principal_id or "").partition(":")[2] or None


def _spellings(*names: str | None) -> Iterator[str]:
    for name in filter(None, names):
        folded = name.casefold()
        yield folded
        if local := folded.partition("@")[0]:
            yield local
