from __future__ import annotations

import pytest

from eniguard.rules.exp.test_world import GROUP, group, world
from eniguard.testing import NAT_GATEWAY, call, decided, findings

ACTION = "ecs:ModifySecurityGroupPolicy"


@pytest.mark.parametrize(
    ("policy", "managed", "expected"),
    [
        ("Accept", False, [("EXP005", "low", GROUP)]),
        ("accept", False, [("EXP005", "low", GROUP)]),
        ("Accept", None, [("EXP005", "info", GROUP)]),
        ("Accept", True, []),
        ("Drop", False, []),
    ],
)
def test_members_that_may_reach_each_other_are_reported(
    policy: str, managed: bool | None, expected: list[tuple[str, str, str]]
) -> None:
    state = world(groups=[group(managed=managed)])

    for one in (
        call(ACTION, SecurityGroupId=GROUP, InnerAccessPolicy=policy),
        call(ACTION, NAT_GATEWAY, SecurityGroupId=GROUP, InnerAccessPolicy=policy),
    ):
        assert findings(decided(one, state=state, only=["EXP005"])) == expected


def test_row_of_the_table_is_cited() -> None:
    one = call(ACTION, SecurityGroupId=GROUP, InnerAccessPolicy="Accept")

    (finding,) = decided(one, state=world(), only=["EXP005"]).findings
    assert any("ModifySecurityGroupPolicy" in str(reference) for reference in finding.references)


def test_refused_call_is_nothing() -> None:
    one = call(ACTION, SecurityGroupId=GROUP, InnerAccessPolicy="Accept", error="Forbidden.RAM")

    assert findings(decided(one, state=world(), only=["EXP005"])) == []
