from __future__ import annotations

import pytest

from eniguard.errors import ConfigError
from eniguard.settings.approving import AllowedClaim, ApprovalSettings, Keys, RamClaim
from eniguard.settings.guardfile import parse_policy

GOOD = """
remediation:
  approval:
    url: https://approve.example.com/plans
    issuer: https://login.example.com/staff
    client_id: eniguard
    client_secret: kms:oidc
    link_keys: {current: kms:links, previous: env:LINKS_BEFORE}
    session_keys: {current: kms:sessions}
    allowed:
      - {claim: groups, any_of: [network-security, on-call]}
    ram:
      - {claim: preferred_username, ram: user}
"""


def test_the_section_is_compiled() -> None:
    assert parse_policy(GOOD).remediation.approval == ApprovalSettings(
        url="https://approve.example.com/plans/",
        issuer="https://login.example.com/staff",
        client_id="eniguard",
        client_secret="kms:oidc",
        link_keys=Keys("kms:links", "env:LINKS_BEFORE"),
        session_keys=Keys("kms:sessions"),
        allowed=(AllowedClaim("groups", ("network-security", "on-call")),),
        ram=(RamClaim("preferred_username", "user"),),
    )


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        # No issuer and no page without TLS, not even on loopback.
        ("https://login.example.com/staff", "http://127.0.0.1:9400", "issuer: .*expected https"),
        ("https://login.example.com/staff", "https://u:p@login.example.com", "issuer: .*expected https"),
        ("https://login.example.com/staff", "https://login.example.com/?a=b", "issuer: .*expected https"),
        ("https://approve.example.com/plans", "http://approve.example.com", "url: .*expected https"),
        ("https://approve.example.com/plans", "https://[", "url: .*expected https"),
        ("kms:oidc", "the-secret-itself", "client_secret: .*expected env:NAME or kms:NAME"),
        ("{current: kms:sessions}", "{current: a-key-itself}", "session_keys.current: .*expected env:NAME"),
        ("kms:sessions", "kms:links", "have to be different secrets"),
        ("kms:sessions", "env:LINKS_BEFORE", "have to be different secrets"),
        ("kms:oidc", "kms:sessions", "have to be different secrets"),
        ("any_of: [network-security, on-call]", "any_of: []", "any_of"),
        ("      - {claim: groups, any_of: [network-security, on-call]}", "      []", "allowed"),
        ("      - {claim: preferred_username, ram: user}", "      []", "ram"),
        ("ram: user", "ram: nickname", "ram"),
        ("ram: user", "ram: session", "session needs roles"),
        ("ram: user", "ram: session, roles: []", "session needs roles"),
        ("ram: user", "ram: user, roles: [sso]", "roles are those of sessions"),
        ("ram: user", "ram: session, roles: ['*']", "roles"),
        ("    client_id: eniguard", "    client_id: eniguard\n    algorithms: [HS256]", "algorithms"),
        ("    client_id: eniguard", "    client_id: eniguard\n    algorithms: [none]", "algorithms"),
        ("    client_id: eniguard", "    client_id: eniguard\n    scopes: [profile]", "scopes need openid"),
        ("    client_id: eniguard", "    client_id: eniguard\n    max_age: 59", "max_age"),
        (
            "    client_id: eniguard",
            "    client_id: eniguard\n    client: x",
            "unknown key; valid here: url, issuer",
        ),
    ],
)
def test_what_is_wrong_is_named_and_no_value_is_repeated(old: str, new: str, problem: str) -> None:
    assert old in GOOD

    with pytest.raises(ConfigError, match=problem) as raised:
        parse_policy(GOOD.replace(old, new, 1))

    assert "itself" not in str(raised.value)
    assert "u:p" not in str(raised.value)


def test_a_session_is_compiled_with_its_roles() -> None:
    text = GOOD.replace("ram: user", "ram: session, roles: [sso-operators]")
    approval = parse_policy(text).remediation.approval

    assert approval is not None
    assert approval.ram == (RamClaim("preferred_username", "session", ("sso-operators",)),)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("{current: kms:links}", "keys and approval.link_keys name the same secret"),
        ("{current: kms:seal, previous: env:LINKS_BEFORE}", "keys and approval.link_keys"),
        ("{current: kms:sessions}", "keys and approval.session_keys"),
        ("{current: kms:seal, previous: kms:oidc}", "keys and approval.client_secret"),
    ],
)
def test_decisions_are_sealed_with_a_secret_of_their_own(keys: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        parse_policy(GOOD.replace("remediation:", f"remediation:\n  keys: {keys}"))
