"""eniguard and fakealiyun carried the roles of cloud services over apart from each other."""

from __future__ import annotations

from pathlib import Path

import pytest

import fakealiyun.documents.roles as fakes
from eniguard.roles import Statement, index, policy_of, role_of_service, statements_of
from eniguard.roles.policies import RolePolicy
from fakealiyun.documents.roles import published_policy, roles_by_service

PUBLISHED = sorted(path.stem for path in (Path(fakes.__file__).parent / "policies").glob("*.json"))


def spread(statements: tuple[Statement, ...]) -> set[tuple[object, ...]]:
    """What statements say of each action, however they are cut."""
    return {
        (action, one.allow, tuple(sorted(one.resources)), one.conditions)
        for one in statements
        for action in one.actions
    }


def stored(role: str) -> RolePolicy:
    found = policy_of(role)
    assert found is not None
    return found


@pytest.mark.parametrize("role", PUBLISHED)
def test_a_policy_that_is_published_whole_is_the_same_in_both(role: str) -> None:
    fake = statements_of(published_policy(role))
    ours = stored(role)

    assert fake is not None
    assert ours.complete
    assert spread(fake) == spread(ours.statements)


def test_the_fake_has_seven_of_them() -> None:
    assert len(PUBLISHED) == 7


@pytest.mark.parametrize(("service", "role"), sorted(roles_by_service().items()))
def test_a_service_has_the_same_role_in_both(service: str, role: str) -> None:
    ours = role_of_service(service)

    assert ours is not None
    assert ours.name == role


def test_the_index_has_every_service_linked_role_of_the_fake_and_more() -> None:
    ours = {role.service for role in index().values() if role.service_linked and role.service}

    assert set(roles_by_service()) <= ours
