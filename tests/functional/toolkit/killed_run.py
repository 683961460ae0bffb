"""A process that does a piece of work and stops at a point of it, to be killed there.

Arguments: the store, the file of effects, the time, and the point: ``claimed``, ``worked``, ``finished``
or ``none``.
"""

from __future__ import annotations

import sys
from pathlib import Path

from eniguard.errors import AlreadyInProgress
from eniguard.state import open_store
from eniguard.toolkit import Idempotency


def main(url: str, effects: str, now: str, point: str) -> str:
    def stop_at(here: str) -> None:
        if here == point:
            print("stopped", flush=True)  # noqa: T201 - the test waits for it
            sys.stdin.read()

    def clock() -> float:
        return float(now)

    once = Idempotency(open_store(url, clock=clock), "work", in_progress_for=60, clock=clock)
    try:
        with once.claim("e-1", payload="body") as claim:
            if claim.done:
                return f"known: {claim.result}"
            stop_at("claimed")
            with Path(effects).open("a", encoding="utf-8") as file:
                file.write("done\n")
            stop_at("worked")
            claim.finish("result")
            stop_at("finished")
            return f"new: {claim.result}"
    except AlreadyInProgress:
        return "in progress"


if __name__ == "__main__":
    print(main(*sys.argv[1:]))  # noqa: T201 - the answer
