"""What each function of a template needs to do its work: RAM actions, and what on.

Everything that is not asked for here is denied: the role of a function has no right that neither an enabled
rule nor the function itself needs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from msgspec import Struct

from eniguard.errors import ConfigError
from eniguard.events.catalog.ram import STATUS_OF_DELETION
from eniguard.intake.deletions import are_watched
from eniguard.remediation.remedies import OF_RULES, REMEDIES, Place
from eniguard.rule_modules import registry_of
from eniguard.rules.registry import Registry
from eniguard.settings import Policy
from eniguard.settings.approving import Keys

#: The functions there are, by the name of their resource and folder.
Kind = Literal["trail_log", "trail_event", "trail_file", "sweep", "remediate", "approval"]
KINDS: tuple[Kind, ...] = get_args(Kind)

#: What every function asks beside the rules: whether a role that looks like a service's is one.
OF_ALL = ("ram:GetRole",)
#: What the sweep asks beside the rules: the gaps of the other ways, and what services manage.
_OF_SWEEP = ("actiontrail:LookupEvents", "ecs:DescribeNetworkInterfaces", "ecs:DescribeSecurityGroups")
#: What a store of Tablestore asks (docs/state.md).
OF_TABLE = ("ots:BatchWriteRow", "ots:DeleteRow", "ots:GetRange", "ots:GetRow", "ots:PutRow")
#: What a log trigger does in the name of its role (docs/sources.md, Permissions).
_OF_READING = ("log:GetCursorOrData", "log:ListShards")
_OF_GROUPS = (
    "log:ConsumerGroupHeartBeat",
    "log:ConsumerGroupUpdateCheckPoint",
    "log:CreateConsumerGroup",
    "log:DeleteConsumerGroup",
    "log:GetConsumerGroupCheckPoint",
    "log:ListConsumerGroup",
    "log:UpdateConsumerGroup",
)
_OFFLINE = "ENIGUARD_OFFLINE"
_REMEDIATE = "ENIGUARD_REMEDIATE"
EVERYWHERE = "*"

Props = Mapping[str, Any]


class Need(Struct, frozen=True, order=True):
    """A RAM action, and the full name of what it is needed on."""

    action: str
    resource: str = EVERYWHERE


class Role(Struct, frozen=True):
    """A role of a template.

    Attributes
    ----------
    name
        As in ``eniguard-dev-trail-event``.
    account
        The id of its account.
    service
        Who takes it: a service of the cloud, as in ``fc.aliyuncs.com``.
    takers
        In place of a service, the ARNs of the roles that take it.
    why
        What it is for, in a few words.
    needs
        What it has to be allowed.
    """

    name: str
    account: str
    service: str
    why: str
    needs: tuple[Need, ...]
    takers: tuple[str, ...] = ()


def roles_of(resources: Mapping[str, Any], policy: Policy) -> list[Role]:
    """The roles of the functions and triggers of a template.

    Parameters
    ----------
    resources
        Those of the rendered template, without problems.
    policy
        The guard.yml that is deployed.

    Raises
    ------
    ConfigError
        A resource is none of the functions, has no role, or shares one.
    """
    found: dict[str, Role] = {}
    for name, resource in resources.items():
        for role in _roles(_kind(name), resource["props"], policy):
            if role.name in found:
                raise ConfigError(
                    f"resources.{name}: the role {role.name} is that of another function: give each its own"
                )
            found[role.name] = role
    return list(found.values())


def assuming(account: str, role: str) -> Need:
    """Taking a role: RAM names it ``acs:ram:*:ACCOUNT:role/NAME``, its own ARN is without the ``*``."""
    return Need("sts:AssumeRole", f"acs:ram:*:{account}:role/{role}")


def registry_for(kind: Kind, policy: Policy) -> Registry:
    """The rules that a function asks under a policy."""
    return registry_of(policy, event_path=kind != "sweep")


def _kind(name: str) -> Kind:
    for kind in KINDS:
        if kind == name:
            return kind
    raise ConfigError(f"resources.{name}: not a function of eniguard; there are {', '.join(KINDS)}")


def _roles(kind: Kind, props: Props, policy: Policy) -> Iterator[Role]:
    region = props["region"]
    account, name = _named(kind, props.get("role"))
    needs = sorted(set(_of_function(kind, props, policy, account)))
    yield Role(name, account, "fc.aliyuncs.com", f"the function {kind}", tuple(needs))
    function = f"acs:fc:{region}:{account}:functions/{props['functionName']}"
    for trigger in props.get("triggers", ()):
        needs = [Need("fc:InvokeFunction", function)]
        if trigger["triggerType"] == "log":
            needs += _of_log_job(trigger, region, account)
        elif trigger["triggerType"] != "oss":
            continue
        account, name = _named(kind, trigger["invocationRole"])
        service = f"{trigger['triggerType']}.aliyuncs.com"
        yield Role(
            name, account, service, f"the trigger {trigger['triggerName']} of {kind}", tuple(sorted(needs))
        )


def _named(kind: Kind, role: str | None) -> tuple[str, str]:
    """The account and the name of a role."""
    account, separator, name = (role or "").removeprefix("acs:ram::").partition(":role/")
    if not separator:
        raise ConfigError(f"resources.{kind}: the role {role!r} is no ARN, as in acs:ram::ACCOUNT:role/NAME")
    return account, name


def _of_function(kind: Kind, props: Props, policy: Policy, account: str) -> Iterator[Need]:
    region, variables = props["region"], props.get("environmentVariables", {})
    log = props["logConfig"]
    yield Need("log:PostLogStoreLogs", _logstore(region, account, log["project"], log["logstore"]))
    for one in props.get("asyncInvokeConfig", {}).get("destinationConfig", {}).values():
        yield _of_destination(one["destination"])
    if variables.get(_OFFLINE) == "1":
        return
    yield from _of_state(policy, variables, region, account)
    if kind == "approval":
        yield from _of_approval(policy, variables, region, account)
        return
    yield from _of_sinks(policy, region, account)
    if kind == "remediate":
        yield from of_remediation(policy, region, account)
        return
    yield from map(Need, _of_rules(kind, policy))
    yield from _of_plans(kind, policy, variables, region, account)
    for member, role in policy.account_roles.items():
        if member != account:
            yield assuming(member, role)
    for trigger in props.get("triggers", ()):
        yield from _of_source(trigger, region, account)


def _of_rules(kind: Kind, policy: Policy) -> set[str]:
    registry = registry_for(kind, policy)
    asked = [rule for rule in registry.rules if rule.code not in registry.idle]
    wanted = {*OF_ALL, *(action for rule in asked for action in rule.permissions)}
    if kind == "sweep":
        wanted.update(of_sweep(registry), *(rule.permissions for rule in registry.sweeps))
    return wanted


def of_sweep(registry: Registry) -> tuple[str, ...]:
    """What the sweep asks beside the look-ups of its rules."""
    return (*_OF_SWEEP, STATUS_OF_DELETION) if are_watched(registry) else _OF_SWEEP


def of_remediation(policy: Policy, region: str, account: str) -> Iterator[Need]:
    """What putting things back asks: the writes, with those that take them back, of the modes alone."""
    yield from _of_keys([policy.remediation.keys], region, account)
    yield from of_remedies(policy, account)
    for member, role in policy.remediation_roles.items():
        if member != account and any(of_remedies(policy, member)):
            yield assuming(member, role)


def of_remedies(policy: Policy, account: str) -> Iterator[Need]:
    """What putting things back in an account asks there, under the modes for it."""
    allowed = {
        action
        for rule, actions in OF_RULES.items()
        if policy.remediation.most_for(rule, account) in ("approve", "auto")
        for action in actions
    }
    for action in sorted(allowed):
        remedy = REMEDIES[action]
        yield from map(Need, remedy.reads)
        for place in remedy.places(Place(account, policy.guard)):
            yield from (Need(write, place) for write in {remedy.action, remedy.inverse})


def _of_state(policy: Policy, variables: Mapping[str, str], region: str, account: str) -> Iterator[Need]:
    if policy.state is None:
        return
    url = policy.state.url
    if url.startswith("env:"):
        name = url.removeprefix("env:")
        if name not in variables:
            raise ConfigError(f"{policy.source}: state.url is {url}: set {name} in environmentVariables")
        url = variables[name]
    yield from _of_secrets((url, policy.state.password), region, account)
    if url.startswith("tablestore://"):
        parts = urlsplit(url)
        instance, _, place = (parts.hostname or "").partition(".")
        # A host of its own, as that of a VPC, does not begin with the region.
        where = region if place.endswith(".aliyuncs.com") else place
        table = f"acs:ots:{where}:{account}:instance/{instance}/table/{parts.path.strip('/')}"
        yield from (Need(action, table) for action in OF_TABLE)


def _of_sinks(policy: Policy, region: str, account: str) -> Iterator[Need]:
    for sink in policy.sinks:
        yield from _of_secrets((sink.url, sink.secret), region, account)


def _of_secrets(references: Iterable[str | None], region: str, account: str) -> Iterator[Need]:
    for reference in references:
        if reference is not None and reference.startswith("kms:"):
            secret = reference.removeprefix("kms:")
            yield Need("kms:GetSecretValue", f"acs:kms:{region}:{account}:secret/{secret}")


def _of_approval(policy: Policy, variables: Mapping[str, str], region: str, account: str) -> Iterator[Need]:
    """What the page does: it reads its secrets, and has plans carried out; it looks nothing up itself."""
    yield _of_invoking("approval", variables, region, account)
    remediation = policy.remediation
    approval = remediation.approval
    keys = [remediation.keys]
    if approval is not None:
        keys += [approval.link_keys, approval.session_keys]
        yield from _of_secrets([approval.client_secret], region, account)
    yield from _of_keys(keys, region, account)


def _of_plans(
    kind: Kind, policy: Policy, variables: Mapping[str, str], region: str, account: str
) -> Iterator[Need]:
    """What setting plans going asks, of the functions whose events nobody else can write.

    Verdicts are sealed by them where the mode is auto, and the sweep finds what was approved and not begun.
    """
    remediation = policy.remediation
    if kind == "trail_file" or not remediation.goes_beyond("plan"):
        return
    if remediation.approval is not None:
        yield from _of_keys([remediation.approval.link_keys], region, account)
    auto = remediation.goes_beyond("approve")
    if auto:
        yield from _of_keys([remediation.keys], region, account)
    if auto or kind == "sweep":
        yield _of_invoking(kind, variables, region, account)


def _of_keys(keys: Iterable[Keys | None], region: str, account: str) -> Iterator[Need]:
    for one in filter(None, keys):
        yield from _of_secrets([one.current, one.previous], region, account)


def _of_invoking(kind: Kind, variables: Mapping[str, str], region: str, account: str) -> Need:
    name = variables.get(_REMEDIATE)
    if not name:
        raise ConfigError(
            f"resources.{kind}: set {_REMEDIATE} in environmentVariables, to the function remediate"
        )
    return Need("fc:InvokeFunction", f"acs:fc:{region}:{account}:functions/{name}")


def _of_source(trigger: Props, region: str, account: str) -> Iterator[Need]:
    """What a function does to read what its trigger points at."""
    place = trigger.get("sourceArn", "").rpartition(":")[2]
    config = trigger["triggerConfig"]
    if trigger["triggerType"] == "log":
        project = place.removeprefix("project/")
        logstore = _logstore(region, account, project, config["sourceConfig"]["logstore"])
        yield Need("log:GetCursorOrData", logstore)
    elif trigger["triggerType"] == "oss":
        prefix = config["filter"]["key"]["prefix"]
        yield Need("oss:GetObject", f"acs:oss:*:{account}:{place}/{prefix}*")


def _of_log_job(trigger: Props, region: str, account: str) -> Iterator[Need]:
    config = trigger["triggerConfig"]
    project = trigger["sourceArn"].rpartition("/")[2]
    source = _logstore(region, account, project, config["sourceConfig"]["logstore"])
    yield from (Need(action, source) for action in _OF_READING)
    yield from (Need(action, f"{source}/consumergroup/*") for action in _OF_GROUPS)
    log = config["logConfig"]
    yield Need("log:PostLogStoreLogs", _logstore(region, account, log["project"], log["logstore"]))


def _of_destination(destination: str) -> Need:
    product = destination.split(":")[1]
    actions = {
        "mns": "mns:PublishMessage" if "/topics/" in destination else "mns:SendMessage",
        "fc": "fc:InvokeFunction",
        "eventbridge": "eventbridge:PutEvents",
        "mq": "mq:PUB",
    }
    return Need(actions[product], destination)


def _logstore(region: str, account: str, project: str, logstore: str) -> str:
    return f"acs:log:{region}:{account}:project/{project}/logstore/{logstore}"
