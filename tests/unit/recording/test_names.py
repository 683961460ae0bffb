"""Pseudonyms of names: what stays, what goes, and what is the same again."""

from __future__ import annotations

import json

import pytest

from eniguard.recording import Pseudonyms, Redaction
from eniguard.roles import near, role_named

REDACTION = Redaction(Pseudonyms(b"0123456789abcdef"))
NAMES, PSEUDONYMS = REDACTION.names, REDACTION.pseudonyms


@pytest.mark.parametrize("prefix", ["eni", "sg", "vsw", "vpc", "i", "eip", "vcr", "sgr", "pl"])
def test_id_keeps_its_prefix_and_nothing_else(prefix: str) -> None:
    found = PSEUDONYMS.name(f"{prefix}-bp1example0001")

    assert found.startswith(f"{prefix}-")
    assert "example" not in found
    assert found != PSEUDONYMS.name(f"{prefix}-bp1example0002")


def test_accounts_stay_numbers_of_sixteen_digits() -> None:
    found = {PSEUDONYMS.account(str(number)) for number in range(1234567890123456, 1234567890124456)}

    assert len(found) == 1_000
    assert {len(one) for one in found} == {16}
    assert all(one.isdecimal() and one[0] != "0" for one in found)


def test_account_is_the_same_in_every_place() -> None:
    account = PSEUDONYMS.account("1234567890123456")

    assert REDACTION.principal("1234567890123456") == account
    assert NAMES.arn("acs:ram::1234567890123456:role/deployer").split(":")[3] == account
    assert account in NAMES.document(
        '{"Statement": [{"Principal": {"RAM": ["acs:ram::1234567890123456:root"]}}]}'
    )


def test_name_is_the_same_in_every_place_whatever_its_case() -> None:
    name = PSEUDONYMS.name("deployer")

    assert REDACTION.user("Deployer") == name
    assert NAMES.role("deployer") == name
    assert NAMES.arn("acs:ram::1234567890123456:role/deployer").endswith(f":role/{name}")
    assert NAMES.function("deployer/trail").startswith(f"{name}/")


@pytest.mark.parametrize(
    "role",
    [
        "AliyunServiceRoleForNatgw",
        "aliyunservicerolefornatgw",
        "AliyunCSManagedNetworkRole",
        "AliyunServiceRoleForSomethingNew",
        "AliyunServiceRoleForNatgvv",
        "A1iyunServiceRoleForNatgw",
    ],
)
def test_roles_of_services_and_those_like_them_stay(role: str) -> None:
    assert NAMES.role(role) == role


def test_custom_suffix_of_a_service_role_goes() -> None:
    found = NAMES.role("AliyunServiceRoleForNatgw_alice")

    assert found == f"AliyunServiceRoleForNatgw_{PSEUDONYMS.name('alice')}"
    assert role_named(found) == role_named("AliyunServiceRoleForNatgw")


def test_pseudonym_is_no_role_of_a_service_and_like_none() -> None:
    found = NAMES.role("deployer")

    assert (role_named(found), near(found)) == (None, None)


def test_resource_management_names_keep_their_form() -> None:
    found = NAMES.principal("AliyunServiceRoleForNatgw@role.acme.onaliyunservice.com")

    assert found.startswith("AliyunServiceRoleForNatgw@role.name-")
    assert found.endswith(".onaliyunservice.com")
    assert "acme" not in found


def test_deletion_task_names_its_service_role_only() -> None:
    stem = "task/acs-service-role/nat.aliyuncs.com/AliyunServiceRoleForNatgw"

    found = NAMES.task(f"{stem}/0123-4567")

    assert found.startswith(f"{stem}/name-")
    assert "0123-4567" not in found
    assert "alice" not in NAMES.task("task/acs-service-role/nat.aliyuncs.com/alice/0123-4567")
    assert "alice" not in NAMES.task("alice")


@pytest.mark.parametrize(
    "arn",
    [
        "acs:log:cn-hangzhou:1234567890123456:project/audit",
        "acs:fc:cn-hangzhou:1234567890123456:functions/trail-event/LATEST",
        "acs:ecs:*:*:eni/*",
        "acs:oss:*:*:evidence/*",
        "acs:fc:cn-hangzhou:1234567890123456:services/elderly.2/functions/trail",
    ],
)
def test_arn_keeps_its_form_its_wildcards_and_its_kind(arn: str) -> None:
    found = NAMES.arn(arn)

    assert [len(found.split(part)) for part in (":", "/", "*")] == [
        len(arn.split(part)) for part in (":", "/", "*")
    ]
    assert found.split(":")[:3] == arn.split(":")[:3]
    assert not any(one in found for one in ("audit", "trail", "1234567890123456", "evidence", "elderly"))


def test_document_keeps_what_ram_reads_and_loses_the_rest() -> None:
    document = {
        "Version": "1",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["ram:DeleteServiceLinkedRole"],
                "Resource": "acs:ram:*:1234567890123456:role/alice-*",
                "Condition": {
                    "StringEquals": {"ram:ServiceName": "nat.aliyuncs.com", "acs:tag/team": "alices-team"},
                    "IpAddress": {"acs:SourceIp": ["203.0.113.7", "198.51.100.0/24"]},
                },
            }
        ],
    }

    found = json.loads(NAMES.document(json.dumps(document)))["Statement"][0]

    assert (found["Effect"], found["Action"]) == ("Allow", ["ram:DeleteServiceLinkedRole"])
    assert found["Condition"]["StringEquals"]["ram:ServiceName"] == "nat.aliyuncs.com"
    assert found["Resource"].endswith("*")
    assert not any(one in str(found) for one in ("alice", "1234567890123456", "203.0.113.7"))
    assert found["Condition"]["IpAddress"]["acs:SourceIp"][1] == "198.51.100.0/24"


def test_document_that_cannot_be_read_stays_unreadable() -> None:
    found = NAMES.document("{alice")

    assert "alice" not in found
    with pytest.raises(ValueError, match="Expecting value"):
        json.loads(found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ENI of NAT Gateway ngw-1 of alice", "nat.aliyuncs.com"),
        ("made by nat.aliyuncs.com", "nat.aliyuncs.com"),
        ("", ""),
    ],
)
def test_description_keeps_the_service_that_it_names(text: str, expected: str) -> None:
    assert REDACTION.description(text) == expected


def test_description_without_a_service_goes() -> None:
    assert REDACTION.description("alice's interface").startswith("name-")


@pytest.mark.parametrize("text", ["ecs.aliyuncs.com", "Internal"])
def test_services_stay_as_where_a_call_came_from(text: str) -> None:
    assert PSEUDONYMS.source(text) == text


def test_webhook_loses_its_host_and_keeps_being_one() -> None:
    found = NAMES.endpoint("https://oapi.example.com")

    assert found.startswith("https://name-")
    assert NAMES.endpoint("acs:fc:cn-hangzhou:1234567890123456:functions/trail").startswith(
        "acs:fc:cn-hangzhou:"
    )
