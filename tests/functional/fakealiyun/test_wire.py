"""HTTP in, API call out: both forms of request, dispatch, error answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import pytest
import requests

from fakealiyun import ApiError, Cloud, fake_aliyun
from fakealiyun.wire.request import HttpRequest, read
from tests.functional.fakealiyun.signed_requests import ACS3, KEYS, RPC, acs3, rpc

# -- what a request says -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "product", "region"),
    [
        ("https://ecs-cn-hangzhou.aliyuncs.com/", "ecs", "cn-hangzhou"),
        ("https://ecs.cn-beijing.aliyuncs.com/", "ecs", "cn-beijing"),
        ("https://vpc.aliyuncs.com/", "vpc", None),
        ("https://sts-vpc.cn-shenzhen.aliyuncs.com/", "sts", "cn-shenzhen"),
        ("https://vpc-vpc.cn-shenzhen.aliyuncs.com/", "vpc", "cn-shenzhen"),
        ("https://actiontrail.ap-southeast-1.aliyuncs.com/", "actiontrail", "ap-southeast-1"),
        ("http://ecs.us-east-1.localhost:8080/", "ecs", "us-east-1"),
        ("http://127.0.0.1:8080/vpc/cn-shanghai/", "vpc", "cn-shanghai"),
        ("http://127.0.0.1:8080/ram", "ram", None),
        ("http://127.0.0.1:8080/", None, None),
    ],
)
def test_product_and_region_come_from_the_host_or_the_path(url: str, product: str, region: str) -> None:
    request = read(HttpRequest("POST", url, acs3(KEYS, "DescribeVpcs"), b""))

    assert (request.product, request.region) == (product, region)


def test_region_of_the_parameters_goes_before_that_of_the_host() -> None:
    request = read(
        HttpRequest("POST", "https://ecs.cn-beijing.aliyuncs.com/?RegionId=cn-qingdao", acs3(KEYS, "X"), b"")
    )

    assert request.region == "cn-qingdao"


def test_header_form_takes_action_version_key_and_token_from_the_headers() -> None:
    request = read(ACS3)

    assert (request.action, request.version) == ("DescribeNetworkInterfaces", "2014-05-26")
    assert (request.access_key_id, request.token) == ("LTAIexample", "example-token")
    assert request.parameters.texts("NetworkInterfaceId") == ["eni-bp1example0001"]
    assert request.parameters.flag("ServiceManaged") is True
    assert [tag.values for tag in request.parameters.objects("Tag")] == [
        {"Key": "team a", "Value": "net/ü*~+"}
    ]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_rpc_form_is_read_from_the_query_and_its_frame_is_no_parameter(method: str) -> None:
    request = read(HttpRequest(method, RPC.url, RPC.headers, b""))

    assert (request.action, request.version, request.access_key_id) == (
        "DescribeNetworkInterfaces",
        "2014-05-26",
        "LTAIexample",
    )
    assert request.parameters.values.keys() == {
        "NetworkInterfaceId.1",
        "RegionId",
        "ServiceManaged",
        "Tag.1.Key",
        "Tag.1.Value",
    }


def test_form_body_is_merged_with_the_query() -> None:
    body = urlencode(rpc(KEYS, "DescribeVpcs", SecurityToken="example-token", Name="ü"))
    headers = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}

    request = read(
        HttpRequest("POST", "https://vpc.aliyuncs.com/?RegionId=cn-hangzhou", headers, body.encode())
    )

    assert request.action == "DescribeVpcs"
    assert request.token == "example-token"
    assert request.parameters.values == {"RegionId": "cn-hangzhou", "Name": "ü"}


@pytest.mark.parametrize(
    ("missing", "code"),
    [("Action", "MissingAction"), ("Version", "MissingVersion"), ("AccessKeyId", "MissingAccessKeyId")],
)
def test_request_that_lacks_a_part_of_the_frame_is_refused(missing: str, code: str) -> None:
    sent = rpc(KEYS, "DescribeVpcs")
    del sent[missing]

    with pytest.raises(ApiError) as refused:
        read(HttpRequest("GET", f"https://vpc.aliyuncs.com/?{urlencode(sent)}", {}, b""))

    assert refused.value.code == code


# -- dispatch and error answers ----------------------------------------------------------------------------


def body_of(answer: requests.Response) -> Mapping[str, Any]:
    body: Mapping[str, Any] = json.loads(answer.content)
    return body


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_same_api_answers_the_rpc_form_by_query_and_by_form(aliyun: Cloud, method: str) -> None:
    keys = aliyun.account()
    sent = rpc(keys, "DescribeNetworkInterfaces", RegionId="cn-hangzhou")
    query, form = (sent, None) if method == "GET" else (None, sent)

    answer = requests.request(
        method, "https://ecs-cn-hangzhou.aliyuncs.com/", params=query, data=form, timeout=5
    )

    assert answer.status_code == 200
    assert body_of(answer)["NetworkInterfaceSets"] == {"NetworkInterfaceSet": []}


@pytest.mark.parametrize(
    "address",
    ["https://{product}.aliyuncs.com/", "http://127.0.0.1:8080/{product}/", "http://127.0.0.1:8080/"],
)
def test_apis_of_one_name_are_told_apart_by_product_and_version(address: str) -> None:
    cloud = Cloud()
    keys = cloud.account()

    for product, version in (("ecs", "2014-05-26"), ("vpc", "2016-04-28")):
        cloud.handle(
            HttpRequest("POST", address.format(product=product), acs3(keys, "ListTagResources", version), b"")
        )

    assert [event["serviceName"] for event in cloud.trail.events] == ["Ecs", "Vpc"]


def test_error_answer_has_the_documented_fields_and_status(aliyun: Cloud) -> None:
    keys = aliyun.account()

    answer = requests.post(
        "https://ecs-cn-hangzhou.aliyuncs.com/?RegionId=cn-hangzhou&NetworkInterfaceId=eni-bp1absent",
        headers=acs3(keys, "DeleteNetworkInterface"),
        timeout=5,
    )

    body = body_of(answer)
    assert answer.status_code == 404
    assert body["Code"] == "InvalidEniId.NotFound"
    assert body["HostId"] == "ecs-cn-hangzhou.aliyuncs.com"
    assert body["Recommend"].endswith("?q=InvalidEniId.NotFound")
    assert body["Message"]
    assert body["RequestId"] == answer.headers["x-acs-request-id"] == aliyun.trail.events[-1]["requestId"]


@pytest.mark.parametrize(
    ("action", "status"), [("DeleteNetworkInterface", 400), ("UnassignPrivateIpAddresses", 403)]
)
def test_mandatory_parameter_that_is_missing_is_named_with_the_documented_status(
    aliyun: Cloud, action: str, status: int
) -> None:
    answer = requests.post(
        "https://ecs.cn-hangzhou.aliyuncs.com/", headers=acs3(aliyun.account(), action), timeout=5
    )

    assert answer.status_code == status
    assert body_of(answer)["Code"] == "MissingParameter"
    assert "NetworkInterfaceId" in body_of(answer)["Message"]


@pytest.mark.parametrize(
    ("url", "version", "named"),
    [
        ("https://ecs.cn-hangzhou.aliyuncs.com/", "2014-05-26", "ecs:TakeOverTheWorld (2014-05-26)"),
        ("http://127.0.0.1:8080/", "2016-04-28", "vpc:TakeOverTheWorld (2016-04-28)"),
        ("http://127.0.0.1:8080/ram/", "2015-05-01", "ram:TakeOverTheWorld (2015-05-01)"),
        ("http://127.0.0.1:8080/", "1999-01-01", "1999-01-01:TakeOverTheWorld (1999-01-01)"),
        ("https://ecs.cn-hangzhou.aliyuncs.com/", "2016-04-28", "ecs:TakeOverTheWorld (2016-04-28)"),
        ("https://slb.cn-hangzhou.aliyuncs.com/", "2014-05-15", "slb:TakeOverTheWorld (2014-05-15)"),
    ],
)
def test_api_that_the_fake_does_not_have_is_named(url: str, version: str, named: str) -> None:
    cloud = Cloud()

    answer = cloud.handle(HttpRequest("POST", url, acs3(cloud.account(), "TakeOverTheWorld", version), b""))

    assert answer.status == 501
    assert json.loads(answer.body)["Code"] == "FakeAliyun.NotImplemented"
    assert named in json.loads(answer.body)["Message"]


def test_unknown_access_key_is_refused_and_not_recorded(aliyun: Cloud) -> None:
    answer = requests.post("https://ecs.aliyuncs.com/", headers=acs3(KEYS, "DescribeRegions"), timeout=5)

    assert answer.status_code == 404
    assert body_of(answer)["Code"] == "InvalidAccessKeyId.NotFound"
    assert aliyun.trail.events == []


def test_request_that_is_no_api_call_is_answered_in_the_form_of_the_cloud(aliyun: Cloud) -> None:
    answer = requests.get("https://ecs.aliyuncs.com/favicon.ico", timeout=5)

    assert answer.status_code == 400
    assert body_of(answer)["Code"] == "MissingAction"


def test_signatures_are_checked_only_when_asked_for() -> None:
    for asked, status in ((False, 200), (True, 400)):
        with fake_aliyun(check_signatures=asked) as cloud:
            answer = requests.get(
                "https://ecs.aliyuncs.com/",
                rpc(cloud.account(), "DescribeNetworkInterfaces", Signature="wrong"),
                timeout=5,
            )
        assert answer.status_code == status


def test_call_of_one_account_and_region_leaves_the_others_alone() -> None:
    cloud = Cloud()
    cloud.call("vpc:CreateVpc", cloud.account(), "cn-beijing", CidrBlock="10.0.0.0/8")

    here = cloud.call("vpc:DescribeVpcs", cloud.account())
    there = cloud.call("vpc:DescribeVpcs", cloud.account(), "cn-beijing")
    elsewhere = cloud.call("vpc:DescribeVpcs", cloud.account(account_id="9876543210987654"), "cn-beijing")

    assert (here["TotalCount"], there["TotalCount"], elsewhere["TotalCount"]) == (0, 1, 0)
