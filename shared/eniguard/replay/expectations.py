"""What a replay is expected to find: expectations.yml at its root.

The file maps each event to the list of its findings::

    eni/delete-refused.json:
      - {rule: ENI001, severity: low, subject: eni-bp1example0001}
    eni/delete-own.json: []
    pfx/terway.json#6d1f…: []          # an event of a file with several
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from eniguard.errors import ConfigError
from eniguard.model import Finding, Severity

EXPECTATIONS_FILE = "expectations.yml"


class Expected(Struct, frozen=True, order=True, forbid_unknown_fields=True):
    """One finding that an event is expected to give."""

    rule: str
    severity: Severity
    subject: str

    def __str__(self) -> str:
        return f"{self.rule} {self.severity} {self.subject}"


class Mismatch(Struct, frozen=True):
    """An event whose findings are not the expected ones, and in what way."""

    key: str
    problem: str


def read_expectations(path: Path) -> dict[str, list[Expected]]:
    """The expectations in a file.

    Raises
    ------
    ConfigError
        The file is missing, is not YAML, or an entry is not a list of findings.
    """
    import yaml

    try:
        content: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError, ValueError) as error:
        raise ConfigError(f"{path}: not YAML: {error}") from None
    try:
        return msgspec.convert(content or {}, dict[str, list[Expected]])
    except msgspec.ValidationError as error:
        raise ConfigError(
            f"{path}: {error}; expected is a mapping of event to a list of {{rule, severity, subject}}"
        ) from None


class Comparison:
    """Compares the findings of a replay, event by event, with what was expected.

    Parameters
    ----------
    expected
        The expectations by event.
    """

    def __init__(self, expected: dict[str, list[Expected]]) -> None:
        self._expected = expected
        self._missing = dict.fromkeys(expected)
        self._mismatches: list[Mismatch] = []

    def add(self, key: str, path: str, findings: Iterable[Finding]) -> None:
        """Take in one decided event.

        Parameters
        ----------
        key
            ``path#eventId``, as the event may be named.
        path
            The path alone, which names the event when its file holds no other.
        findings
            What the rules said.
        """
        name = key if key in self._expected else path
        if name not in self._expected:
            self._mismatches.append(Mismatch(key, "no expectation for this event"))
            return
        if name not in self._missing:
            self._mismatches.append(Mismatch(key, f"{name} names several events; name each as path#eventId"))
            return
        del self._missing[name]
        found = sorted(Expected(one.rule, one.severity, one.subject.id) for one in findings)
        wanted = sorted(self._expected[name])
        if found != wanted:
            self._mismatches.append(Mismatch(name, _difference(wanted, found)))

    def mismatches(self) -> list[Mismatch]:
        """Every event that differs, and every expectation whose event did not come."""
        gone = [Mismatch(name, "the replay has no such event") for name in self._missing]
        return [*self._mismatches, *gone]


def _difference(wanted: list[Expected], found: list[Expected]) -> str:
    missing = [str(one) for one in wanted if one not in found]
    surplus = [str(one) for one in found if one not in wanted]
    parts = [f"expected but not found: {', '.join(missing)}"] if missing else []
    parts += [f"found but not expected: {', '.join(surplus)}"] if surplus else []
    return "; ".join(parts) or "the same finding a different number of times"
