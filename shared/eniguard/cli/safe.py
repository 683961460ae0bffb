"""Text from outside made harmless (`eniguard.plain_text`), and what writes it to the standard streams."""

from __future__ import annotations

import sys

from eniguard.plain_text import LONGEST, one_line, shown

__all__ = ["LONGEST", "one_line", "say", "shown", "tell", "tolerate_any_text"]


def say(line: str) -> None:
    """Write one line to standard error; what comes from outside in it must have been through `shown`."""
    if sys.stderr is not None:
        sys.stderr.write(f"{line}\n")


def tell(text: str) -> None:
    """Write one line to standard output; what comes from outside in it must have been through `shown`."""
    if sys.stdout is not None:
        sys.stdout.write(f"{text}\n")


def tolerate_any_text() -> None:
    """Let the standard streams escape what their encoding cannot express, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
