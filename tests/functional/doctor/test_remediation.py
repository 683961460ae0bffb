"""What puts things back is looked at: its keys, its function, who may write, and roles elsewhere."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from eniguard.deployment.needs import of_remediation
from eniguard.settings.guardfile import parse_policy
from eniguard.state import Store
from fakealiyun import Cloud
from tests.functional.doctor.scene import (
    ACCOUNT,
    GUARD_YML,
    MEMBER,
    PROJECT,
    REGION,
    ROLE,
    SWEEP,
    Scene,
    allowing,
    needed,
)

REMEDIATE, WRITER, PUTTER = "example-remediate", "example-writer", "eniguard-putter"
KEYS = {"seal": "v" * 32, "links": "l" * 32, "sessions": "s" * 32, "oidc": "example-oidc"}
REMEDIATION = """
remediation:
  modes: [{mode: approve, rules: [EXP001]}, {mode: auto, rules: [SELF001]}]
  keys: {current: kms:seal}
  approval:
    url: https://approve.example.com/
    issuer: https://login.example.com/staff
    client_id: eniguard
    client_secret: kms:oidc
    link_keys: {current: kms:links}
    session_keys: {current: kms:sessions}
    allowed: [{claim: groups, any_of: [network-security]}]
    ram: [{claim: preferred_username, ram: user}]
"""
#: Also what the functions that decide need to link to the page and to set plans going.
DECIDING = needed() | {"fc:InvokeFunction", "kms:GetSecretValue"}
TEXT = (
    GUARD_YML.replace(f"{SWEEP}]", f"{SWEEP}, {REMEDIATE}]")
    .replace(f"roles: [{ROLE}]", f"roles: [{ROLE}, {WRITER}]")
    .replace("role: eniguard-reader", f"role: eniguard-reader, remediation_role: {PUTTER}")
    + REMEDIATION
)


def _needed_to_write() -> set[str]:
    needs = of_remediation(parse_policy(TEXT), REGION, ACCOUNT)
    return {one.action for one in needs} | {"log:PostLogStoreLogs", "ots:*Row", "ots:GetRange"}


class Brakes(Scene):
    """The account, with what puts things back."""

    def keep_keys(self, **other: str) -> None:
        for name, value in {**KEYS, **other}.items():
            self.call("kms:CreateSecret", SecretName=name, SecretData=value, VersionId="1")

    def make_remediate(self, role: str = WRITER) -> None:
        self.call(
            "fc:CreateFunction",
            functionName=REMEDIATE,
            runtime="python3.10",
            handler="index.handler",
            role=f"acs:ram::{ACCOUNT}:role/{role}",
            timeout=60,
            logConfig={"project": PROJECT, "logstore": "functions"},
        )

    def grant_writes(self, *more: str) -> None:
        self.cloud.role(WRITER, allowing({*_needed_to_write(), *more}))

    def trust_putter(self) -> None:
        principal = {"RAM": [f"acs:ram::{ACCOUNT}:root"]}
        statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}
        self.cloud.call(
            "ram:CreateRole",
            self.cloud.account(account_id=MEMBER),
            RoleName=PUTTER,
            AssumeRolePolicyDocument=json.dumps({"Version": "1", "Statement": [statement]}),
        )


STEPS: list[tuple[Callable[[Brakes], None], set[str]]] = [
    (
        Brakes.keep_keys,
        {
            "remediation/keys/current",
            "remediation/approval/link_keys/current",
            "remediation/approval/session_keys/current",
            "remediation/approval/client_secret",
            "remediation/keys/apart",
        },
    ),
    (Brakes.make_remediate, {"remediation/function"}),
    (Brakes.grant_writes, {f"remediation/rights/{WRITER}", f"permissions/{WRITER}"}),
    (Brakes.trust_putter, {f"remediation/account/{MEMBER}"}),
]


@pytest.fixture
def brakes(aliyun: Cloud, store: Store) -> Brakes:
    found = Brakes(aliyun, store, text=TEXT)
    found.complete()
    found.grant(allowing(DECIDING))
    return found


def _complete(brakes: Brakes) -> Brakes:
    for step, _ in STEPS:
        step(brakes)
    return brakes


def test_each_step_turns_its_checks(brakes: Brakes) -> None:
    for step, checks in STEPS:
        before = brakes.checks()
        assert all(before[one].advice for one in checks & before.keys())
        assert not any(before[one].status == "ok" for one in checks & before.keys())

        step(brakes)

        after = brakes.checks()
        assert {one: after[one].status for one in checks} == dict.fromkeys(checks, "ok")
    assert brakes.amiss() == set()


def test_a_guard_that_puts_nothing_back_needs_nothing_of_it(aliyun: Cloud, store: Store) -> None:
    found = Scene(aliyun, store).checks("remediation")

    assert {check: one.status for check, one in found.items()} == {"remediation": "ok"}


def _edited(old: str, new: str) -> Callable[[Brakes], None]:
    def edit(brakes: Brakes) -> None:
        assert old in brakes.text
        brakes.text = brakes.text.replace(old, new)

    return edit


def _secret(name: str, value: str) -> Callable[[Brakes], None]:
    return lambda brakes: brakes.call(
        "kms:PutSecretValue", SecretName=name, SecretData=value, VersionId=value[:8] + "2"
    )


def _shares_its_role(brakes: Brakes) -> None:
    brakes.call("fc:UpdateFunction", functionName=REMEDIATE, role=f"acs:ram::{ACCOUNT}:role/{ROLE}")


BROKEN: dict[str, tuple[Callable[[Brakes], None], str, str, str]] = {
    "key too short": (_secret("seal", "v" * 31), "remediation/keys/current", "31 bytes", "openssl rand"),
    "key of links too short": (
        _secret("links", "l" * 8),
        "remediation/approval/link_keys/current",
        "8 bytes",
        "openssl rand",
    ),
    "no such secret": (
        _edited("keys: {current: kms:seal}", "keys: {current: kms:other-seal}"),
        "remediation/keys/current",
        "KMS has no secret",
        "openssl rand",
    ),
    "links are made with the key of decisions": (
        _secret("links", KEYS["seal"]),
        "remediation/keys/apart",
        "keys/current and approval/link_keys/current",
        "a secret of its own",
    ),
    "sessions are made with the key of decisions": (
        _secret("sessions", KEYS["seal"]),
        "remediation/keys/apart",
        "keys/current and approval/session_keys/current",
        "a secret of its own",
    ),
    "remediate not named": (
        _edited(f", {REMEDIATE}]", "]"),
        "remediation/function",
        "names no function remediate",
        "guard.functions",
    ),
    "remediate gone": (
        lambda brakes: brakes.call("fc:DeleteFunction", functionName=REMEDIATE),
        "remediation/function",
        f"{REMEDIATE} is not in {REGION}",
        "s deploy",
    ),
    "remediate may not write": (
        lambda brakes: brakes.cloud.role(WRITER, allowing(_needed_to_write() - {"ecs:RevokeSecurityGroup"})),
        f"permissions/{WRITER}",
        "ecs:RevokeSecurityGroup on acs:ecs:*:1234567890123456:securitygroup/*",
        f"role {WRITER}",
    ),
    "remediate may more than the modes": (
        lambda brakes: brakes.grant_writes("ecs:ModifyNetworkInterfaceAttribute"),
        f"remediation/rights/{WRITER}",
        "remediate may ecs:ModifyNetworkInterfaceAttribute, which no mode",
        "generate ram-policy",
    ),
    "another function may write": (
        lambda brakes: brakes.grant(allowing(DECIDING | {"ecs:RevokeSecurityGroup"})),
        f"remediation/rights/{ROLE}",
        "sweep, trail_event, trail_file, trail_log may ecs:RevokeSecurityGroup, which is for remediate alone",
        f"policies of {ROLE}",
    ),
    "the sweep may set nothing going": (
        lambda brakes: brakes.grant(allowing(DECIDING - {"fc:InvokeFunction"})),
        f"permissions/{ROLE}",
        f"fc:InvokeFunction on acs:fc:{REGION}:{ACCOUNT}:functions/{REMEDIATE}",
        f"role {ROLE}",
    ),
    "no key to seal what is done at once": (
        lambda brakes: brakes.grant(allowing(DECIDING - {"kms:GetSecretValue"})),
        f"permissions/{ROLE}",
        f"kms:GetSecretValue on acs:kms:{REGION}:{ACCOUNT}:secret/links, kms:GetSecretValue",
        f"role {ROLE}",
    ),
    "remediate shares its role": (
        _shares_its_role,
        f"remediation/rights/{ROLE}",
        "remediate shares it with sweep",
        "a role of its own",
    ),
    "role of a member gone": (
        lambda brakes: brakes.cloud.call(
            "ram:DeleteRole", brakes.cloud.account(account_id=MEMBER), RoleName=PUTTER
        ),
        f"remediation/account/{MEMBER}",
        "cannot be assumed",
        f"acs:ram:*:{MEMBER}:role/{PUTTER}",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_broken_afterwards_is_named(brakes: Brakes, case: str) -> None:
    breaks, check, found, advice = BROKEN[case]
    _complete(brakes)

    breaks(brakes)

    one = brakes.checks()[check]
    assert (one.status, found in one.found, advice in (one.advice or "")) == ("wrong", True, True), one


def test_writes_under_a_condition_or_on_one_resource_are_writes(brakes: Brakes) -> None:
    _complete(brakes)
    policy = allowing(needed())
    place = f"acs:ecs:*:{ACCOUNT}:securitygroup/sg-bp1example0001"
    policy["Statement"].append({"Effect": "Allow", "Action": "ecs:Revoke*", "Resource": place})
    brakes.grant(policy)

    assert brakes.checks("remediation")[f"remediation/rights/{ROLE}"].status == "wrong"


def test_an_account_without_a_remediation_role_is_not_configured(brakes: Brakes) -> None:
    _complete(brakes)
    _edited(f", remediation_role: {PUTTER}", "")(brakes)

    found = brakes.checks("remediation")[f"remediation/account/{MEMBER}"]

    assert found.status == "not_configured"
    assert "remediation_role" in (found.advice or "")


def test_keys_in_variables_of_the_functions_are_unknown_here(brakes: Brakes) -> None:
    _complete(brakes)
    _edited("keys: {current: kms:seal}", "keys: {current: env:EXAMPLE_SEAL}")(brakes)

    found = brakes.checks("remediation")

    assert found["remediation/keys/current"].status == "unknown"
    assert "EXAMPLE_SEAL" in found["remediation/keys/current"].found
    assert found["remediation/keys/apart"].status == "unknown"


def test_a_doctor_who_may_read_no_secret_is_told_so(brakes: Brakes) -> None:
    _complete(brakes)
    policy = allowing(["*"])
    policy["Statement"].append({"Effect": "Deny", "Action": "kms:GetSecretValue", "Resource": "*"})
    brakes.doctor = brakes.cloud.role("example-denied", policy)

    found = brakes.checks("remediation")["remediation/keys/current"]

    assert found.status == "unknown"
    assert "kms:GetSecretValue" in (found.advice or "")


def test_no_check_tells_a_key(brakes: Brakes) -> None:
    _complete(brakes)
    _secret("links", KEYS["seal"])(brakes)

    found = brakes.checks("remediation")

    assert found["remediation/keys/apart"].status == "wrong"
    assert not any(value in repr(found) for value in KEYS.values())
