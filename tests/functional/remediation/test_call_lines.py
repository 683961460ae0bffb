"""A call in one line says what the call does, whatever is in its values."""

from __future__ import annotations

import pytest

from eniguard.remediation.call_lines import call_line
from eniguard.remediation.plan import PlannedCall


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("203.0.113.0/24", "203.0.113.0/24"),
        ("2001:db8::/32", "2001:db8::/32"),
        ("22/22", "22/22"),
        ("for a test", '"for a test"'),
        ("x SecurityGroupId=sg-other", '"x SecurityGroupId=sg-other"'),
        ('a" B="b', '"a\\" B=\\"b"'),
        ("", '""'),
    ],
)
def test_a_value_ends_where_it_ends(value: str, said: str) -> None:
    call = PlannedCall("ecs:AuthorizeSecurityGroup", {"Permissions.1.Description": value}, "It comes")

    assert call_line(call) == f"ecs:AuthorizeSecurityGroup Permissions.1.Description={said}"
