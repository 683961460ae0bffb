from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eniguard.roles import index, near, role_named

ROLES = sorted(index())


@pytest.mark.parametrize(
    "name",
    [
        "AliyunServiceRoleForNatg",  # left out
        "AliyunServiceRoleForNatgww",  # put in
        "AliyunServiceRoleForNatqw",  # replaced
        "AliyunServiceRoleForNatwg",  # swapped
        "liyunServiceRoleForNatgw",
        "alIYUNserviceroleforNATG",  # in another case
        "A1iyunServiceR0leForNatgw",  # digits
        "AliyunServlceRoIeForNatgw",
        "AliyunServiceRoleForNatgvv",  # two letters for one
        "Aliyun-Service-Role-For-Natgw",
        "\u0410liyunS\u0435rviceR\u043eleForNatgw",  # Cyrillic
        "AliyunServiceRoleForNatg\u1e83",  # an accent
        "\uff21liyunServiceRoleForNatgw",  # a wide letter
    ],
)
def test_name_that_could_be_mistaken_for_a_role_is_near_it(name: str) -> None:
    role = near(name)

    assert role is not None
    assert role.name == "AliyunServiceRoleForNatgw"


@pytest.mark.parametrize(
    "name",
    [
        "",
        "ops",
        "AliyunServiceRoleForSomethingNew",
        "AliyunServiceRoleForNatgwBlue",
        "AliyunServiceRoleForNtgaw",  # two edits
        "aliyunservicerolefornatgw",
        "AliyunServiceRoleForNatgw_blue",
        "AliyunServiceRoleForNlb",  # one letter from ALB's, and a role of its own
        "n" * 1_000_000,
    ],
)
def test_other_names_and_the_roles_themselves_are_near_nothing(name: str) -> None:
    assert near(name) is None


@given(st.sampled_from(ROLES), st.data())
def test_any_single_edit_of_a_role_name_is_noticed(name: str, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(name) - 1))
    letter = data.draw(st.sampled_from(string.ascii_letters + string.digits))
    edits = [
        name[:position] + name[position + 1 :],
        name[:position] + letter + name[position:],
        name[:position] + letter + name[position + 1 :],
        name[:position] + name[position : position + 2][::-1] + name[position + 2 :],
    ]
    for edited in edits:
        assert (near(edited) is None) == (role_named(edited) is not None), edited
