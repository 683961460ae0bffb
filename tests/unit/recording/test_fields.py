"""Every field that is read has a treatment, and what has none is left out."""

from __future__ import annotations

from typing import Any

import pytest

from eniguard.events.catalog import APIS
from eniguard.events.responses import response_paths
from eniguard.events.values import PERMISSION_FIELDS
from eniguard.facts.items import ID_FIELDS, KINDS
from eniguard.recording import Pseudonyms, Redaction
from eniguard.recording.fields import FIELDS

REDACTION = Redaction(Pseudonyms(b"0123456789abcdef"))
#: Tags have a treatment of their own.
TAGS = {"TagKey"}


def test_every_parameter_of_the_catalogue_has_a_treatment() -> None:
    parameters = {name for api in APIS.values() for name in api.parameters}

    assert parameters - TAGS - set(FIELDS) == set()
    assert set(PERMISSION_FIELDS) - set(FIELDS) == set()


def test_every_place_in_a_response_has_a_treatment() -> None:
    paths = {path for api in APIS.values() for _, path in response_paths(api)}
    paths |= {where.parameter for api in APIS.values() for where in api.targets if where.response}

    assert {part for path in paths for part in path.split(".")} - set(FIELDS) == set()


@pytest.mark.parametrize("kind", KINDS)
def test_item_keeps_its_id_and_loses_what_nothing_reads(kind: str) -> None:
    item: dict[str, Any] = {
        ID_FIELDS[kind]: "eni-bp1example0001",
        "HostName": "db.example.com",
        "MacAddress": "00:16:3e:12:34:56",
        "OwnerId": 1234567890123456,
    }

    assert list(REDACTION.item(kind, item)) == [ID_FIELDS[kind]]


def test_numbers_flags_and_nothing_stay_what_they_are() -> None:
    item = {"AssignedCidrCount": 3, "ServiceManaged": True, "InstanceId": None, "EnabledIpv6": 0}

    assert REDACTION.item("vpc:VSwitch", item) == item


def test_account_written_as_a_number_is_replaced() -> None:
    found = REDACTION.item("ecs:SecurityGroupRule", {"SourceGroupOwnerId": 1234567890123456})

    assert found["SourceGroupOwnerId"] == REDACTION.pseudonyms.account("1234567890123456")


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ({"Key": "guard:ignore", "Value": "because"}, ("guard:ignore", False)),
        ({"Key": "creator", "Value": "terway-controller"}, ("creator", True)),
        ({"TagKey": "creator", "TagValue": "alice"}, ("creator", False)),
        ({"Key": "team", "Value": "Restricted"}, (None, True)),
        ({"Key": "restricted", "Value": "yes"}, ("restricted", False)),
    ],
)
def test_tags_that_rules_go_by_stay(tag: dict[str, str], expected: tuple[str | None, bool]) -> None:
    [found] = REDACTION.item("ecs:NetworkInterface", {"Tags": {"Tag": [tag]}})["Tags"]["Tag"]
    key, value = found.values()

    assert key == expected[0] or (expected[0] is None and key != tag.get("Key"))
    assert (value in tag.values()) == expected[1]


def test_published_documents_of_system_policies_stay_and_custom_ones_do_not() -> None:
    statement = {"Effect": "Allow", "Action": "oss:*", "Resource": "acs:oss:*:*:alices-bucket"}
    version = {"PolicyDocument": {"Version": "1", "Statement": [statement]}}
    system = {"PolicyName": "AliyunFull", "PolicyType": "System", "DefaultPolicyVersion": version}

    assert REDACTION.item("ram:Policy", system)["DefaultPolicyVersion"] == version
    custom = REDACTION.item("ram:Policy", {**system, "PolicyType": "Custom"})
    assert "alices-bucket" not in str(custom)
    assert "oss:*" in str(custom)
