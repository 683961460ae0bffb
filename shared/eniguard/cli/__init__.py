"""The command line."""

from __future__ import annotations

import gc

__all__ = ["main"]

#: New objects after which garbage is looked for; all modules together have fewer. With Python's own 700 the
#: looking takes 3 % of a start, and finds nothing.
_BETWEEN_COLLECTIONS = 200_000


def main() -> None:
    """Run ``eniguard`` with the arguments of this process, and exit with its code."""
    gc.set_threshold(_BETWEEN_COLLECTIONS)
    try:
        from eniguard.cli.app import eniguard

        eniguard(prog_name="eniguard")
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    finally:
        gc.freeze()  # or the end of the process searches all modules for garbage
