"""The data files of this package."""

from __future__ import annotations

from pathlib import Path

_DATA = Path(__file__).with_name("data")


def content(name: str) -> bytes:
    """The bytes of one data file."""
    return (_DATA / name).read_bytes()
