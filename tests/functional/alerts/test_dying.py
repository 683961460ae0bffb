"""A real process that is killed at a step of the outbox, and another one that goes on."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from eniguard.alerts.sink_lease import LEASE
from tests.functional.alerts.dying import MESSAGES
from tests.functional.alerts.stage import START, Told

#: More than there are steps; a process that reaches its end is the last.
MOST_STEPS = 100


def lived(folder: Path, at: float, number: int, side: str) -> bool:
    """Whether a process came to its end."""
    command = [sys.executable, "-m", "tests.functional.alerts.dying", str(folder), str(at), str(number), side]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode in (0, 9), run.stderr
    return run.returncode == 0


@pytest.mark.parametrize("side", ["before", "after"])
def test_a_process_killed_at_each_step_in_turn_loses_no_alert_and_repeats_one_message_at_most(
    side: str, tmp_path: Path
) -> None:
    for number in range(1, MOST_STEPS):
        folder = tmp_path / str(number)
        folder.mkdir()
        ended = lived(folder, START, number, side)

        assert lived(folder, START + LEASE + 1.0, 0, side)

        lines = (folder / MESSAGES).read_bytes().splitlines()
        told = [msgspec.json.decode(line, type=Told) for line in lines]
        firsts = Counter(one.id for message in told if not message.repeat for one in message.alerts)
        every = {one.finding.subject.id for message in told for one in message.alerts}
        assert every == {"eni-1", "eni-2", "eni-3"}, number
        assert max(firsts.values()) == 1, number
        assert sum(message.repeat for message in told) <= 1, number
        if ended:
            break
    else:
        pytest.fail("a process has more steps than that")
    assert number > 10
