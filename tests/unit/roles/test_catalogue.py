from __future__ import annotations

import pytest

from eniguard.roles import (
    index,
    looks_like_service_role,
    role_named,
    role_of_service,
    service_linked_form,
)


def test_role_is_found_with_its_trusted_service_and_policy() -> None:
    role = role_named("AliyunServiceRoleForNatgw")

    assert role is not None
    assert (role.service, role.policy) == ("nat.aliyuncs.com", "AliyunServiceRolePolicyForNatgw")
    assert role.service_linked


@pytest.mark.parametrize(
    "spelled",
    [
        "aliyunserviceroleforactiontrail",
        "ALIYUNSERVICEROLEFORACTIONTRAIL",
        "AliyunServiceRoleForActionTrail_blue",
        "aliyunserviceroleforactiontrail_blue_green",
    ],
)
def test_case_and_a_custom_suffix_do_not_hide_a_service_linked_role(spelled: str) -> None:
    role = role_named(spelled)

    assert role is not None
    assert role.name == "AliyunServiceRoleForActionTrail"


def test_a_suffix_does_not_turn_a_role_into_an_older_service_role() -> None:
    assert role_named("AliyunNASManageENIRole") is not None
    assert role_named("AliyunNASManageENIRole_mine") is None


@pytest.mark.parametrize(
    "name",
    [
        "",
        "_",
        "ops",
        "AliyunServiceRoleForNatgwx",
        "MyAliyunServiceRoleForNatgw",
        "AliyunServiceRoleForNatgw ",
        "AliyunServiceRolePolicyForNatgw",
        "AliyunServiceRoleFor\u212amsKeyStore",  # a Kelvin sign turns into "k" in lower case
        "x" * 1_000_000,
    ],
)
def test_any_other_name_is_in_no_index(name: str) -> None:
    assert role_named(name) is None


def test_older_service_role_of_a_recorded_event_is_known_without_its_service() -> None:
    role = role_named("aliyunstreamdefaultrole")

    assert role is not None
    assert (role.kind, role.service) == ("service_role", None)


def test_every_role_of_the_index_is_well_formed() -> None:
    roles = index().values()

    assert len(roles) == 219
    for role in roles:
        assert role_named(role.name) is role
        assert looks_like_service_role(role.name)
        assert service_linked_form(role.name) == role.service_linked
        assert role.service is None or role.service.endswith(".aliyuncs.com")
        assert role.policy is None or role.policy.startswith("Aliyun")


def test_service_leads_to_its_service_linked_role() -> None:
    role = role_of_service("NAT.aliyuncs.com")

    assert role is not None
    assert role.name == "AliyunServiceRoleForNatgw"
    assert role_of_service("nat.example.com") is None
    assert role_of_service("nas.aliyuncs.com") is None  # only an older service role has it


@pytest.mark.parametrize(
    ("name", "looks"),
    [
        ("AliyunServiceRoleForSomethingNew", True),
        ("aliyunexampledefaultrole", True),
        ("AliyunRole", True),
        ("AliyunExample", False),
        ("MyAliyunRole", False),
        ("Al\u0456yunServiceRoleForNatgw", False),
        ("", False),
    ],
)
def test_form_of_a_service_role(name: str, looks: bool) -> None:
    assert looks_like_service_role(name) is looks


@pytest.mark.parametrize(
    ("name", "linked"),
    [
        ("aliyunSERVICErolefornothing", True),
        ("AliyunServiceRolePolicyForNatgw", False),
        ("AliyunExampleRole", False),
        ("Aliyun\u017ferviceRoleForNatgw", False),  # a long s
    ],
)
def test_form_of_a_service_linked_role(name: str, linked: bool) -> None:
    assert service_linked_form(name) is linked
