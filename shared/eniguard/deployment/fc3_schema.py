"""What a function of Serverless Devs' component fc3 may say, read strictly.

The schema in ``data/`` is the component's own, as published. It lets unknown keys pass, and any object as the
configuration of any trigger; here both are closed (docs/sources.md, Serverless Devs).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, cast

from jsonschema import Draft7Validator
from jsonschema.exceptions import ValidationError, best_match

from eniguard.nearest import ALIKE, nearest

Schema = dict[str, Any]

#: The definition of a trigger's configuration, by the trigger's type.
_CONFIGURATIONS = {
    "cdn_events": "ICdnTriggerConfig",
    "eventbridge": "IEventBridge",
    "http": "IHttpTriggerConfig",
    "log": "ILogTriggerConfig",
    "mns_topic": "IMnsTriggerConfig",
    "oss": "IOssTriggerConfig",
    "tablestore": "IOtsConfig",
    "timer": "ITimerTriggerConfig",
}
_TEXT = {"type": "string"}
_COUNT = {"type": "integer", "minimum": 1}


def _object(required: tuple[str, ...] = (), **properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(required)}


#: How a rule of EventBridge hands events on; the component leaves it open (Function Compute, RunOptions).
_RUN_OPTIONS = _object(
    ("mode",),
    mode={"enum": ["event-driven", "event-streaming"]},
    errorsTolerance={"enum": ["NONE", "ALL"]},
    retryStrategy=_object(
        ("PushRetryStrategy",),
        PushRetryStrategy={"enum": ["BACKOFF_RETRY", "EXPONENTIAL_DECAY_RETRY"]},
        MaximumEventAgeInSeconds=_COUNT,
        MaximumRetryAttempts=_COUNT,
    ),
    deadLetterQueue=_object(("Arn",), Arn=_TEXT),
    batchWindow=_object(CountBasedWindow=_COUNT, TimeBasedWindow=_COUNT),
    maximumTasks=_COUNT,
)
_DELIVERY = _object(
    ("mode", "eventSchema"),
    mode={"enum": ["event-driven", "event-streaming"]},
    eventSchema={"enum": ["CloudEvents", "RawData"]},
)
_SOURCES = {"enum": ["Default", "MNS", "RocketMQ", "RabbitMQ", "Kafka", "MQTT", "DTS"]}
#: The component takes it although its schema does not have it.
_DOMAIN = _object(
    ("domainName",),
    domainName=_TEXT,
    protocol={"enum": ["HTTP", "HTTPS", "HTTP,HTTPS"]},
    route=_object(path=_TEXT, qualifier=_TEXT, methods={"type": "array", "items": _TEXT}),
)


def published() -> Schema:
    """The schema as the component has it."""
    text = files("eniguard.deployment").joinpath("data/fc3.schema.json").read_text(encoding="utf-8")
    schema: Schema = json.loads(text)
    return schema


def violations(props: Mapping[str, Any]) -> Iterator[str]:
    """What the schema says against the properties of a function: the place, and what to do."""
    for error in sorted(_validator().iter_errors(props), key=lambda one: [str(part) for part in one.path]):
        yield from _told(_innermost(error))


@cache
def _validator() -> Any:
    schema = published()
    definitions = schema["definitions"]
    bridge = definitions["IEventBridge"]["properties"]
    bridge["runOptions"] = _RUN_OPTIONS
    bridge["eventSinkConfig"]["properties"]["deliveryOption"] = _DELIVERY
    bridge["eventSourceConfig"]["properties"]["eventSourceType"] = _SOURCES
    trigger = definitions["ITrigger"]
    trigger["properties"]["triggerConfig"] = {"type": "object"}
    trigger["allOf"] = [
        {
            "if": {"properties": {"triggerType": {"const": kind}}, "required": ["triggerType"]},
            "then": {"properties": {"triggerConfig": {"$ref": f"#/definitions/{name}"}}},
        }
        for kind, name in _CONFIGURATIONS.items()
    ]
    schema["properties"]["customDomain"] = {"anyOf": [_DOMAIN, {"const": "auto"}]}
    for part in (*definitions.values(), {"properties": schema["properties"], "type": "object"}):
        _close(part)
    schema["additionalProperties"] = False
    return Draft7Validator(schema)


def _close(schema: Any) -> None:
    """Let every object of a schema have only the keys that it lists."""
    if isinstance(schema, list):
        for one in schema:
            _close(one)
    if not isinstance(schema, dict):
        return
    if schema.get("type") == "object" and schema.get("properties"):
        schema.setdefault("additionalProperties", False)
    for key, one in schema.items():
        if key not in ("if", "then", "else", "allOf"):
            _close(one)


def _innermost(error: ValidationError) -> ValidationError:
    """Of an alternative that none fits, what is wrong with the one that was probably meant."""
    while error.context:
        inner = best_match(error.context)
        if inner is None or (error.validator == "anyOf" and inner.validator in ("type", "const")):
            return error
        error = inner
    return error


def _told(error: ValidationError) -> Iterator[str]:
    where = place(error.absolute_path)
    value, wanted = cast(Any, error.instance), cast(Any, error.validator_value)
    if error.validator == "additionalProperties":
        valid = sorted(cast(Schema, error.schema)["properties"])
        for key in sorted(set(value) - set(valid)):
            near = nearest(key, valid, alike=ALIKE)
            meant = f"did you mean {near[0]}?" if near else f"valid here: {', '.join(valid)}"
            yield f"{joined(where, key)}: unknown key; {meant}"
    elif error.validator == "required":
        (missing, *_) = [key for key in wanted if key not in value]
        yield f"{joined(where, missing)}: is missing"
    elif error.validator in ("enum", "const"):
        valid = [str(one) for one in (wanted if error.validator == "enum" else [wanted])]
        near = nearest(str(value), valid, alike=ALIKE)
        meant = f"did you mean {near[0]}? " if near else ""
        yield f"{where}: {value!r} is not valid; {meant}valid: {', '.join(valid)}"
    else:
        yield f"{where}: {error.message}"


def place(path: Any) -> str:
    """A path into a document as people write it: ``triggers[0].triggerConfig``."""
    text = ""
    for part in path:
        text = f"{text}[{part}]" if isinstance(part, int) else joined(text, str(part))
    return text or "(top)"


def joined(where: str, key: str) -> str:
    """A key below a place."""
    return f"{where}.{key}" if where and where != "(top)" else key
