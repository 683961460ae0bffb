"""A replay of redacted events finds what a replay of the originals finds."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from eniguard.recording import redacted_guard_file
from eniguard.replay.engine import Entry, Replay
from eniguard.replay.options import Options
from eniguard.replay.sweeps import SweepEntry
from eniguard.settings import Policy
from eniguard.settings.guardfile import parse_policy
from tests.functional.recording.redacted import redact_folder, redaction

EVENTS = Path(__file__).parents[3] / "events"
GUARD_YML = (EVENTS / "guard.yml").read_text(encoding="utf-8")

Said = dict[tuple[str, str], Counter[tuple[str, str]]]


def said(folder: Path, policy: Policy) -> tuple[Said, Counter[str]]:
    """Rule and severity of each finding by file and event, and how often each rule was undecided."""
    run = Replay(Options(paths=(str(folder),), policy=policy, every=True))
    found: Said = {}
    for one in run:
        assert isinstance(one, (Entry, SweepEntry)), str(one)
        event_id = one.decision.event_id if isinstance(one, Entry) else ""
        counts = found.setdefault((one.path, event_id), Counter())
        counts.update((finding.rule, finding.severity) for finding in one.findings)
    return found, Counter(run.tally.undecided_rules) + Counter(run.tally.undecided_sweeps)


@pytest.fixture(scope="module")
def original() -> tuple[Said, Counter[str]]:
    return said(EVENTS, parse_policy(GUARD_YML))


@pytest.mark.parametrize("secret", [b"0123456789abcdef", b"another secret of some length"])
def test_every_recorded_case_is_decided_alike(
    original: tuple[Said, Counter[str]], tmp_path: Path, secret: bytes
) -> None:
    redacts = redaction(secret)
    redact_folder(EVENTS, tmp_path, redacts)

    found = said(tmp_path, parse_policy(redacted_guard_file(GUARD_YML, redacts)))

    assert sum(map(sum, (one.values() for one in original[0].values()))) > 300
    assert found[0] == original[0]
    assert found[1] == original[1]
