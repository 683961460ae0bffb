"""Who is told from the one who made a call: by names that neither could choose, and by no others."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eniguard.model import Actor
from eniguard.remediation.approval.people import Hindrance, Person, hindrance, person_of
from eniguard.settings.approving import ApprovalSettings, RamClaim
from eniguard.settings.guardfile import parse_policy
from tests.functional.approval.scene import GUARD

APPROVAL = parse_policy(GUARD).remediation.approval
assert APPROVAL is not None
USER = RamClaim("preferred_username", "user")
SESSION = RamClaim("email", "session", ("sso", "sso-admins"))
PRINCIPAL = RamClaim("ram_id", "principal_id")
IDS = {"alice": "200000000000000002", "mallory": "200000000000000001"}

names = st.one_of(
    st.sampled_from(
        ["alice", "ALICE", "alice@example.com", "mallory", "mallory@other.example", "@alice", ":"]
    ),
    st.text(max_size=64),
)


def _settings(*ram: RamClaim) -> ApprovalSettings:
    assert APPROVAL is not None
    return ApprovalSettings(
        **{**{one: getattr(APPROVAL, one) for one in APPROVAL.__struct_fields__}, "ram": ram}
    )


def _person(name: str, settings: ApprovalSettings) -> Person:
    claims: dict[str, object] = {
        "sub": f"00u-{name}",
        "preferred_username": name,
        "email": f"{name}@example.com",
        "ram_id": IDS[name],
        "groups": ["network-security"],
    }
    found = person_of(claims, settings)
    assert isinstance(found, Person)
    return found


def _asked(name: str, actor: Actor, *ram: RamClaim) -> Hindrance | None:
    settings = _settings(*(ram or (USER, SESSION, PRINCIPAL)))
    return hindrance(_person(name, settings), actor, settings)


def _session(session: str | None, role: str = "admin", **more: Any) -> Actor:
    given: dict[str, Any] = {
        "principal_id": f"3000:{session or ''}",
        "role": role,
        "session": session,
        **more,
    }
    return Actor(kind="account", type="assumed-role", **given)


@given(session=names, name=names, known=st.booleans())
def test_no_name_of_a_session_that_its_caller_chose_lets_anybody_decide(
    session: str, name: str, known: bool
) -> None:
    actor = _session(session, name=name, principal_id=f"3000:{session}" if known else None)

    for person in IDS:
        assert _asked(person, actor) in ("is_actor", "not_comparable")
        assert _asked(person, actor, USER) in ("is_actor", "not_comparable")
        assert _asked(person, actor, PRINCIPAL) in ("is_actor", "not_comparable")


@pytest.mark.parametrize("role", ["sso", "SSO", "sso-admins"])
def test_a_session_that_single_sign_on_named_tells_its_caller_from_others(role: str) -> None:
    mallory = _session("Mallory@example.com", role)

    assert (_asked("mallory", mallory), _asked("alice", mallory)) == ("is_actor", None)


@given(session=names)
def test_a_session_that_is_called_like_somebody_holds_that_one_back(session: str) -> None:
    """Also by the name of a RAM user, and with another domain."""
    for person in IDS:
        alike = session.casefold().partition("@")[0] == person
        found = _asked(person, _session(session, "sso"))
        assert found == "is_actor" if alike else found in ("is_actor", "not_comparable", None)


@pytest.mark.parametrize("role", ["sso-other", "ssoo", "admin", ""])
def test_a_role_that_is_not_named_tells_nobody(role: str) -> None:
    assert _asked("alice", _session("mallory@example.com", role)) == "not_comparable"


def test_a_session_whose_name_is_not_recorded_tells_nobody() -> None:
    assert _asked("alice", _session(None, "sso")) == "not_comparable"
    assert _asked("alice", _session("mallory@example.com", "sso"), USER) == "not_comparable"


def test_ram_users_are_told_by_their_names_and_ids() -> None:
    mallory = Actor(kind="account", type="ram-user", principal_id=IDS["mallory"], name="mallory")
    nameless = Actor(kind="account", type="ram-user", principal_id=IDS["mallory"])

    for ram in (USER, PRINCIPAL):
        assert (_asked("mallory", mallory, ram), _asked("alice", mallory, ram)) == ("is_actor", None)
    assert (_asked("mallory", nameless), _asked("alice", nameless)) == ("is_actor", None)
    assert _asked("alice", nameless, USER) == "not_comparable"
    assert _asked("alice", mallory, SESSION) == "not_comparable"


@pytest.mark.parametrize("type_", ["root-account", "system", "cloudsso-user", "assumed-role", ""])
def test_callers_that_are_no_ram_users_are_told_by_no_name(type_: str) -> None:
    actor = Actor(kind="account", type=type_, principal_id="1234567890123456", name="root")

    assert _asked("alice", actor) == "not_comparable"
