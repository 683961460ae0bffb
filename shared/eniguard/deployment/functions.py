"""What the schema does not say of functions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from eniguard.deployment.fc3_schema import violations
from eniguard.deployment.triggers import trigger_problems

#: Names of functions (Function Compute, CreateFunction) and of roles (RAM, CreateRole). The component makes
#: the name of a role lower-case, so that one with capitals is not the one that is there.
_FUNCTION = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")
_ROLE = re.compile(r"(acs:ram::[0-9]+:role/)?[a-z0-9.-]{1,64}")
_LAYER = re.compile(r"acs:fc:[a-z0-9-]+:[A-Za-z0-9-]+:layers/[A-Za-z0-9_-]+/versions/[1-9][0-9]*")
_HANDLER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\.[A-Za-z_][A-Za-z0-9_]*")
_DESTINATION = re.compile(
    r"acs:mns:[a-z0-9-]+:[0-9]+:/(queues|topics)/[A-Za-z0-9-]+/messages|acs:fc:[a-z0-9-]+:[0-9]+:functions/\S+"
    r"|acs:(eventbridge|mq):\S+"
)
#: Environment variables that the runtime sets itself (Function Compute, environment variables).
_RESERVED = ("FC_", "ALIBABA_CLOUD_")
_MOST_LAYERS = 5
#: vCPUs come in steps, and go with one to four GB of memory each (Function Compute, instance specifications).
_CPU_STEP, _MOST_GB = Fraction(1, 20), 4
_DEFAULT_CPU, _DEFAULT_MEMORY = 0.35, 512

Props = Mapping[str, Any]


def function_problems(props: Props) -> Iterator[str]:
    """What is wrong with the properties of one function; of one that does not fit the schema that alone."""
    wrong = list(violations(props))
    if wrong:
        yield from wrong
        return
    yield from _names(props)
    yield from _resources(props)
    yield from _left_out(props)
    yield from _environment(props)
    yield from _asynchronous(props)
    yield from trigger_problems(props)


def _names(props: Props) -> Iterator[str]:
    name, role, handler = props["functionName"], props.get("role"), props.get("handler")
    if not _FUNCTION.fullmatch(name):
        yield f"functionName: {name!r} is no name: letters, digits, _ and -, no digit first, 64 at most"
    if role is not None and not _ROLE.fullmatch(role):
        yield f"role: {role!r} is no role in lower case, as in acs:ram::ACCOUNT:role/name"
    if handler is not None and not _HANDLER.fullmatch(handler):
        yield f"handler: {handler!r} is no module.function, as in index.handler"
    layers = props.get("layers", ())
    if len(layers) > _MOST_LAYERS:
        yield f"layers: {len(layers)}; a function can have {_MOST_LAYERS}"
    for one in layers:
        if not _LAYER.fullmatch(one):
            yield f"layers: {one!r} is no layer, as in acs:fc:REGION:ACCOUNT:layers/NAME/versions/1"
    keys = [one["key"] for one in props.get("tags", ())]
    for place, key in enumerate(keys):
        if key != key.lower() or key in keys[:place]:
            yield f"tags[{place}].key: {key!r}: the component makes keys lower-case, and each can stand once"


def _resources(props: Props) -> Iterator[str]:
    cpu, memory = Fraction(str(props.get("cpu", _DEFAULT_CPU))), props.get("memorySize", _DEFAULT_MEMORY)
    gigabytes = Fraction(memory, 1024)
    if cpu % _CPU_STEP:
        yield f"cpu: {float(cpu)} is no multiple of {float(_CPU_STEP)}"
    if not cpu <= gigabytes <= _MOST_GB * cpu:
        least, most = float(gigabytes / _MOST_GB), float(gigabytes)
        yield (
            f"cpu: {float(cpu)} does not go with {memory} MB: a vCPU has 1 to {_MOST_GB} GB, "
            f"so take {least:g} to {most:g}"
        )
    if props.get("instanceConcurrency", 1) > 1 and not props["runtime"].startswith("custom"):
        yield f"instanceConcurrency: {props['runtime']} serves one request at a time"


def _left_out(props: Props) -> Iterator[str]:
    if "timeout" not in props:
        yield "timeout: is missing: the default is 3 seconds"
    if "logConfig" not in props:
        yield "logConfig: is missing: the component then takes away the logs that are configured"
    if "provisionConfig" in props and "scalingConfig" in props:
        yield "scalingConfig: the component takes it or provisionConfig, not both"


def _environment(props: Props) -> Iterator[str]:
    for name in props.get("environmentVariables", {}):
        if name.startswith(_RESERVED):
            yield f"environmentVariables.{name}: the runtime sets those that begin so: take another name"


def _asynchronous(props: Props) -> Iterator[str]:
    destinations = props.get("asyncInvokeConfig", {}).get("destinationConfig", {})
    for key, one in destinations.items():
        given = one.get("destination", "")
        if not _DESTINATION.fullmatch(given):
            yield (
                f"asyncInvokeConfig.destinationConfig.{key}.destination: {given!r} is none, as in "
                "acs:mns:REGION:ACCOUNT:/queues/NAME/messages"
            )
