"""`make sizes` at a size that takes seconds, with the functions as they are in the tree."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
TINY = (
    "--events",
    "50",
    "--further",
    "2",
    "--enis",
    "40",
    "--groups",
    "20",
    "--vswitches",
    "2",
    "--day",
    "50",
)
#: The titles of rows that have all figures, or all but those of further calls.
TITLES = [
    "trail_event, one event",
    "trail_log, 50 rows, 10 judged",
    "trail_file, 50 in an object, 10 judged",
    "remediate, one plan",
    "approval, one page",
    "sweep, regions: 1, the first",
    "sweep, regions: 1, the next",
    "sweep, regions: 2, the first",
    "sweep, regions: 2, the next",
]


def test_every_function_is_measured_and_sweeps_come_to_an_end() -> None:
    command = [sys.executable, "-m", "tests.perf.sizes", "--tree", "--regions", "2", *TINY]

    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stderr
    rows = [line for line in run.stdout.splitlines() if line.endswith(" s")]
    assert [re.split(r"  +", row)[0] for row in rows] == TITLES
    for row in rows:
        first, megabytes, calls, stored = _figures(row)
        assert first > 0
        assert 20 < megabytes < 512
        assert stored > 0
        assert calls > 0 or row.startswith("approval")
    ends = [line for line in run.stdout.splitlines() if "parts not done" in line]
    assert [line.endswith("parts not done: none") for line in ends] == [True] * 4
    # A day's events are looked up in each region, and with them some calls of the sweep itself; rules look
    # at ten of fifty.
    judged = [int(line.partition("decided ")[2].partition(",")[0]) for line in ends]
    assert judged[0] >= 10
    assert judged[2] >= 20


def _figures(row: str) -> tuple[float, float, int, int]:
    """CPU of the first call, MB, and calls of the cloud and of the store: the columns end alike."""
    cells = [row[44 + 9 * number : 53 + 9 * number].strip().replace(",", "") for number in range(8)]
    return float(cells[1]), float(cells[3]), int(cells[4]), int(cells[5])
