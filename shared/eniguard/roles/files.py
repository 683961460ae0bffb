"""The data files of this package."""

from __future__ import annotations

from pathlib import Path

DATA = Path(__file__).with_name("data")
#: One file a role, named after it.
POLICIES = DATA / "policies"


def content(name: str) -> bytes:
    """The bytes of one data file."""
    return (DATA / name).read_bytes()


def document(role: str) -> bytes | None:
    """The bytes of the policy document of a role of the index; ``None`` when there is none."""
    try:
        return (POLICIES / f"{role}.json").read_bytes()
    except FileNotFoundError:
        return None
