"""JSON Schemas of what eniguard reads and writes."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import msgspec

from eniguard.cli.rule_sheets import params_schema
from eniguard.facts.items import ID_FIELDS
from eniguard.model import Decision, Finding
from eniguard.rules.registry import AnyRule, catalogue
from eniguard.sources.snapshot import SnapshotFile

DIALECT = "https://json-schema.org/draft/2020-12/schema"
#: The version of the JSON forms (design, "Contracts").
FORM_VERSION = 1


def guard_schema(rules: Sequence[AnyRule] | None = None) -> dict[str, Any]:
    """guard.yml, with the parameters of each rule: the packaged ones unless others are given."""
    from eniguard.settings.guardfile import GuardFile

    schema = GuardFile.model_json_schema()
    definitions = schema["$defs"]
    entry = definitions.pop("RuleEntry")
    section = definitions.pop("RulesSection")
    codes = []
    for rule in rules or catalogue():
        own = deepcopy(entry)
        own["title"] = f"{rule.code} {rule.name}"
        own["description"] = rule.summary
        own["properties"]["params"], others = params_schema(rule)
        definitions |= {rule.code: own, **others}
        codes.append(rule.code)
    section["properties"] |= {code: {"$ref": f"#/$defs/{code}"} for code in codes}
    schema["properties"]["rules"] = {**section, "title": "Rules", "additionalProperties": False}
    return {"$schema": DIALECT, **schema}


def finding_schema() -> dict[str, Any]:
    """One finding, as ``replay --format ndjson`` writes it."""
    return _of_form(Finding)


def decision_schema() -> dict[str, Any]:
    """One decision, as the functions log it."""
    return _of_form(Decision)


def snapshot_schema() -> dict[str, Any]:
    """A state snapshot: ``state.json`` or ``<case>.state.json``."""
    schema = _of_form(SnapshotFile)
    schema["$defs"][SnapshotFile.__name__]["properties"]["resources"] = {
        "type": "object",
        "properties": {kind: _items(kind) for kind in ID_FIELDS},
        "additionalProperties": False,
    }
    return schema


SCHEMAS = {
    "guard": guard_schema,
    "finding": finding_schema,
    "decision": decision_schema,
    "snapshot": snapshot_schema,
}


def _of_form(form: type[msgspec.Struct]) -> dict[str, Any]:
    schema = msgspec.json.schema(form)
    for definition in schema["$defs"].values():
        version = definition.get("properties", {}).get("schema")
        if version is not None:
            version["const"] = FORM_VERSION
    return {"$schema": DIALECT, **schema}


def _items(kind: str) -> dict[str, Any]:
    return {
        "description": f"Items of {kind}, each as the API returns it",
        "type": "array",
        "items": {
            "type": "object",
            "properties": {ID_FIELDS[kind]: {"type": "string", "minLength": 1}},
            "required": [ID_FIELDS[kind]],
        },
    }
