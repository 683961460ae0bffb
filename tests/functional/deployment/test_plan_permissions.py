"""What sets plans going, and shows them, is allowed by the modes of guard.yml alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from eniguard.deployment import Need, roles_of
from eniguard.errors import ConfigError
from eniguard.settings import DEFAULT_POLICY, Mode, Policy, RemediationSettings
from eniguard.settings.approving import Keys
from eniguard.settings.guardfile import read_policy
from eniguard.settings.remediation import ModeEntry
from tests.functional.approval.scene import GUARD
from tests.functional.deployment.templates import resources, roles


@pytest.mark.parametrize("name", ["trail-log", "trail-event", "trail-file", "sweep"])
@pytest.mark.parametrize("mode", ["off", "plan", "approve", "auto"])
def test_what_sets_plans_going_is_allowed_by_the_modes_alone(name: str, mode: Mode, tmp_path: Path) -> None:
    keys = Keys("kms:seal", "kms:seal-before")
    page = read_policy(_guard_of_kms(tmp_path)).remediation.approval
    settings = RemediationSettings(modes=(ModeEntry(mode, ("EXP001",)),), keys=keys, approval=page)

    needs = roles(Policy(remediation=settings))[f"eniguard-dev-{name}"].needs

    where = "cn-hangzhou:1234567890123456"
    links = {Need("kms:GetSecretValue", f"acs:kms:{where}:secret/links")}
    seals = {Need("kms:GetSecretValue", f"acs:kms:{where}:secret/{key}") for key in ("seal", "seal-before")}
    invoking = {Need("fc:InvokeFunction", f"acs:fc:{where}:functions/eniguard-dev-remediate")}
    wanted = {
        ("approve", "sweep"): links | invoking,
        ("approve", "trail-log"): links,
        ("approve", "trail-event"): links,
        ("auto", "sweep"): links | seals | invoking,
        ("auto", "trail-log"): links | seals | invoking,
        ("auto", "trail-event"): links | seals | invoking,
    }
    assert {one for one in needs if one.action.startswith(("fc:", "kms:"))} == wanted.get((mode, name), set())


def test_a_function_that_does_not_know_what_carries_plans_out_is_refused_where_one_is_set_going() -> None:
    function = resources()["trail_event"]
    del function["props"]["environmentVariables"]["ENIGUARD_REMEDIATE"]
    settings = RemediationSettings(modes=(ModeEntry("auto", ("SELF001",)),), keys=Keys("kms:seal"))

    assert roles_of({"trail_event": function}, DEFAULT_POLICY)
    with pytest.raises(ConfigError, match=r"resources\.trail_event: set ENIGUARD_REMEDIATE"):
        roles_of({"trail_event": function}, Policy(remediation=settings))


def test_the_page_may_call_the_function_that_carries_out_and_read_its_own_secrets(tmp_path: Path) -> None:
    page = resources()["approval"]

    (role,) = roles_of({"approval": page}, read_policy(_guard_of_kms(tmp_path)))

    named = [need for need in role.needs if need.action.startswith(("fc:", "kms:"))]
    where = "cn-hangzhou:1234567890123456"
    assert named == [
        Need("fc:InvokeFunction", f"acs:fc:{where}:functions/eniguard-dev-remediate"),
        Need("kms:GetSecretValue", f"acs:kms:{where}:secret/client"),
        Need("kms:GetSecretValue", f"acs:kms:{where}:secret/links"),
    ]


def test_a_page_that_does_not_know_what_to_call_is_refused() -> None:
    page = resources()["approval"]
    del page["props"]["environmentVariables"]["ENIGUARD_REMEDIATE"]

    with pytest.raises(ConfigError, match=r"resources\.approval: set ENIGUARD_REMEDIATE"):
        roles_of({"approval": page}, DEFAULT_POLICY)


def _guard_of_kms(folder: Path) -> Path:
    guard = folder / "guard.yml"
    guard.write_text(_of_kms(GUARD))
    return guard


def _of_kms(guard: str) -> str:
    for name, reference in {
        "STATE": "env:ENIGUARD_STATE",
        "LINK_KEY,": "kms:links,",
        "CLIENT_SECRET": "kms:client",
    }.items():
        guard = guard.replace(f"env:{name}", reference)
    return guard
