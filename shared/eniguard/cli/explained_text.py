"""An explanation as text for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from eniguard.cli.json_text import json_text
from eniguard.cli.safe import shown
from eniguard.cli.waiver_text import until
from eniguard.events.times import parsed
from eniguard.replay.explained import Explained, FactRead, RuleExplained, WaiverSaid

_WIDTH = 12

#: Each fact by its reference and side, with its number in the text.
_Numbers = dict[tuple[str, str], tuple[int, FactRead]]


def lines_of(found: Explained) -> Iterator[str]:
    """The explanation line by line; everything from outside is escaped."""
    yield from _call(found)
    looked = [rule for rule in found.rules if rule.looked]
    others = [rule for rule in found.rules if not rule.looked]
    numbers = _numbered(looked)
    if numbers:
        yield from _title("Facts read", len(numbers))
        for number, fact in numbers.values():
            yield f"  [{number}] {shown(_fact(fact))}"
    if looked:
        yield from _title("Rules that looked", len(looked))
        for rule in looked:
            facts = [numbers[(fact.ref, fact.side)][0] for fact in rule.facts]
            yield from _rule(rule, facts, found.waivers)
    if others:
        yield from _title("Rules that did not look", len(others))
        for rule in others:
            yield f"  {rule.code}  {shown(rule.why_not or '')}"


def _numbered(rules: list[RuleExplained]) -> _Numbers:
    """The facts that any rule read, each once; the value of a fact is the same for every rule."""
    numbers: _Numbers = {}
    for rule in rules:
        for fact in rule.facts:
            numbers.setdefault((fact.ref, fact.side), (len(numbers) + 1, fact))
    return numbers


def _title(text: str, count: int) -> tuple[str, str]:
    return "", f"{text}: {count}"


def _call(found: Explained) -> Iterator[str]:
    code = "" if found.error_code is None else f" ({found.error_code}; cause: {found.cause})"
    yield f"{shown(found.action)}: {shown(found.outcome + code)}"
    yield _field("event", f"{found.event_id} at {found.event_time}")
    yield _field("account", f"{found.account_id or 'not known'} in {found.region or 'no region'}")
    yield _field("file", f"{found.path}{_remarks(found)}")
    yield _field("actor", f"{found.actor.kind}: {found.actor_why}")
    for name, value in _caller(found):
        yield _field(name, value)
    for target in found.targets:
        yield _field("target", f"{target.kind} {target.id} ({target.part.replace('_', ' ')})")
    for name, parameter in found.parameters.items():
        yield _field("parameter", f"{name} = {_plain(parameter)}")
    for name in found.malformed:
        yield _field("malformed", f"{name} could not be read")


def _remarks(found: Explained) -> str:
    remarks = ["decided alone, with its own state"] if found.alone else ["one of a sequence"]
    if found.late:
        remarks.append("late: later events were decided before it")
    if found.console:
        remarks.append("made in a console")
    if found.forgeable:
        remarks.append("came by a way that others can write to")
    return f" ({'; '.join(remarks)})"


def _caller(found: Explained) -> Iterator[tuple[str, str]]:
    actor = found.actor
    yield "caller", actor.type
    for name, value in (
        ("name", actor.name),
        ("role", actor.role),
        ("session", actor.session),
        ("principal", actor.principal_id),
        ("service", actor.service),
        ("address", actor.source_ip),
        ("agent", actor.user_agent),
    ):
        if value is not None:
            yield f"  {name}", value


def _rule(rule: RuleExplained, facts: list[int], waivers: Sequence[WaiverSaid]) -> Iterator[str]:
    yield f"  {rule.code} {rule.name}"
    for condition in rule.conditions:
        actual = f": {condition.actual}" if condition.actual else ""
        yield f"    {'yes' if condition.holds else 'no':4}{shown(condition.text + actual)}"
    if facts:
        yield f"    facts read: {' '.join(f'[{number}]' for number in facts)}"
    for finding in rule.findings:
        yield f"    => finding, {finding.severity}, {shown(finding.subject.id)}: {shown(finding.summary)}"
        for waiver in waivers:
            if finding.finding_id in waiver.findings:
                yield f"       {shown(_waiver(waiver))}"
    for one in rule.undecided:
        missing = f" (missing: {', '.join(one.refs)})" if one.refs else ""
        yield f"    => undecided: {shown(one.reason + missing)}"
    if not rule.findings and not rule.undecided:
        yield "    => nothing to report"


def _waiver(one: WaiverSaid) -> str:
    ended = until(parsed(one.expires)[1])
    if one.expired:
        return f"no longer hidden by waiver {one.id} of {one.owner}, which expired (until {ended})"
    return f"hidden by waiver {one.id} of {one.owner} until {ended}: {one.reason}"


def _fact(fact: FactRead) -> str:
    name = f"{fact.ref} {fact.side} the call"
    if fact.status == "unknown":
        return f"{name}: unknown, {fact.reason}"
    value = "removed" if fact.status == "removed" else _plain(fact.value)
    origin = f"{fact.source} as of {fact.as_of}" if fact.as_of else str(fact.source)
    return f"{name}, from {origin}{', with what the call asks for' if fact.asked_for else ''}: {value}"


def _field(name: str, value: str) -> str:
    return f"  {name:{_WIDTH}}{shown(value)}"


def _plain(value: Any) -> str:
    """A value in one line: texts as they are, records as JSON without what is not known."""
    return value if isinstance(value, str) else json_text(_known(msgspec.to_builtins(value)))


def _known(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _known(one) for name, one in value.items() if one is not None}
    if isinstance(value, list | tuple):
        return [_known(one) for one in value]
    return value
