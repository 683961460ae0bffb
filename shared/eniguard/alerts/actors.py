"""Who called, in words."""

from __future__ import annotations

from eniguard.alerts.agents import tool_of
from eniguard.alerts.catalogue import Words, word
from eniguard.alerts.message import Line
from eniguard.alerts.words import ACTORS, IDENTITIES
from eniguard.model import Actor


def called(actor: Actor) -> str | None:
    """The shortest name of a caller: role and session, the user, or its id; ``None`` without any."""
    if actor.role is not None:
        return actor.role if actor.session is None else f"{actor.role}/{actor.session}"
    return actor.name or actor.service or actor.principal_id


def who(words: Words, actor: Actor | None) -> str:
    """A caller in a sentence."""
    if actor is None:
        return words.gettext("the guard's own check")
    return called(actor) or words.gettext("an unnamed caller")


def caller_lines(words: Words, actor: Actor) -> tuple[Line, ...]:
    """What is known of a caller, one line each."""
    said = words.gettext
    kind = word(words, ACTORS, actor.kind)
    identity = word(words, IDENTITIES, actor.type)
    lines = [
        Line(said("{kind} ({identity})").format(kind=kind, identity=identity), said("Caller")),
        _code(said("Name"), None if actor.role is not None else actor.name),
        _code(said("Role"), actor.role),
        _code(said("Session (chosen by the caller)"), actor.session),
        _code(said("Cloud service"), actor.service),
        _code(said("Principal"), actor.principal_id),
        _code(said("Source address"), actor.source_ip),
        _tool(words, actor.user_agent),
    ]
    return tuple([line for line in lines if line is not None])


def _code(label: str, text: str | None) -> Line | None:
    return None if not text else Line(text, label, code=True)


def _tool(words: Words, user_agent: str | None) -> Line | None:
    if not user_agent:
        return None
    tool = tool_of(user_agent)
    label = words.gettext("Tool, as it calls itself")
    if tool is None:
        return Line(user_agent, label)
    text = words.gettext("{tool} ({user_agent})").format(tool=words.gettext(tool), user_agent=user_agent)
    return Line(text, label)
