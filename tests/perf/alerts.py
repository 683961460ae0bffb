"""Findings per second from their decision into the outbox, one core.

``python -m tests.perf.alerts sqlite distinct 3000`` prints the figure; ``identical`` findings are counted in
one window, ``distinct`` ones each open a window and an entry of the outbox. A redis-server, which answers
from another process, shares the core.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from eniguard.alerts.alerts import Alerts
from eniguard.settings import Policy
from eniguard.state import open_store
from tests.functional.alerts.stage import Clock, finding, invocation, sinks_named


def main() -> None:
    """Measure once."""
    kind, news, many = sys.argv[1], sys.argv[2], int(sys.argv[3])
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    found = [finding(number, subject=f"eni-{number if news == 'distinct' else 0}") for number in range(many)]
    with tempfile.TemporaryDirectory() as folder, _url(kind, Path(folder)) as url:
        clock = Clock()
        store = open_store(url, clock=clock)
        policy = Policy(sinks=tuple(sinks_named("oncall")))
        alerts, call = Alerts.of(policy, store, clock=clock), invocation(clock)
        start = time.perf_counter()
        for one in found:
            clock.at += 0.001
            alerts.put([one], call, new=True)
        seconds = time.perf_counter() - start
        expected = many if news == "distinct" else 1
        waiting = len(store.due("alerts/oncall/low", clock.at + 1.0, many + 1))
        store.close()
    if waiting != expected:
        raise RuntimeError(f"{waiting} alerts wait, not {expected}")
    sys.stdout.write(f"{many / seconds}\n")


@contextmanager
def _url(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder}/state.db"
        return
    from tests.real.state.redis_server import running

    with running(folder) as server:
        yield server.url


if __name__ == "__main__":
    main()
