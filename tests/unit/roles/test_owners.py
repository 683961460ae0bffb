from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eniguard.roles import index, owner_service
from eniguard.roles.owners import PRODUCT_NAMES

SERVICES = {role.service for role in index().values()}


@pytest.mark.parametrize(
    ("description", "service"),
    [
        ("nat.aliyuncs.com", "nat.aliyuncs.com"),
        ("managed by NAT.aliyuncs.com.", "nat.aliyuncs.com"),
        ("(clone.alb.aliyuncs.com)", "clone.alb.aliyuncs.com"),
        ("Created by NAT Gateway ngw-bp1example0001", "nat.aliyuncs.com"),
        ("natgw:eni", "nat.aliyuncs.com"),
        ("ENI of API Gateway for nlb.aliyuncs.com", "nlb.aliyuncs.com"),
        ("Cloud Firewall / ALB", "cloudfw.aliyuncs.com"),
    ],
)
def test_named_service_is_the_owner_and_the_longest_name_wins(description: str, service: str) -> None:
    assert owner_service(description) == service


@pytest.mark.parametrize(
    "description",
    [
        None,
        "",
        "web tier",
        "new.alb.aliyuncs.com",  # a service of its own, not ALB
        "alb.aliyuncs.com.example.com",
        "alb-blue",
        "malbec",
        "alb or nlb",  # both as long
    ],
)
def test_nobody_is_the_owner_when_no_service_is_named_for_certain(description: str | None) -> None:
    assert owner_service(description) is None


def test_two_spellings_of_one_service_are_not_ambiguous() -> None:
    names = {"nat gateway": "nat.aliyuncs.com", "gateway nat": "nat.aliyuncs.com"}

    assert owner_service("nat gateway nat", names) == "nat.aliyuncs.com"


def test_product_names_can_be_replaced() -> None:
    assert owner_service("made by alb", {"made by": "example.aliyuncs.com"}) == "example.aliyuncs.com"
    assert owner_service("alb", {}) is None
    assert owner_service("alb.aliyuncs.com", {}) == "alb.aliyuncs.com"


def test_every_assumed_product_name_leads_to_a_service_of_the_index() -> None:
    assert set(PRODUCT_NAMES.values()) <= SERVICES
    for name, service in PRODUCT_NAMES.items():
        assert owner_service(f"eni of {name.upper()} (x)") == service


@given(st.text())
def test_any_text_has_at_most_a_known_owner(description: str) -> None:
    owner = owner_service(description)

    assert owner is None or owner in SERVICES
