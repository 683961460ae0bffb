"""Links of messages: only to ids of the right form."""

from __future__ import annotations

import msgspec
import pytest

from eniguard.alerts.links import FORMS
from eniguard.model import Resource
from eniguard.settings.alerting import EVENT_LINK, LINKED
from tests.messages.cases import REFUSED, composed, first

GUID = "A6F62B21-E7E1-52E1-B2A9-42B18E9872B0"
ENI = "https://ecs.console.aliyun.com/networkInterfaces/region/cn-hangzhou/detail/eni-bp1example0001"
EVENT = f"https://actiontrail.console.aliyun.com/cn-hangzhou/event-list?EventId={GUID}"


def urls(links: dict[str, str] | None = None, **fields: object) -> list[str]:
    finding = msgspec.structs.replace(REFUSED, **fields)
    return [link.url for link in composed(first(finding), links=links or {}).links]


def test_card_links_to_the_resource_and_to_the_event() -> None:
    assert urls() == [ENI, EVENT]


@pytest.mark.parametrize(
    "region",
    ["cn-hangzhou", "cn-hangzhou-finance", "cn-heyuan-acdr-1", "us-west-1", "ap-southeast-7", "me-central-1"],
)
def test_region_of_the_right_form_is_linked(region: str) -> None:
    assert len(urls(region=region)) == 2


@pytest.mark.parametrize(
    "region",
    [
        None,
        "",
        "cn-hangzhou/..",
        "cn-hangzhou\n",
        "CN-hangzhou",
        "cn",
        "cn-hangzhou?x=1",
        "cn-hangzhou{id}",
        "cn-杭州",
    ],
)
def test_region_of_another_form_makes_no_link(region: str | None) -> None:
    assert urls(region=region) == []


@pytest.mark.parametrize(
    "named",
    [
        "eni-1/../x",
        "eni-bp1example0001\n",
        "eni-bp1example0001?x",
        "eni-bp1example0001#x",
        "ENI-bp1example0001",
        "sg-bp1example0001",
        "eni-",
        "eni-" + "a" * 41,
        "eni-bp1example000\uff11",
        "eni-bp1%2f0001",
        "",
    ],
)
def test_id_of_another_form_makes_no_link(named: str) -> None:
    assert urls(resources=(Resource("ecs:NetworkInterface", named),)) == [EVENT]


@pytest.mark.parametrize("event", [GUID, GUID.lower(), "0123456789abcdef01234567"])
def test_event_id_of_the_right_form_is_linked(event: str) -> None:
    assert urls(event_id=event)[1].endswith(f"EventId={event}")


@pytest.mark.parametrize("event", [None, "", f"{GUID}&x=1", GUID[:-1], "../x", f"{GUID}\n"])
def test_event_id_of_another_form_makes_no_link(event: str | None) -> None:
    assert urls(event_id=event) == [ENI]


def test_forms_of_guard_yml_take_the_place_of_the_packaged_ones() -> None:
    # given
    links = {"ecs:NetworkInterface": "https://console.example.com/{region}/eni/{id}", EVENT_LINK: ""}

    # then
    assert urls(links) == ["https://console.example.com/cn-hangzhou/eni/eni-bp1example0001"]


def test_form_without_a_region_is_linked_where_the_region_is_not_known() -> None:
    links = {"ecs:NetworkInterface": "https://console.example.com/eni/{id}"}

    assert urls(links, region=None) == ["https://console.example.com/eni/eni-bp1example0001"]


def test_name_is_encoded() -> None:
    role = Resource("ram:Role", "ops@example.com")

    assert urls(resources=(role,))[0] == "https://ram.console.aliyun.com/roles/ops%40example.com"


def test_each_packaged_form_is_of_a_kind_that_guard_yml_may_change() -> None:
    assert set(FORMS) <= set(LINKED)
    for kind in LINKED:
        links = {kind: "https://console.example.com/{id}"}
        examples = {
            "ram:Policy": "deny-all",
            "actiontrail:Trail": "example-trail",
            "sls:Project": "example-logs",
            "oss:Bucket": "example-bucket",
            "ecs:SecurityGroup": "sg-bp1example0001",
            "ecs:Instance": "i-bp1example0001",
            "ecs:PrefixList": "pl-bp1example0001",
            "ecs:PortRangeList": "prl-bp1example0001",
            "vpc:VSwitch": "vsw-bp1example0001",
            "vpc:Vpc": "vpc-bp1example0001",
            "vpc:CidrReservation": "vcr-bp1example0001",
            "vpc:EipAddress": "eip-bp1example0001",
            "ram:Role": "example-role",
        }
        example = examples.get(kind, "eni-bp1example0001")

        found = urls(links, resources=(Resource(kind, example),))

        assert ("https://console.example.com/" in found[0]) or kind == EVENT_LINK
