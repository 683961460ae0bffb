"""The functions of the guard: what they run with, how failed calls are repeated, what calls them."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import msgspec

from eniguard.cloud.transport import CONNECT, READ
from eniguard.doctor.answers import (
    AsyncConfig,
    Function,
    Trigger,
    TriggerConfig,
    Triggers,
    missing,
    read_path,
)
from eniguard.doctor.check import Check, asked, not_configured, ok, unknown, wrong
from eniguard.doctor.setup import DECIDING, Setup, is_old, kind_of
from eniguard.errors import CloudError

_DEPLOY = "s deploy -y -t template.yml"
#: What the guard runs on: the versions that Function Compute has of those it is tested with, or one's own
#: image of any (docs/sources.md, Function Compute).
_RUNTIMES = ("python3.10", "python3.12", "custom")
#: Seconds: a function that decides has to outlive one look-up that nobody answers. Function Compute gives 3
#: to one that says nothing.
_LEAST_SECONDS = int(CONNECT + READ) + 5
#: Seconds for which a call that failed has to be repeated at least: a choice of this project, longer than a
#: deployment that goes wrong and is taken back.
_LEAST_AGE = 3600
#: Functions that are called asynchronously: their calls are lost when the repeats are used up.
_ASYNC = ("trail_event", "trail_file")
#: What has to call a function, by its kind, and where the events of it are.
_TRIGGERS = {"trail_log": "log", "trail_file": "oss", "sweep": "timer"}


def functions(setup: Setup) -> Iterator[Check]:
    """Every function in guard.yml."""
    names = setup.policy.guard.functions
    if not names:
        yield not_configured(
            "function",
            "guard.yml names no function",
            f"deploy them ({_DEPLOY}) and name them under guard.functions",
        )
    for name in names:
        yield from asked(f"function/{name}", _function, setup, name)


def _function(setup: Setup, name: str) -> Iterator[Check]:
    check, kind = f"function/{name}", kind_of(name)
    if is_old(name):
        yield unknown(
            check,
            "a function of Function Compute 2.0 is not looked at",
            "look at it in the console, or deploy it to Function Compute 3.0",
        )
        return
    function = setup.function(name)
    if function is None:
        yield wrong(f"{check}/exists", f"there is no such function in {setup.region}", _DEPLOY)
        return
    yield ok(f"{check}/exists", f"it is in {setup.region}")
    yield from _settings(setup, check, kind, function)
    if kind in _ASYNC:
        yield from asked(f"{check}/async", _async, setup, check, name)
    if kind in _TRIGGERS:
        yield from asked(f"{check}/trigger", _trigger, setup, check, name, kind)


def _settings(setup: Setup, check: str, kind: str | None, function: Function) -> Iterator[Check]:
    runtime = function.runtime
    if runtime.startswith(_RUNTIMES):
        yield ok(f"{check}/runtime", f"{runtime}, {function.memory_size or 'unknown'} MB")
    else:
        yield wrong(
            f"{check}/runtime",
            f"its runtime is {runtime or 'not told'}",
            f"set runtime: python3.10 in template.yml, and {_DEPLOY}",
        )
    seconds = function.timeout
    if kind in DECIDING and seconds < _LEAST_SECONDS:
        yield wrong(
            f"{check}/timeout",
            f"{seconds} seconds: one look-up that nobody answers takes {int(CONNECT + READ)}",
            f"set timeout: 60 in template.yml, and {_DEPLOY}",
        )
    else:
        yield ok(f"{check}/timeout", f"{seconds} seconds")
    yield _role(setup, check, function)
    log = function.log_config
    if log is not None and log.project and log.logstore:
        yield ok(f"{check}/logs", f"it logs to {log.project}/{log.logstore}")
    else:
        yield wrong(
            f"{check}/logs",
            "it logs to nowhere: what it finds is told to nobody",
            f"set logConfig (project, logstore) in template.yml, and {_DEPLOY}",
        )


def _role(setup: Setup, check: str, function: Function) -> Check:
    role, named = function.role_name, setup.policy.guard.roles
    if not role:
        return wrong(
            f"{check}/role",
            "it has no role, and may call nothing",
            f"set role in template.yml, and {_DEPLOY}",
        )
    if role.lower() in (one.lower() for one in named):
        return ok(f"{check}/role", f"it runs as {role}")
    return wrong(
        f"{check}/role",
        f"it runs as {role}, which guard.yml does not name: nobody watches over that role",
        f"add {role} under guard.roles in guard.yml",
    )


def _async(setup: Setup, check: str, name: str) -> Check:
    try:
        path = f"/functions/{quote(name, safe='')}/async-invoke-config"
        config = read_path(setup.client, "GetAsyncInvokeConfig", path, AsyncConfig)
    except CloudError as error:
        if not missing(error):
            raise
        config = AsyncConfig()
    retries, age = config.max_async_retry_attempts, config.max_async_event_age_in_seconds
    destinations = config.destination_config
    failure = destinations.on_failure if destinations is not None else None
    problems = [
        "a call that failed is not repeated" if retries == 0 else "",
        f"a call is given up after {age} seconds" if age is not None and age < _LEAST_AGE else "",
        "" if failure is not None and failure.destination else "a call that fails for good goes nowhere",
    ]
    found = "; ".join(filter(None, problems))
    if not found:
        kept = failure.destination if failure is not None else ""
        return ok(f"{check}/async", f"{'3' if retries is None else retries} repeats, then to {kept}")
    return wrong(
        f"{check}/async",
        found,
        "set asyncInvokeConfig in template.yml (maxAsyncRetryAttempts: 3, maxAsyncEventAgeInSeconds: 18000, "
        f"destinationConfig.onFailure.destination: a queue), and {_DEPLOY}",
    )


def _trigger(setup: Setup, check: str, name: str, kind: str) -> Check:
    wanted = _TRIGGERS[kind]
    found = read_path(setup.client, "ListTriggers", f"/functions/{quote(name, safe='')}/triggers", Triggers)
    triggers = [one for one in found.triggers if one.trigger_type.lower() == wanted]
    check = f"{check}/trigger"
    if not triggers:
        return wrong(
            check,
            f"nothing calls it: it has no {wanted} trigger",
            f"add a trigger of the type {wanted} in template.yml, and {_DEPLOY}",
        )
    problems = {one.trigger_name: _problem(setup, one) for one in triggers}
    good = [trigger for trigger, problem in problems.items() if problem is None]
    if good:
        return ok(check, f"{', '.join(good)} calls it")
    told = "; ".join(f"{trigger} {problem}" for trigger, problem in problems.items())
    return wrong(check, told, f"put the trigger right in template.yml, and {_DEPLOY}")


def _problem(setup: Setup, trigger: Trigger) -> str | None:
    """What keeps a trigger from calling with what the trails of the guard write."""
    config = msgspec.json.decode(trigger.trigger_config or "{}", type=TriggerConfig)
    if config.enable is False:
        return "is switched off"
    trails = setup.policy.guard.trails
    # acs:log:REGION:ACCOUNT:project/NAME and acs:oss:REGION:ACCOUNT:NAME
    place = trigger.source_arn.rpartition(":")[2].rpartition("/")[2]
    if trigger.trigger_type.lower() == "oss":
        buckets = [one.oss_bucket for one in trails if one.oss_bucket is not None]
        return _elsewhere("the bucket", place, buckets)
    if trigger.trigger_type.lower() == "log":
        projects = [one.sls_project for one in trails if one.sls_project is not None]
        logstore = config.source_config.logstore if config.source_config is not None else ""
        stores = [f"actiontrail_{one.name}" for one in trails]
        return _elsewhere("the project", place, projects) or _elsewhere("the logstore", logstore, stores)
    return None


def _elsewhere(what: str, have: str, wanted: list[str]) -> str | None:
    if not wanted or not have or have.lower() in (one.lower() for one in wanted):
        return None
    return f"reads {what} {have}, and the trail writes into {', '.join(wanted)}"
