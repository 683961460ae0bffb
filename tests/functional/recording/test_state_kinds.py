"""The state of a recording has every kind that a rule asks for about a call."""

from __future__ import annotations

from pathlib import Path

from eniguard.pipeline import Decided
from eniguard.recording.region_state import LISTED, NAMED
from eniguard.replay.engine import Replay
from eniguard.replay.options import Options
from tests.scenarios.guard_itself import POLICY

EVENTS = Path(__file__).parents[3] / "events"


def test_every_kind_that_the_recorded_cases_ask_for_is_recorded() -> None:
    asked: set[str] = set()

    def watch(decided: Decided) -> None:
        asked.update(ref.kind for ref in decided.facts)

    for _ in Replay(Options(paths=(str(EVENTS),), policy=POLICY, watch=watch)):
        pass

    assert len(asked) >= 10
    assert asked - {*LISTED, *NAMED} == set()
