"""The guard.yml of a recording: what the rules need of the original, under the pseudonyms of its events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import yaml

from eniguard.recording.redaction import Redaction

_HEADER = (
    "# What this recording is decided with: the original, with pseudonyms, and without what no rule reads.\n"
)
#: Fields that are copied: words of the guard and of the API, numbers, services and their numbers.
_COPIED = (
    "approved_services",
    "days",
    "enabled",
    "events",
    "modules",
    "regions",
    "service_ids",
    "severity",
)
#: Fields that hold others.
_SECTIONS = (
    "accounts",
    "actors",
    "controllers",
    "deployers",
    "event_rules",
    "guard",
    "sls",
    "stores",
    "tablestore",
    "trails",
)
#: Names that no other kind of text has.
_NAMES = ("instance", "kms", "logstore", "name", "oss", "oss_bucket", "project", "sls_project", "table")


def redacted_guard_file(text: str, redaction: Redaction) -> str:
    """The text of a guard.yml that decides the redacted events as the original decides the original ones.

    Parameters
    ----------
    text
        A guard.yml that has been read already, and is valid.
    redaction
        That of the recording.
    """
    content = yaml.safe_load(text) or {}
    guard_file = _GuardFile(redaction)
    found = guard_file.section(content)
    # Waivers hide nothing in a recording, but their tags are control tags, which a rule reads.
    if tags := guard_file.tags_of_waivers(content):
        guard = found.setdefault("guard", {})
        guard["control_tags"] = [*guard.get("control_tags", ()), *tags]
    return _HEADER + yaml.safe_dump(found, sort_keys=False, allow_unicode=True)


class _GuardFile:
    def __init__(self, redaction: Redaction) -> None:
        self._redaction = redaction
        pseudonyms, names = redaction.pseudonyms, redaction.names
        self._texts: dict[str, Callable[[str], str]] = {
            **dict.fromkeys(_NAMES, pseudonyms.name),
            "bus": redaction.bus,
            "functions": names.function,
            "id": pseudonyms.account,
            "policies": names.policy,
            "principal_id": redaction.principal,
            "role": names.role,
            "roles": names.role,
            "user": redaction.user,
        }

    def section(self, section: Mapping[str, Any]) -> dict[str, Any]:
        """One section, with the fields that are known here: `state` and `sweep` are not."""
        found: dict[str, Any] = {}
        for name, value in section.items():
            if name in _COPIED:
                found[name] = value
            elif name in _SECTIONS:
                found[name] = self._each(value, self.section)
            elif name in self._texts:
                found[name] = self._each(value, self._texts[name])
            elif name == "rules":
                found[name] = {code: self._rule(code, entry) for code, entry in (value or {}).items()}
            elif name == "control_tags":
                found[name] = [self._tag(one) for one in value or ()]
        return found

    def tags_of_waivers(self, content: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The tags that waivers match, as control tags."""
        matches = [one["match"] for one in content.get("waivers") or ()]
        tags = [pair for match in matches for pair in (match.get("tags") or {}).items()]
        return [self._tag({"key": key, "value": value}) for key, value in tags]

    def _each(self, value: Any, replace: Callable[[Any], Any]) -> Any:
        if isinstance(value, list):
            return [replace(one) for one in value]
        return None if value is None else replace(value)

    def _tag(self, tag: Mapping[str, Any]) -> dict[str, Any]:
        key, value = str(tag["key"]), tag.get("value")
        found = {"key": self._redaction.tag_key(key)}
        return found if value is None else {**found, "value": self._redaction.tag_value(key, str(value))}

    def _rule(self, code: str, entry: Any) -> Any:
        """How a rule is tuned; its parameters may name accounts, by number or by login name."""
        if code == "modules" or not isinstance(entry, Mapping):
            return entry
        params = entry.get("params") or {}
        return {
            **self.section(entry),
            "params": {name: self._param(name, one) for name, one in params.items()},
        }

    def _param(self, name: str, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {inner: self._param(inner, one) for inner, one in value.items()}
        if isinstance(value, list):
            return [self._param(name, one) for one in value]
        account = name == "accounts" and isinstance(value, str)
        return self._redaction.pseudonyms.account(value) if account else value
