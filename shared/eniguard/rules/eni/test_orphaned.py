from __future__ import annotations

from typing import Any

import pytest

from eniguard.model import Sweep
from eniguard.settings import Policy, RuleSettings
from eniguard.testing import eni_item, findings, snapshot, swept, undecided

ENI, NAT_ROLE = "eni-bp1managed0001", "AliyunServiceRoleForNatgw"
LONG_AGO, TODAY = "2026-01-15T08:00:00Z", "2026-03-01T06:00:00Z"


def unused(managed: bool | None = True, **fields: Any) -> dict[str, Any]:
    """An ENI of the NAT gateway service that nothing uses."""
    said = {"Status": "Available", "CreationTime": LONG_AGO, "Description": "Created by nat.aliyuncs.com"}
    return eni_item(ENI, managed, **{**said, **fields})


def judged(
    *enis: dict[str, Any], roles: tuple[str, ...] | None = (NAT_ROLE,), hours: int | None = None
) -> Sweep:
    listed = {} if roles is None else {"ram:Role": [{"RoleName": role} for role in roles]}
    tuned = {} if hours is None else {"ENI007": RuleSettings(params={"hours": hours})}
    state = snapshot({"ecs:NetworkInterface": enis, **listed})
    return swept(state, policy=Policy(rules=tuned), only=["ENI007"])


def test_a_managed_eni_that_nothing_uses_for_long_is_reported_with_its_service() -> None:
    sweep = judged(unused())

    (finding,) = sweep.findings
    assert findings(sweep) == [("ENI007", "low", ENI)]
    assert (finding.subject.managed, finding.subject.owner_service) == (True, "nat.aliyuncs.com")
    assert finding.summary == (
        f"ENI {ENI} is managed by nat.aliyuncs.com and nothing uses it; it was made 1084 hours ago"
    )
    assert {one.name: (one.value, one.source, one.as_of) for one in finding.evidence} == {
        "Status": ("Available", "snapshot", "2026-03-01T08:00:00Z"),
        "CreationTime": (LONG_AGO, "snapshot", "2026-03-01T08:00:00Z"),
        "Description": ("Created by nat.aliyuncs.com", "snapshot", "2026-03-01T08:00:00Z"),
    }
    assert "nat.aliyuncs.com" in finding.advice


@pytest.mark.parametrize(
    "changed",
    [
        {"ServiceManaged": False},
        {"Status": "InUse"},
        {"Status": "Attaching"},
        {"Status": "Deleting"},
        {"CreationTime": TODAY},
        {"ServiceManaged": False, "Status": None},
    ],
    ids=lambda changed: " ".join(f"{name}={value}" for name, value in changed.items()),
)
def test_an_eni_of_the_account_or_in_use_or_new_is_let_pass(changed: dict[str, Any]) -> None:
    sweep = judged(unused(**changed))

    assert (findings(sweep), undecided(sweep)) == ([], [])


@pytest.mark.parametrize(("made", "found"), [("2026-02-28T12:00:01Z", 0), ("2026-02-28T12:00:00Z", 1)])
def test_a_whole_day_has_to_be_over(made: str, found: int) -> None:
    assert len(judged(unused(CreationTime=made)).findings) == found


def test_the_age_can_be_set() -> None:
    assert findings(judged(unused(CreationTime=TODAY), hours=6)) == [("ENI007", "low", ENI)]
    assert findings(judged(unused(CreationTime=TODAY), hours=7)) == []


@pytest.mark.parametrize(
    ("changed", "missing"),
    [
        ({"CreationTime": None}, "it is not known when it was made"),
        ({"CreationTime": "long ago"}, "it is not known when it was made"),
        ({"Status": None}, "its status is not known"),
        ({"ServiceManaged": None}, "it is not known whether it is managed"),
    ],
)
def test_what_cannot_be_told_is_undecided(changed: dict[str, Any], missing: str) -> None:
    sweep = judged(unused(**changed))

    assert findings(sweep) == []
    (one,) = sweep.undecided
    assert one.reason == f"{ENI} may be orphaned, but {missing}"
    assert one.refs == (f"ecs:NetworkInterface id={ENI}",)
    assert one.subject is not None
    assert one.subject.id == ENI


def test_without_a_listing_of_enis_the_rule_as_a_whole_is_undecided() -> None:
    sweep = swept(snapshot({"ram:Role": []}), only=["ENI007"])

    (one,) = sweep.undecided
    assert one.refs == ("ecs:NetworkInterface listing=cn-hangzhou",)
    assert one.reason == "the state snapshot has no listing of ecs:NetworkInterface"


@pytest.mark.parametrize("made", [TODAY, None])
def test_an_unused_eni_whose_service_has_no_role_any_more_is_reported_at_once(made: str | None) -> None:
    sweep = judged(unused(CreationTime=made), roles=("SomeOtherRole",))

    (finding,) = sweep.findings
    assert finding.summary.endswith("nothing uses it; its service has no role in the account")
    assert [one.note for one in finding.evidence if one.name == "role"] == [
        "no role of nat.aliyuncs.com is left"
    ]


@pytest.mark.parametrize(
    "roles", [(NAT_ROLE.lower(),), (f"{NAT_ROLE}_mine",), None], ids=["lower case", "suffix", "not listed"]
)
def test_a_role_that_is_there_or_not_listed_leaves_a_new_eni_alone(roles: tuple[str, ...] | None) -> None:
    sweep = judged(unused(CreationTime=TODAY), roles=roles)

    assert (findings(sweep), undecided(sweep)) == ([], [])


def test_a_role_that_trusts_the_service_counts_as_its_role() -> None:
    trust = {"Statement": [{"Effect": "Allow", "Principal": {"Service": ["nat.aliyuncs.com"]}}]}
    role = {"RoleName": "MyNatRole", "AssumeRolePolicyDocument": trust}
    state = snapshot({"ecs:NetworkInterface": [unused(CreationTime=TODAY)], "ram:Role": [role]})

    assert swept(state, only=["ENI007"]).findings == ()


def test_an_eni_of_a_service_that_is_not_known_is_judged_by_its_age_alone() -> None:
    sweep = judged(unused(CreationTime=TODAY, Description=""), unused(Description=""), roles=())

    assert findings(sweep) == [("ENI007", "low", ENI)]


def test_an_eni_that_is_a_day_old_to_the_second_is_reported_with_its_age() -> None:
    (finding,) = judged(unused(CreationTime="2026-02-28T12:00:00Z")).findings
    assert finding.summary.endswith("and nothing uses it; it was made 24 hours ago")
