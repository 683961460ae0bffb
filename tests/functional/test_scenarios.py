"""The scenarios on the simulated cloud give the recorded calls in events/, and eniguard reads all of them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from eniguard.events.catalog import APIS, api_of
from eniguard.events.envelopes import parse
from eniguard.replay.engine import Entry, Replay
from eniguard.replay.options import Options
from eniguard.settings import DEFAULT_POLICY
from tests.scenarios.catalogue import SCENARIOS
from tests.scenarios.stage import Scenario
from tests.scenarios.write import EVENTS, write


def tree(folder: Path) -> dict[str, bytes]:
    """The files below a folder; what is compressed is compared expanded, as compressors differ."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "README.md"]
    return {str(path.relative_to(folder)): expanded(path) for path in files}


def expanded(path: Path) -> bytes:
    content = path.read_bytes()
    return gzip.decompress(content) if path.suffix == ".gz" else content


def test_the_scenarios_give_the_files_that_are_kept(tmp_path: Path) -> None:
    write(tmp_path)
    written, kept = tree(tmp_path), tree(EVENTS)

    assert sorted(written) == sorted(kept)
    assert [path for path in kept if written[path] != kept[path]] == []


def test_what_an_earlier_run_left_behind_goes(tmp_path: Path) -> None:
    (tmp_path / "eni").mkdir()
    (tmp_path / "eni" / "gone.json").write_text("{}")

    write(tmp_path)

    assert not (tmp_path / "eni" / "gone.json").exists()


def test_at_least_eighty_cases_are_made() -> None:
    assert len({case.path for scenario in SCENARIOS for case in scenario.stage().cases}) >= 80


def test_every_catalogued_action_is_recorded_at_least_once() -> None:
    run = Replay(Options(paths=(str(EVENTS),), policy=DEFAULT_POLICY, every=True))
    seen = {one.decision.action for one in run if isinstance(one, Entry)}

    assert set(APIS) - seen == set()


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_every_call_of_a_scenario_is_read_also_those_that_are_no_case(scenario: Scenario) -> None:
    assert scenario.sentence

    for event in scenario.stage().trail.events:
        batches = list(parse(json.dumps(event)))
        known = api_of(event["serviceName"], event["eventName"]) is not None

        assert [error for batch in batches for error in batch.errors] == []
        assert sum(len(batch.concerned) for batch in batches) == known
