"""The three ways in which findings are written to standard output."""

from __future__ import annotations

import sys
from typing import Protocol

from eniguard.cli.findings_table import Shortlist, print_findings
from eniguard.cli.json_text import json_text, tell_json
from eniguard.cli.safe import say
from eniguard.model import Finding

FORMATS = ("table", "json", "ndjson")


class Output(Protocol):
    """Takes findings one by one, and knows when there are no more."""

    def add(self, finding: Finding) -> None:
        """Write one finding, now or at the end."""

    def close(self) -> None:
        """Write what is still held."""


class Lines:
    """One finding a line, written as soon as it is decided."""

    def add(self, finding: Finding) -> None:
        """Write one finding."""
        tell_json(json_text(finding) + "\n")
        if sys.stdout is not None:
            sys.stdout.buffer.flush()

    def close(self) -> None:
        """Every finding is already written."""


class Array:
    """One JSON array, written as the findings come."""

    def __init__(self) -> None:
        self._empty = True

    def add(self, finding: Finding) -> None:
        """Write one element."""
        tell_json("[\n" if self._empty else ",\n")
        tell_json(json_text(finding))
        self._empty = False

    def close(self) -> None:
        """End the array."""
        tell_json("[]\n" if self._empty else "\n]\n")


class TableOutput:
    """A table at the end, of the most severe findings when there are too many to read."""

    def __init__(self) -> None:
        self._shortlist = Shortlist()

    def add(self, finding: Finding) -> None:
        """Keep one finding, unless a waiver hides it."""
        if finding.waived_by is None:
            self._shortlist.add(finding)

    def close(self) -> None:
        """Print the table."""
        print_findings(self._shortlist.findings())
        if left_out := self._shortlist.left_out:
            say(f"… and {left_out} more findings of no higher severity; --format ndjson writes all of them")


def output_of(form: str) -> Output:
    """The output for one of ``FORMATS``."""
    if form == "json":
        return Array()
    return Lines() if form == "ndjson" else TableOutput()
