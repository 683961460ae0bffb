"""Putting things back: its keys, the one function that writes, and the roles that it takes elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from eniguard.deployment.needs import of_remediation
from eniguard.doctor.access import refused
from eniguard.doctor.answers import missing
from eniguard.doctor.check import Check, asked, not_configured, ok, unknown, wrong
from eniguard.doctor.permissions import statements_of_role
from eniguard.doctor.sealing_keys import sealing_keys
from eniguard.doctor.setup import Setup, is_old, kind_of
from eniguard.errors import CloudError
from eniguard.remediation.remedies import REMEDIES
from eniguard.roles import Statement, verdict

_DEPLOY = "s deploy -y -t template.yml"
#: The calls that put something back, and those that take that back.
_WRITES = frozenset(action for one in REMEDIES.values() for action in (one.action, one.inverse))


def remediation(setup: Setup) -> Iterator[Check]:
    """What has to be there for modes that go beyond showing plans."""
    if not setup.policy.remediation.goes_beyond("plan"):
        yield ok("remediation", "no mode in guard.yml is approve or auto: nothing is put back")
        return
    yield from sealing_keys(setup)
    yield from asked("remediation/function", _function, setup)
    yield from asked("remediation/rights", _rights, setup)
    for account in setup.policy.accounts:
        yield from asked(f"remediation/account/{account}", _member, setup, account)


def _function(setup: Setup) -> Check:
    check, names = "remediation/function", setup.functions_of("remediate")
    if not names:
        return wrong(
            check,
            "guard.yml names no function remediate: what is approved is carried out by nobody",
            f"deploy it ({_DEPLOY}), and name it under guard.functions",
        )
    absent = [one for one in names if setup.function(one) is None]
    if absent:
        return wrong(check, f"{', '.join(absent)} is not in {setup.region}", _DEPLOY)
    return ok(check, f"{', '.join(names)} carries out what is approved")


def _rights(setup: Setup) -> Iterator[Check]:
    """One check for each role that functions of guard.yml run as: remediate alone may write."""
    kinds: dict[str, set[str]] = {}
    for name in setup.policy.guard.functions:
        function = None if is_old(name) else setup.function(name)
        if function is not None and function.role_name:
            kinds.setdefault(function.role_name, set()).add(kind_of(name) or name)
    for role, used_by in kinds.items():
        yield from asked(f"remediation/rights/{role}", _role, setup, role, used_by)


def _role(setup: Setup, role: str, used_by: set[str]) -> Check:
    check = f"remediation/rights/{role}"
    try:
        statements = statements_of_role(setup, role)
    except CloudError as error:
        if not missing(error):
            raise
        return unknown(check, f"the role {role} does not exist", f"see the check permissions/{role}")
    if statements is None:
        return unknown(check, "a policy of it cannot be read", f"look at the policies of {role} in RAM")
    others = sorted(used_by - {"remediate"})
    if "remediate" in used_by and others:
        return wrong(
            check,
            f"remediate shares it with {', '.join(others)}, which are to change nothing",
            "give remediate a role of its own: eniguard generate ram-policy writes one for each function",
        )
    lent = _may(statements) - (_wanted(setup) if "remediate" in used_by else set())
    if not lent:
        return ok(check, "it may write what the modes need" if not others else "it puts nothing back")
    named = ", ".join(sorted(lent))
    if others:
        found = f"{', '.join(others)} may {named}, which is for remediate alone"
    else:
        found = f"remediate may {named}, which no mode in guard.yml lets it do"
    return wrong(check, found, f"take it out of the policies of {role}: see eniguard generate ram-policy")


def _may(statements: list[Statement]) -> set[str]:
    """The writes that policies allow anywhere, or under a condition."""
    return {one for one in _WRITES if verdict(statements, one) is not False}


def _wanted(setup: Setup) -> set[str]:
    needs = of_remediation(setup.policy, setup.region, setup.caller.account_id)
    return {one.action for one in needs} & _WRITES


def _member(setup: Setup, account: str) -> Check:
    check, role = f"remediation/account/{account}", setup.policy.remediation_roles.get(account)
    own = setup.caller.account_id
    if account == own:
        return ok(check, "it is the account that the guard runs in")
    if role is None:
        return not_configured(
            check,
            "no remediation_role is named for it: nothing is put back there",
            "name one as remediation_role under accounts in guard.yml, if something is to be",
        )
    client = setup.accounts(own, setup.policy.remediation_roles)(account)
    if client is None or (code := refused(client)) is None:
        return ok(check, f"{role} can be assumed by {setup.caller.arn}")
    return wrong(
        check,
        f"{role} of account {account} cannot be assumed by {setup.caller.arn}: {code}",
        f"make the role in that account (eniguard generate ram-policy --account {account}), let it trust the "
        f"role of remediate in account {own}, and whoever runs eniguard doctor, and allow sts:AssumeRole on "
        f"acs:ram:*:{account}:role/{role}",
    )
