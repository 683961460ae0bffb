"""Whether the roles of the functions may do what the enabled rules and the functions themselves need."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from msgspec import Struct

from eniguard.deployment.needs import OF_ALL, OF_TABLE, of_remediation, of_sweep
from eniguard.doctor.answers import Function, PolicyAnswer, RolePolicies, missing, read
from eniguard.doctor.check import Check, asked, not_configured, ok, unknown, wrong
from eniguard.doctor.sealing_keys import references
from eniguard.doctor.setup import DECIDING, Setup, is_old, kind_of
from eniguard.errors import CloudError
from eniguard.roles import Statement, statements_of, verdict


class Need(Struct, frozen=True, order=True):
    """A RAM action, and the full name of what it is needed on; empty: on whatever rules look at."""

    action: str
    resource: str = ""

    @property
    def text(self) -> str:
        """The need in words."""
        return f"{self.action} on {self.resource}" if self.resource else self.action


def permissions(setup: Setup) -> Iterator[Check]:
    """One check for each role that functions of guard.yml run as."""
    roles: dict[str, set[Need]] = {}
    for name in setup.policy.guard.functions:
        if not is_old(name):
            yield from asked(f"permissions/{name}", _collect, setup, name, roles)
    if not roles:
        yield not_configured(
            "permissions", "no function with a role is known", "see the check function: deploy the functions"
        )
    for role, needs in roles.items():
        check = f"permissions/{role}"
        yield from asked(check, _role, setup, check, role, sorted(needs))


def _collect(setup: Setup, name: str, roles: dict[str, set[Need]]) -> Iterator[Check]:
    """Put down what a function needs under its role; a function that cannot be read makes a check of it."""
    function = setup.function(name)
    if function is not None and function.role_name:
        roles.setdefault(function.role_name, set()).update(needs_of(setup, kind_of(name), function))
    yield from ()


def needs_of(setup: Setup, kind: str | None, function: Function) -> Iterator[Need]:
    """What a function of a kind needs; a function of one's own needs to write its logs."""
    account, region = setup.caller.account_id, setup.region
    log = function.log_config
    if log is not None and log.project:
        place = f"project/{log.project}/logstore/{log.logstore}"
        yield Need("log:PostLogStoreLogs", f"acs:log:{region}:{account}:{place}")
    if kind is None:
        return
    yield from _of_store(setup, account)
    if kind == "remediate":
        for one in of_remediation(setup.policy, region, account):
            # A role is allowed by either name: acs:ram:*:… matches acs:ram::… as well.
            place = one.resource.replace("acs:ram:*:", "acs:ram::", 1)
            yield Need(one.action, "" if place == "*" else place)
    elif kind == "approval":
        yield from _of_invoking(setup, account)
        yield from _of_keys(setup, account, "keys", "link_keys", "session_keys", "client_secret")
    if kind not in DECIDING:
        return
    registry = setup.registry
    on_event_path = [rule for rule in registry.rules if rule.event_path]
    rules = (*registry.rules, *registry.sweeps) if kind == "sweep" else on_event_path
    yield from map(Need, OF_ALL)
    yield from _of_plans(setup, kind, account)
    yield from (Need(action) for rule in rules for action in rule.permissions)
    for member, role in setup.policy.account_roles.items():
        if member != account:
            yield Need("sts:AssumeRole", f"acs:ram::{member}:role/{role}")
    if kind == "sweep":
        yield from map(Need, of_sweep(registry))
    elif kind == "trail_log":
        for trail in setup.policy.guard.trails:
            if trail.sls_project is not None:
                place = f"project/{trail.sls_project}/logstore/actiontrail_{trail.name}"
                yield Need("log:GetCursorOrData", f"acs:log:{region}:{account}:{place}")
    elif kind == "trail_file":
        for trail in setup.policy.guard.trails:
            if trail.oss_bucket is not None:
                known = setup.trails.get(trail.name.lower())
                prefix = f"{known.oss_key_prefix.strip('/')}/" if known and known.oss_key_prefix else ""
                objects = f"{trail.oss_bucket}/{prefix}AliyunLogs/Actiontrail/{region}/"
                yield Need("oss:GetObject", f"acs:oss:oss-{region}:{account}:{objects}")


def _of_store(setup: Setup, account: str) -> Iterator[Need]:
    state = setup.policy.state
    if state is None:
        return
    yield from _of_secrets(setup, account, [state.url, state.password or ""])
    if state.url.startswith("tablestore://"):
        parts = urlsplit(state.url)
        instance, _, region = (parts.hostname or "").partition(".")
        table = f"instance/{instance}/table/{parts.path.strip('/')}"
        where = setup.region if region.endswith(".aliyuncs.com") else region
        yield from (Need(action, f"acs:ots:{where}:{account}:{table}") for action in OF_TABLE)


def _of_plans(setup: Setup, kind: str, account: str) -> Iterator[Need]:
    """What a function that decides needs for plans: to link to the page, and to set plans going."""
    settings = setup.policy.remediation
    if kind == "trail_file" or not settings.goes_beyond("plan"):
        return
    yield from _of_keys(setup, account, "link_keys")
    auto = settings.goes_beyond("approve")
    if auto:
        yield from _of_keys(setup, account, "keys")
    if auto or kind == "sweep":
        yield from _of_invoking(setup, account)


def _of_invoking(setup: Setup, account: str) -> Iterator[Need]:
    for name in setup.functions_of("remediate"):
        yield Need("fc:InvokeFunction", f"acs:fc:{setup.region}:{account}:functions/{name}")


def _of_keys(setup: Setup, account: str, *uses: str) -> Iterator[Need]:
    named = [one.reference for one in references(setup.policy) if one.use in uses]
    yield from _of_secrets(setup, account, named)


def _of_secrets(setup: Setup, account: str, named: list[str]) -> Iterator[Need]:
    for reference in named:
        if reference.startswith("kms:"):
            secret = f"secret/{reference.removeprefix('kms:')}"
            yield Need("kms:GetSecretValue", f"acs:kms:{setup.region}:{account}:{secret}")


def _role(setup: Setup, check: str, role: str, needs: list[Need]) -> Check:
    try:
        statements = statements_of_role(setup, role)
    except CloudError as error:
        if not missing(error):
            raise
        advice = "make it, trusted by fc.aliyuncs.com, or name another in template.yml"
        return wrong(check, f"the role {role} does not exist", advice)
    if statements is None:
        return unknown(check, "a policy of it cannot be read", f"look at the policies of {role} in RAM")
    answers = {need: _allowed(statements, need) for need in needs}
    left = [need.text for need, answer in answers.items() if answer is False]
    doubtful = [need.text for need, answer in answers.items() if answer is None]
    if left:
        found = f"not allowed: {', '.join(left)}"
        return wrong(check, found, f"allow it in a policy that is attached to the role {role}")
    if doubtful:
        return unknown(
            check,
            f"it depends on conditions or on which resource it is: {', '.join(doubtful)}",
            f'allow it on "*" without conditions in a policy of {role}, or try it out',
        )
    return ok(check, f"{len(needs)} actions are needed, and allowed")


def _allowed(statements: list[Statement], need: Need) -> bool | None:
    return verdict(statements, need.action, (need.resource,) if need.resource else ())


def statements_of_role(setup: Setup, role: str) -> list[Statement] | None:
    """The statements of all policies of a role; ``None`` when one cannot be read."""
    attached = read(setup.client, "ram", "ListPoliciesForRole", RolePolicies, RoleName=role)
    found: list[Statement] = []
    for one in attached.policies.policy:
        named = {"PolicyName": one.policy_name, "PolicyType": one.policy_type}
        version = read(setup.client, "ram", "GetPolicy", PolicyAnswer, **named).default_policy_version
        statements = statements_of(version.policy_document) if version is not None else None
        if statements is None:
            return None
        found += statements
    return found
