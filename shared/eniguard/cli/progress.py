"""A progress bar for long input, on a terminal only."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

#: Input of this size takes long enough for a bar from the start, in bytes.
LONG_INPUT = 20 << 20
#: Anything else gets its bar once it has taken this long, in seconds.
PATIENCE = 1.0
_REFRESH = 0.2


@contextmanager
def progress_bar(total: int | None, done: Callable[[], int], events: Callable[[], int]) -> Iterator[None]:
    """Show how far a replay is while the body runs.

    Parameters
    ----------
    total
        Bytes of all input, ``None`` if not known.
    done, events
        Tell the bytes and events read so far; called from another thread.
    """
    if not is_terminal(sys.stderr):
        yield
        return
    over = threading.Event()
    patience = 0.0 if total is not None and total > LONG_INPUT else PATIENCE
    watcher = threading.Thread(target=_watch, args=(over, patience, total, done, events), daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def _watch(
    over: threading.Event,
    patience: float,
    total: int | None,
    done: Callable[[], int],
    events: Callable[[], int],
) -> None:
    if over.wait(patience):
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %" if total else ""),
        TextColumn("{task.fields[events]:,} events"),
        TimeElapsedColumn(),
    )
    # Standard output is left alone: findings go there, as they are.
    with Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False) as bar:
        task = bar.add_task("", total=total or None, events=0)
        while not over.wait(_REFRESH):
            bar.update(task, completed=done(), events=events())


def is_terminal(stream: object) -> bool:
    """Whether somebody looks at a stream; it may be ``None``."""
    isatty = getattr(stream, "isatty", None)
    return isatty is not None and bool(isatty())
