"""What holds for all tests."""

from __future__ import annotations

import signal


def pytest_configure() -> None:
    """Let ctrl-C reach what tests start, also where they run in the background: shells ignore it there."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
