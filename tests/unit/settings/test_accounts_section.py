"""The accounts of guard.yml: whose events, and the role that look-ups there assume."""

from __future__ import annotations

import pytest

from eniguard.errors import ConfigError
from eniguard.settings.guardfile import parse_policy

FILE = """
accounts:
  - {id: "1234567890123456", name: production, role: eniguard-reader}
  - {id: "1234567890123499"}
"""


def test_account_may_name_the_role_to_assume() -> None:
    policy = parse_policy(FILE)

    assert policy.accounts == ("1234567890123456", "1234567890123499")
    assert policy.account_roles == {"1234567890123456": "eniguard-reader"}


@pytest.mark.parametrize("role", ["acs:ram::1234567890123456:role/reader", "a b", ""])
def test_role_that_is_no_name_is_a_config_error(role: str) -> None:
    with pytest.raises(ConfigError, match=r"accounts\.0\.role"):
        parse_policy(f'accounts: [{{id: "1234567890123456", role: "{role}"}}]')


def test_a_role_for_looking_up_is_not_the_one_that_writes() -> None:
    with pytest.raises(ConfigError, match=r"role and remediation_role are the same"):
        parse_policy('accounts: [{id: "1234567890123456", role: guard, remediation_role: Guard}]')
