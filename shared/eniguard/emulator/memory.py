"""How much memory a process and its children have.

The limit of a function is watched as resident memory, not set as RLIMIT_AS: the cloud limits what an
instance uses and ends it, while RLIMIT_AS counts addresses that nobody uses (64 MB for the arena of each
thread, every mapped library), so that a function which fits would fail here; and what fails would be a
MemoryError that code can swallow. The price is that a call may be over its limit until the next look.
"""

from __future__ import annotations

import os
from pathlib import Path

_MB = 1024 * 1024
#: Column of the resident pages (proc(5), statm).
_RESIDENT = 1


def used(pid: int) -> float:
    """The resident memory of a process and all below it, in MB; 0 where there is no /proc to ask."""
    return sum(_resident(one) for one in _family(pid))


def _family(pid: int) -> list[int]:
    found = [pid]
    for one in found:
        try:
            children = Path(f"/proc/{one}/task/{one}/children").read_text(encoding="ascii")
        except OSError:
            continue
        found += [int(child) for child in children.split()]
    return found


def _resident(pid: int) -> float:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[_RESIDENT])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / _MB
