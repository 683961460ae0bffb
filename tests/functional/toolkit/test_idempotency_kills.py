"""Processes that are killed in the midst of a piece of work, and deliveries after that."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("killed_run.py")
BEGUN = 1000.0


class Deliveries:
    """Processes that share a store and a file of effects."""

    def __init__(self, folder: Path) -> None:
        self._arguments = [f"sqlite:///{folder / 'state.db'}", str(folder / "effects")]
        self._effects = folder / "effects"

    def killed(self, point: str, at: float = BEGUN) -> None:
        """One that is killed when it has come to this point."""
        with subprocess.Popen(
            self._command(point, at), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "stopped\n"
            process.kill()

    def answer(self, at: float) -> str:
        """What one that nobody kills says."""
        command = self._command("none", at)
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    @property
    def effects(self) -> int:
        return len(self._effects.read_text(encoding="utf-8").splitlines())

    def _command(self, point: str, at: float) -> list[str]:
        return [sys.executable, str(PROGRAM), *self._arguments, str(at), point]


@pytest.fixture
def deliveries(tmp_path: Path) -> Deliveries:
    return Deliveries(tmp_path)


def test_killed_before_the_work_it_is_taken_over_when_its_time_has_passed_and_done_once(
    deliveries: Deliveries,
) -> None:
    deliveries.killed("claimed")

    answers = [deliveries.answer(BEGUN + seconds) for seconds in (1, 59, 60, 61)]

    assert answers == ["in progress", "in progress", "new: result", "known: result"]
    assert deliveries.effects == 1


def test_killed_between_the_work_and_its_mark_it_is_done_again_once(deliveries: Deliveries) -> None:
    deliveries.killed("worked")

    answers = [deliveries.answer(BEGUN + seconds) for seconds in (59, 60, 61)]

    assert answers == ["in progress", "new: result", "known: result"]
    assert deliveries.effects == 2


def test_killed_after_the_mark_it_is_known_to_be_done(deliveries: Deliveries) -> None:
    deliveries.killed("finished")

    assert [deliveries.answer(BEGUN + seconds) for seconds in (0, 60)] == ["known: result", "known: result"]
    assert deliveries.effects == 1


def test_killed_again_while_it_was_taken_over_it_is_taken_over_again(deliveries: Deliveries) -> None:
    deliveries.killed("claimed", at=BEGUN)
    deliveries.killed("claimed", at=BEGUN + 60)

    answers = [deliveries.answer(BEGUN + seconds) for seconds in (119, 120, 121)]

    assert answers == ["in progress", "new: result", "known: result"]
    assert deliveries.effects == 1
