"""Answers of the cloud, as far as the doctor reads them."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from eniguard.cloud import Client
from eniguard.errors import CloudError, NotFound

_Form = TypeVar("_Form")


class Trail(Struct, frozen=True, rename="pascal"):
    """A trail (ActionTrail, DescribeTrails)."""

    name: str
    home_region: str = ""
    event_rw: str = msgspec.field(default="Write", name="EventRW")
    trail_region: str = "All"
    sls_project_arn: str = ""
    oss_bucket_name: str = ""
    oss_key_prefix: str = ""


class Trails(Struct, frozen=True, rename="pascal"):
    """The trails of an account."""

    trail_list: list[Trail] = []


class TrailStatus(Struct, frozen=True, rename="pascal"):
    """Whether a trail delivers (ActionTrail, GetTrailStatus); ``None`` is not told."""

    is_logging: bool = False
    oss_bucket_status: bool | None = None
    sls_log_store_status: bool | None = None
    latest_delivery_error: str = ""
    latest_delivery_log_service_error: str = ""


class Target(Struct, frozen=True, rename="pascal"):
    """Where a rule hands events to."""

    endpoint: str = ""
    type: str = ""


class EventRule(Struct, frozen=True, rename="pascal"):
    """A rule (EventBridge, GetRule)."""

    rule_name: str = ""
    filter_pattern: str = "{}"
    status: str = ""
    targets: list[Target] = []


class RuleAnswer(Struct, frozen=True, rename="pascal"):
    """One rule; without ``data`` the code says why."""

    data: EventRule | None = None
    code: str = ""
    message: str = ""


class RulePage(Struct, frozen=True, rename="pascal"):
    """Some rules of a bus."""

    rules: list[EventRule] = []
    next_token: str = ""


class RulesAnswer(Struct, frozen=True, rename="pascal"):
    """A page of the rules of a bus."""

    data: RulePage | None = None
    code: str = ""
    message: str = ""


class LogConfig(Struct, frozen=True, rename="camel"):
    """Where a function logs to."""

    project: str = ""
    logstore: str = ""


class Function(Struct, frozen=True, rename="camel"):
    """A function (Function Compute, GetFunction)."""

    function_name: str
    runtime: str = ""
    role: str = ""
    timeout: int = 3
    memory_size: int | None = None
    log_config: LogConfig | None = None

    @property
    def role_name(self) -> str:
        """The name of its role, without the account; empty when it has none."""
        return self.role.rpartition("/")[2]


class Destination(Struct, frozen=True, rename="camel"):
    """Where calls end that failed, or succeeded, for good."""

    destination: str = ""


class Destinations(Struct, frozen=True, rename="camel"):
    """Both of them."""

    on_failure: Destination | None = None


class AsyncConfig(Struct, frozen=True, rename="camel"):
    """How asynchronous calls are repeated (Function Compute, GetAsyncInvokeConfig); ``None``: by default."""

    max_async_retry_attempts: int | None = None
    max_async_event_age_in_seconds: int | None = None
    destination_config: Destinations | None = None


class Trigger(Struct, frozen=True, rename="camel"):
    """A trigger; ``trigger_config`` is the JSON text of what its type takes."""

    trigger_name: str
    trigger_type: str
    trigger_config: str = "{}"
    source_arn: str = ""


class Triggers(Struct, frozen=True, rename="camel"):
    """The triggers of a function."""

    triggers: list[Trigger] = []


class LogSource(Struct, frozen=True, rename="camel"):
    """What a log trigger reads."""

    logstore: str = ""


class TriggerConfig(Struct, frozen=True, rename="camel"):
    """What the configurations of log and timer triggers have in common, and the former alone."""

    enable: bool | None = None
    source_config: LogSource | None = None


class AttachedPolicy(Struct, frozen=True, rename="pascal"):
    """A policy that a role has."""

    policy_name: str
    policy_type: str


class AttachedPolicies(Struct, frozen=True, rename="pascal"):
    """The policies that a role has."""

    policy: list[AttachedPolicy] = []


class RolePolicies(Struct, frozen=True, rename="pascal"):
    """The same, as ListPoliciesForRole answers."""

    policies: AttachedPolicies = AttachedPolicies()


class PolicyVersion(Struct, frozen=True, rename="pascal"):
    """A version of a policy."""

    policy_document: str = ""


class PolicyAnswer(Struct, frozen=True, rename="pascal"):
    """A policy with the version in force (RAM, GetPolicy)."""

    default_policy_version: PolicyVersion | None = None


class Identity(Struct, frozen=True, rename="pascal"):
    """Who calls (STS, GetCallerIdentity)."""

    account_id: str
    arn: str = ""


def read(client: Client, product: str, action: str, form: type[_Form], **parameters: Any) -> _Form:
    """The answer to a call of the RPC style.

    Raises
    ------
    CloudError
        There is none.
    msgspec.MsgspecError
        It has another form.
    """
    region = parameters.pop("region", None)
    return _converted(client.call(product, action, parameters, region=region), form)


def read_path(client: Client, action: str, path: str, form: type[_Form]) -> _Form:
    """The answer to a read of Function Compute; otherwise as `read`."""
    answer = client.call_path("fc", action, "GET", f"/2023-03-30{path}")
    return _converted(msgspec.json.decode(answer.body), form)


def missing(error: CloudError) -> bool:
    """Whether an error says that there is no such thing; EventBridge says EventRuleNotExisted."""
    return isinstance(error, NotFound) or "notexist" in (error.code or "").lower()


def _converted(fields: object, form: type[_Form]) -> _Form:
    return msgspec.convert(_said(fields), form, strict=False)


def _said(node: object) -> object:
    """A JSON value without its nulls: some services leave out what has no value, and others write null."""
    if isinstance(node, dict):
        return {name: _said(value) for name, value in node.items() if value is not None}
    return [_said(one) for one in node] if isinstance(node, list) else node
