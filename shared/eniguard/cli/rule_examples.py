"""An example of each rule: a recorded call or a state snapshot that it reports, and what it then says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from eniguard.cli.state_option import snapshot_of
from eniguard.errors import ConfigError, InputError
from eniguard.events.calls import Call
from eniguard.events.kept import kept
from eniguard.model import Finding, Fix
from eniguard.pipeline import Decided
from eniguard.replay.engine import Entry, Replay
from eniguard.replay.expectations import EXPECTATIONS_FILE, Expected, read_expectations
from eniguard.replay.options import Options
from eniguard.replay.sweeps import SweepEntry
from eniguard.rule_modules import registry_of
from eniguard.settings import Policy

#: As many items of a list, and characters of a text, as an example shows.
_MOST_ITEMS = 6
_LONGEST = 160


class Example(Struct, frozen=True):
    """What one rule saw, and what it says of it.

    Attributes
    ----------
    path
        The file of the case, relative to the replay root; empty for a rule that has its example itself.
    seen
        A call as an event of ActionTrail, with the parameters that the guard reads; or, for a snapshot, what
        it says of the subject; or a record of what the guard noted of itself.
    swept
        Whether it is a state snapshot that was judged, and no call.
    finding
        What the rule says.
    fix
        The first fix that the rule has to offer in any case; ``None`` when it offers none.
    """

    path: str
    seen: dict[str, Any]
    swept: bool
    finding: Finding
    fix: Fix | None = None


def examples(root: Path, policy: Policy, codes: Sequence[str]) -> dict[str, Example]:
    """The first example of each rule among the recorded cases below a replay root.

    Parameters
    ----------
    root
        A folder with recorded cases and expectations.yml, whose order counts.
    policy
        The compiled guard.yml; the rules asked for are enabled whatever it says.
    codes
        The rules.

    Raises
    ------
    ConfigError
        A rule has no case that it reports.
    InputError
        Something below the root cannot be read.
    """
    own = _of_rules(policy, codes)
    wanted = tuple([code for code in codes if code not in own])
    keys = _first_cases(read_expectations(root / EXPECTATIONS_FILE), wanted)
    if missing := [code for code in wanted if code not in keys]:
        raise ConfigError(
            f"{root / EXPECTATIONS_FILE}: no case that {', '.join(missing)} reports; "
            "add one, or choose rules with --rules"
        )
    found: dict[str, Example] = {}
    fixes: dict[str, Fix] = {}
    for entry, call in _reported(root, policy, wanted):
        for finding in entry.findings:
            if finding.fix is not None:
                fixes.setdefault(finding.rule, finding.fix)
            if finding.rule not in found and keys[finding.rule] in (entry.key, entry.path):
                seen = _resource_of(root / entry.path, finding) if call is None else event_of(call)
                found[finding.rule] = Example(entry.path, seen, call is None, finding)
    if missing := [code for code in wanted if code not in found]:
        raise ConfigError(f"{root / keys[missing[0]]}: no finding of {missing[0]} under this policy")
    replayed = {code: msgspec.structs.replace(found[code], fix=fixes.get(code)) for code in wanted}
    return {code: own.get(code) or replayed[code] for code in codes}


def event_of(call: Call) -> dict[str, Any]:
    """A call in the form of an ActionTrail event, to be decided again; what is not read is left out."""
    found: dict[str, Any] = shortened(msgspec.json.decode(kept(call, "bare").event))
    return found


def shortened(value: Any) -> Any:
    """JSON without what is null or empty, and with long lists and texts cut."""
    if isinstance(value, Mapping):
        inner = {name: shortened(one) for name, one in value.items()}
        return {name: one for name, one in inner.items() if one not in (None, "", [], {})}
    if isinstance(value, (list, tuple)):
        shown = [shortened(one) for one in value[:_MOST_ITEMS]]
        return shown if len(value) <= _MOST_ITEMS else [*shown, f"… and {len(value) - _MOST_ITEMS} more"]
    if isinstance(value, str) and len(value) > _LONGEST:
        return f"{value[:_LONGEST]}…"
    return value


def _of_rules(policy: Policy, codes: Sequence[str]) -> dict[str, Example]:
    """The examples of the rules that judge what the guard noted of itself: no replay asks them."""
    found: dict[str, Example] = {}
    for rule in registry_of(policy, only=codes).internal:
        said = [one for one in rule.evaluate(rule.example, rule.params) if isinstance(one, Finding)]
        if not said:
            raise ConfigError(f"{rule.code}: its own example is no finding under this policy")
        seen: dict[str, Any] = shortened(msgspec.to_builtins(rule.example))
        found[rule.code] = Example("", seen, False, said[0])
    return found


def _resource_of(path: Path, finding: Finding) -> dict[str, Any]:
    """What a state snapshot says of the subject of a finding."""
    snapshot = snapshot_of(str(path))
    subject = finding.subject
    resource = msgspec.to_builtins(snapshot.resource(subject.kind, subject.id))
    seen = {"captured_at": snapshot.captured_at, "region": snapshot.region, subject.kind: resource}
    found: dict[str, Any] = shortened(seen)
    return found


def _first_cases(expected: Mapping[str, list[Expected]], codes: Iterable[str]) -> dict[str, str]:
    """The key of the first case that each rule is expected to report."""
    found: dict[str, str] = {}
    for key, findings in expected.items():
        for one in findings:
            if one.rule in codes:
                found.setdefault(one.rule, key)
    return found


def _reported(
    root: Path, policy: Policy, codes: tuple[str, ...]
) -> Iterator[tuple[Entry | SweepEntry, Call | None]]:
    """Every case with a finding, with its call; a state snapshot has none."""
    calls: dict[str, Call] = {}

    def keep(decided: Decided) -> None:
        if decided.decision.findings:
            calls[decided.decision.event_id] = decided.case.call

    for one in Replay(Options(paths=(str(root),), policy=policy, only=codes, watch=keep)):
        if isinstance(one, InputError):
            raise one
        yield one, calls[one.event_id] if isinstance(one, Entry) else None
