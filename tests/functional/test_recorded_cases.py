"""The recorded cases in events/ are decided as expected, however they are delivered."""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest

from eniguard.errors import InputError
from eniguard.model import Decision
from eniguard.replay.engine import Entry, Replay
from eniguard.replay.expectations import EXPECTATIONS_FILE, Comparison, read_expectations
from eniguard.replay.files import Source, sources
from eniguard.replay.options import Options
from eniguard.replay.sweeps import SweepEntry
from eniguard.replay.tally import Tally
from eniguard.rules.base import Rule
from eniguard.rules.registry import PACKAGED, PACKAGED_SWEEPS
from eniguard.rules.sweep import SweepRule
from eniguard.settings import Policy
from eniguard.settings.policy import ActorMatch, Actors
from tests.scenarios.guard_itself import POLICY

EVENTS = Path(__file__).parents[2] / "events"
FILES = [Path(one.path) for one in sources([str(EVENTS)]) if isinstance(one, Source)]
Said = dict[str, list[tuple[str, str, str]]]

# Rules that report every call they look at; what they let pass is a call of their actions that they skip.
ALWAYS_SPEAK = {"SLR001", "SLR002", "SLR005", "SLR011"}

ACCOUNT = "1234567890123456"
# Ids of the simulated cloud: of users, roles, services (a checksum of the name at their end) and orders.
MADE_UP = r"[123]0{9,16}\d{1,8}|100000\d{10}|0{10,14}\d{1,5}"

DOCUMENTATION_NETWORKS = [
    # Everybody, as in 0.0.0.0/0.
    ip_network("0.0.0.0/32"),
    ip_network("10.0.0.0/8"),
    ip_network("172.16.0.0/12"),
    ip_network("192.168.0.0/16"),
    ip_network("192.0.2.0/24"),
    ip_network("198.51.100.0/24"),
    ip_network("203.0.113.0/24"),
    ip_network("2001:db8::/32"),
]


def all_replayed(
    *paths: Path, policy: Policy = POLICY, jobs: int = 1
) -> tuple[list[Entry | SweepEntry], Tally]:
    run = Replay(Options(paths=tuple(map(str, paths)), policy=policy, jobs=jobs, every=True))
    entries = []
    for one in run:
        assert not isinstance(one, InputError), str(one)
        entries.append(one)
    return entries, run.tally


def replayed(*paths: Path, policy: Policy = POLICY, jobs: int = 1) -> tuple[list[Entry], Tally]:
    entries, tally = all_replayed(*paths, policy=policy, jobs=jobs)
    return [one for one in entries if isinstance(one, Entry)], tally


@pytest.fixture(scope="module")
def everything() -> tuple[list[Entry | SweepEntry], Tally]:
    return all_replayed(EVENTS)


@pytest.fixture(scope="module")
def once(everything: tuple[list[Entry | SweepEntry], Tally]) -> tuple[list[Entry], Tally]:
    return [one for one in everything[0] if isinstance(one, Entry)], everything[1]


def findings_of(decision: Decision) -> list[tuple[str, str, str]]:
    return sorted((one.rule, one.severity, one.subject.id) for one in decision.findings)


def said(entries: list[Entry]) -> Said:
    """The findings by event; an event may be given out twice, but not with different findings."""
    found: Said = {}
    for entry in entries:
        findings = findings_of(entry.decision)
        assert found.setdefault(entry.decision.event_id, findings) == findings
    return found


def decided(entries: list[Entry], path: str) -> list[Decision]:
    found = [entry.decision for entry in entries if entry.path == path]
    assert found, path
    return found


def test_every_case_is_decided_as_expected(everything: tuple[list[Entry | SweepEntry], Tally]) -> None:
    entries, tally = everything
    comparison = Comparison(read_expectations(EVENTS / EXPECTATIONS_FILE))

    for entry in entries:
        comparison.add(entry.key, entry.path, entry.findings)

    assert comparison.mismatches() == []
    assert tally.unreadable == 0


def reports(rule: type[Rule], decision: Decision) -> bool:
    return any(one.rule == rule.code for one in decision.findings)


def lets_pass(rule: type[Rule], decision: Decision) -> bool:
    """Whether the rule looked at the call, could decide it, and found nothing."""
    looks = decision.action in rule.actions
    if rule.code not in ALWAYS_SPEAK:
        looks = looks and decision.outcome in rule.outcomes and decision.actor.kind in rule.actors
    unclear = any(one.rule == rule.code for one in decision.undecided)
    return looks and not unclear and not reports(rule, decision)


@pytest.mark.parametrize("rule", PACKAGED, ids=lambda rule: rule.code)
def test_every_rule_has_a_case_it_reports_and_one_it_lets_pass(
    rule: type[Rule], once: tuple[list[Entry], Tally]
) -> None:
    decisions = [entry.decision for entry in once[0]]

    assert any(reports(rule, one) for one in decisions)
    assert any(lets_pass(rule, one) for one in decisions)


@pytest.mark.parametrize("rule", PACKAGED_SWEEPS, ids=lambda rule: rule.code)
def test_every_rule_of_the_sweep_has_a_state_it_reports_and_one_it_lets_pass(
    rule: type[SweepRule], everything: tuple[list[Entry | SweepEntry], Tally]
) -> None:
    sweeps = [one.sweep for one in everything[0] if isinstance(one, SweepEntry)]
    found = [any(one.rule == rule.code for one in sweep.findings) for sweep in sweeps]
    unclear = [any(one.rule == rule.code for one in sweep.undecided) for sweep in sweeps]

    assert any(found)
    assert any(not one and not other for one, other in zip(found, unclear, strict=True))


def test_two_processes_give_the_same_entries_in_the_same_order(
    everything: tuple[list[Entry | SweepEntry], Tally],
) -> None:
    entries, tally = all_replayed(EVENTS, jobs=2)

    assert entries == everything[0]
    counts = [(one.read, one.decided, one.undecided, one.swept) for one in (tally, everything[1])]
    assert counts[0] == counts[1]


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_the_files_changes_no_finding(seed: int, once: tuple[list[Entry], Tally]) -> None:
    shuffled = random.Random(seed).sample(FILES, len(FILES))

    entries, tally = replayed(*shuffled)

    assert said(entries) == said(once[0])
    assert tally.duplicates == once[1].duplicates


def test_a_second_delivery_changes_no_finding_and_is_counted(once: tuple[list[Entry], Tally]) -> None:
    in_sequence = sum(not entry.alone for entry in once[0])

    entries, tally = replayed(EVENTS, EVENTS)

    assert said(entries) == said(once[0])
    assert tally.duplicates == 2 * once[1].duplicates + in_sequence


def test_an_event_that_is_delivered_three_times_is_decided_once(once: tuple[list[Entry], Tally]) -> None:
    entries, tally = once

    assert len(decided(entries, "sequences/duplicates.json")) == 1
    assert tally.duplicates == 2


def test_events_that_are_no_calls_of_ours_are_counted_as_not_concerned() -> None:
    entries, tally = replayed(EVENTS / "samples")

    assert {Path(entry.path).name for entry in entries} == {
        "create-network-interface.json",
        "run-instances-console.json",
    }
    assert (tally.not_concerned, tally.unreadable) == (5, 0)


def test_a_successful_delete_of_an_eni_nobody_knows_is_undecided(once: tuple[list[Entry], Tally]) -> None:
    (decision,) = decided(once[0], "eni/delete-unlisted.json")

    assert decision.findings == ()
    assert [one.rule for one in decision.undecided] == ["ENI003"]


def test_a_snapshot_taken_after_the_event_does_not_say_what_was_managed_before(
    once: tuple[list[Entry], Tally],
) -> None:
    (decision,) = decided(once[0], "eni/snapshot-after.json")

    assert decision.findings == ()
    assert [one.rule for one in decision.undecided] == ["ENI003"]


def test_an_eni_whose_creation_is_on_record_is_decided_without_a_snapshot_of_it(
    once: tuple[list[Entry], Tally],
) -> None:
    decisions = decided(once[0], "sequences/created-then-touched.jsonl")
    about_enis = [one for one in decisions if "NetworkInterface" in one.action]

    assert len(about_enis) == 7
    assert [one.undecided for one in about_enis] == [()] * 7


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("eni/hostile-session-name.json", "account"),
        ("eni/look-alike-role.json", "unconfirmed_service"),
        ("eni/look-alike-role-trust-known.json", "account"),
        ("eni/nat-eni-renamed-by-root.json", "account"),
        ("pfx/terway-second-ipv6-prefix.json", "account"),
        ("samples/create-network-interface.json", "service"),
    ],
)
def test_a_caller_is_known_by_role_and_trust_not_by_session(
    path: str, kind: str, once: tuple[list[Entry], Tally]
) -> None:
    (decision,) = decided(once[0], path)

    assert decision.actor.kind == kind


def test_a_controller_is_exempt_from_the_prefix_rules() -> None:
    worker = ActorMatch(role="KubernetesWorkerRole-example")
    policy = Policy(actors=Actors(controllers=(worker,)))

    ((entry,), _) = replayed(EVENTS / "pfx/terway-second-ipv6-prefix.json", policy=policy)

    assert entry.decision.actor.kind == "controller"
    assert entry.decision.findings == ()


def test_an_event_past_the_reorder_window_is_marked_late(once: tuple[list[Entry], Tally]) -> None:
    late = [entry for entry in once[0] if entry.decision.late]

    assert [entry.path for entry in late] == ["sequences/out-of-order/trail.jsonl"]


def content(path: Path) -> str:
    data = path.read_bytes()
    return (gzip.decompress(data) if path.suffix == ".gz" else data).decode()


def documents(path: Path) -> Iterator[Any]:
    text = content(path)
    if path.suffix in (".jsonl", ".log"):
        yield from map(json.loads, text.splitlines())
    else:
        yield json.loads(text)


def event_objects(document: Any) -> Iterator[dict[str, Any]]:
    """The event objects in a document, out of whatever they are wrapped in."""
    if isinstance(document, list):
        for one in document:
            yield from event_objects(one)
    elif "Events" in document:
        yield from event_objects(document["Events"])
    elif "__topic__" in document:
        yield json.loads(document["event"])
    elif "eventName" in document.get("data", {}) and "userIdentity" in document["data"]:
        yield document["data"]
    else:
        yield document


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(EVENTS)))
def test_every_event_says_where_it_comes_from(path: Path) -> None:
    origins = [event.get("_origin", "") for one in documents(path) for event in event_objects(one)]

    expected = "redacted from the public sample " if path.parent.name == "samples" else "synthetic: "
    assert origins
    assert [origin for origin in origins if not origin.startswith(expected)] == []


def undocumented(text: str) -> Iterator[str]:
    """Account ids, addresses and domains that are not documentation values."""
    for number in re.findall(r"\d{15,}", text):
        if not re.fullmatch(f"{ACCOUNT}|{MADE_UP}", number):
            yield number
    for address in re.findall(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])", text):
        if not is_documentation(IPv4Address(address)):
            yield address
    for address in re.findall(r"(?<![\w:.-])[0-9A-Fa-f]{1,4}:[0-9A-Fa-f:]+", text):
        if (parsed := ipv6(address)) is not None and not is_documentation(parsed):
            yield address
    for domain in re.findall(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|cn|net|org|io)\b", text.lower()):
        if not re.search(r"(^|\.)(aliyuncs\.com|aliyun\.com|onaliyunservice\.com|example\.com)$", domain):
            yield domain


def is_documentation(address: IPv4Address | IPv6Address) -> bool:
    return any(address in network for network in DOCUMENTATION_NETWORKS)


def ipv6(text: str) -> IPv6Address | None:
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return found if isinstance(found, IPv6Address) else None


@pytest.mark.parametrize("value", ["1679259531804325", "47.96.1.1", "2400:3200::1", "intranet.alipay.com"])
def test_the_search_for_real_values_finds_them(value: str) -> None:
    assert list(undocumented(f'{{"field": "{value}"}}')) == [value]


def test_nothing_recorded_is_a_real_account_address_or_domain() -> None:
    recorded = [path for path in sorted(EVENTS.rglob("*")) if path.is_file()]

    found = {str(path.relative_to(EVENTS)): sorted(undocumented(content(path))) for path in recorded}

    assert {path: values for path, values in found.items() if values} == {}
