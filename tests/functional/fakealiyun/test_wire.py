"""HTTP in, API call out: both forms of request, dispatch, errors, signatures, pages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from fakealiyun import ApiError, Cloud, Keys, fake_aliyun
from fakealiyun.wire import signature
from fakealiyun.wire.paging import Sizes, by_number, by_token
from fakealiyun.wire.parameters import Parameters, flatten
from fakealiyun.wire.request import HttpRequest, read

KEYS = Keys("LTAIexample", "example-secret")
TEMPORARY = Keys("LTAIexample", "example-secret", "example-token")

#: Requests as alibabacloud_ecs20140526 7.11.8 signed them with `KEYS` and `TEMPORARY`.
QUERY = (
    "NetworkInterfaceId.1=eni-bp1example0001&RegionId=cn-hangzhou&ServiceManaged=True"
    "&Tag.1.Key=team+a&Tag.1.Value=net%2F%C3%BC%2A~%2B"
)
ACS3 = HttpRequest(
    "POST",
    f"https://ecs-cn-hangzhou.aliyuncs.com/?{QUERY}",
    {
        "host": "ecs-cn-hangzhou.aliyuncs.com",
        "x-acs-version": "2014-05-26",
        "x-acs-action": "DescribeNetworkInterfaces",
        "user-agent": "AlibabaCloud (Linux; x86_64) Python/3.11.7 Core/0.4.3 TeaDSL/2",
        "x-acs-date": "2026-11-22T15:08:50Z",
        "x-acs-signature-nonce": "f0d874bc9cb8cc7c4c7b3acbe8b34a8f",
        "accept": "application/json",
        "x-acs-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "x-acs-credentials-provider": "static_sts",
        "x-acs-accesskey-id": "LTAIexample",
        "x-acs-security-token": "example-token",
        "authorization": "ACS3-HMAC-SHA256 Credential=LTAIexample,SignedHeaders=accept;host;user-agent;"
        "x-acs-accesskey-id;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;"
        "x-acs-security-token;x-acs-signature-nonce;x-acs-version,"
        "Signature=1f2320e63159623449c949624e95edb8b965b0b822651e54cc89b9f7f78a65c0",
    },
    b"",
)
RPC = HttpRequest(
    "POST",
    "https://ecs-cn-hangzhou.aliyuncs.com/?Action=DescribeNetworkInterfaces&Format=json&Version=2014-05-26"
    "&Timestamp=2026-11-22T15%3A08%3A50Z&SignatureNonce=ab34e96562dcedeb1b37508e2408efc1"
    f"&{QUERY}&SignatureMethod=HMAC-SHA1&SignatureVersion=1.0&AccessKeyId=LTAIexample"
    "&Signature=4lMKFAxRL3rp65B7Qe%2FfbbQJXnE%3D",
    {"host": "ecs-cn-hangzhou.aliyuncs.com"},
    b"",
)


def refusal(http: HttpRequest, keys: Keys) -> str:
    with pytest.raises(ApiError) as refused:
        signature.check(read(http), keys)
    assert refused.value.status == 400
    return refused.value.code


def with_headers(http: HttpRequest, **headers: str | None) -> HttpRequest:
    changed = {**http.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return HttpRequest(
        http.method,
        http.url,
        {name: value for name, value in changed.items() if value is not None},
        http.body,
    )


def acs3(keys: Keys, action: str, version: str = "2014-05-26") -> dict[str, str]:
    return {
        "x-acs-action": action,
        "x-acs-version": version,
        "authorization": f"ACS3-HMAC-SHA256 Credential={keys.access_key_id},SignedHeaders=host,Signature=00",
    }


def rpc(keys: Keys, action: str, version: str = "2014-05-26", **parameters: str) -> dict[str, str]:
    return {"Action": action, "Version": version, "AccessKeyId": keys.access_key_id, **parameters}


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


# -- parameters --------------------------------------------------------------------------------------------

names = st.from_regex(r"[A-Za-z][A-Za-z0-9]{0,8}", fullmatch=True)
texts = st.text(min_size=1, max_size=12)
flat_objects = st.dictionaries(names, texts, min_size=1, max_size=3)


@given(st.dictionaries(names, st.lists(texts, min_size=1, max_size=12), max_size=3))
def test_lists_of_texts_come_back_in_their_order_from_the_flat_form(
    given_lists: dict[str, list[str]],
) -> None:
    parameters = Parameters(flatten(given_lists))

    assert {name: parameters.texts(name) for name in given_lists} == given_lists


@given(names, st.lists(flat_objects, min_size=1, max_size=12))
def test_lists_of_objects_come_back_from_the_flat_form(
    name: str, given_objects: list[dict[str, str]]
) -> None:
    parameters = Parameters(flatten({name: given_objects}))

    assert [one.values for one in parameters.objects(name)] == given_objects


@given(
    names,
    st.lists(
        st.dictionaries(names, st.lists(texts, min_size=1, max_size=3), min_size=1, max_size=2), min_size=1
    ),
)
def test_lists_inside_of_objects_come_back_from_the_flat_form(
    name: str, given_objects: list[dict[str, list[str]]]
) -> None:
    parameters = Parameters(flatten({name: given_objects}))

    found = [
        {inner: one.texts(inner) for inner in asked}
        for one, asked in zip(parameters.objects(name), given_objects, strict=True)
    ]
    assert found == given_objects


@given(st.dictionaries(names, st.booleans() | st.integers()))
def test_booleans_and_numbers_come_back_from_the_flat_form(values: dict[str, Any]) -> None:
    parameters = Parameters(flatten(values))

    for name, value in values.items():
        assert (parameters.flag(name) if isinstance(value, bool) else parameters.integer(name)) == value


@given(st.dictionaries(names, texts | st.lists(texts, min_size=1), min_size=1))
def test_parameters_survive_the_query_of_a_request(values: dict[str, Any]) -> None:
    flat = flatten(values)
    url = f"https://ecs.aliyuncs.com/?{urlencode(flat)}"

    assert read(HttpRequest("GET", url, acs3(KEYS, "X"), b"")).parameters.values == flat


def test_absent_values_are_left_out_of_the_flat_form() -> None:
    assert flatten({"A": None, "B": [], "C": {}, "D": [None, "x"]}) == {"D.2": "x"}


@pytest.mark.parametrize(
    ("sent", "read_as"), [("True", True), ("true", True), ("False", False), ("false", False)]
)
def test_booleans_are_read_without_regard_to_case(sent: str, read_as: bool) -> None:
    assert Parameters({"ServiceManaged": sent}).flag("ServiceManaged") is read_as


def test_json_list_is_read_and_anything_else_in_its_place_refused() -> None:
    assert Parameters({"Ids": '["sg-1", "sg-2"]'}).json_texts("Ids") == ["sg-1", "sg-2"]
    for wrong in ("sg-1", '{"a": 1}', "[1]"):
        with pytest.raises(ApiError, match="InvalidParameter"):
            Parameters({"Ids": wrong}).json_texts("Ids")


def test_parameter_that_is_no_number_is_refused_by_name() -> None:
    with pytest.raises(ApiError, match="PageSize is not a whole number"):
        Parameters({"PageSize": "ten"}).integer("PageSize")


# -- pages -------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(), max_size=60), st.integers(min_value=1, max_value=25))
def test_pages_by_token_make_up_the_whole_list(items: list[int], size: int) -> None:
    pages = [by_token(Parameters({"MaxResults": str(size)}), items, Sizes())]
    while pages[-1].next_token:
        sent = {"MaxResults": str(size), "NextToken": pages[-1].next_token}
        pages.append(by_token(Parameters(sent), items, Sizes()))

    assert [item for page in pages for item in page.items] == items
    assert len(pages) == max(1, -(-len(items) // size))


@given(st.lists(st.integers(), max_size=60), st.integers(min_value=1, max_value=25))
def test_pages_by_number_make_up_the_whole_list_and_end_with_an_empty_one(
    items: list[int], size: int
) -> None:
    pages = [
        by_number(Parameters(flatten({"PageNumber": number, "PageSize": size})), items, Sizes())
        for number in range(1, len(items) // size + 3)
    ]

    assert [item for page in pages for item in page.items] == items
    assert list(pages[-1].items) == []
    assert {page.total for page in pages} == {len(items)}


def test_page_size_out_of_range_is_clamped_or_refused_as_the_api_has_it() -> None:
    parameters = Parameters({"MaxResults": "1000"})

    assert by_token(parameters, range(900), Sizes(10, 10, 500, clamped=True)).size == 500
    with pytest.raises(ApiError, match="InvalidParameter"):
        by_token(parameters, range(900), Sizes(10, 1, 100))


@pytest.mark.parametrize("token", ["nonsense", "bm9uc2Vuc2U=", "ZmFrZTp4", "cmVhbDox", "ü"])
def test_token_of_another_making_is_refused(token: str) -> None:
    with pytest.raises(ApiError, match="NextToken"):
        by_token(Parameters({"NextToken": token}), [1], Sizes())


# -- signatures --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("http", "keys"), [(ACS3, TEMPORARY), (RPC, KEYS)], ids=["acs3", "rpc"])
def test_signature_of_the_sdk_is_accepted(http: HttpRequest, keys: Keys) -> None:
    signature.check(read(http), keys)


@pytest.mark.parametrize(("http", "token"), [(ACS3, "example-token"), (RPC, None)], ids=["acs3", "rpc"])
def test_signature_made_with_another_secret_does_not_match(http: HttpRequest, token: str | None) -> None:
    assert refusal(http, Keys("LTAIexample", "another-secret", token)) == "SignatureDoesNotMatch"


@pytest.mark.parametrize(("http", "keys"), [(ACS3, TEMPORARY), (RPC, KEYS)], ids=["acs3", "rpc"])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("eni-bp1example0001", "eni-bp1example0002"),
        ("RegionId=cn-hangzhou", "RegionId=cn-beijing"),
        ("&RegionId", "&X=&RegionId"),
    ],
)
def test_signature_covers_every_parameter(http: HttpRequest, keys: Keys, before: str, after: str) -> None:
    changed = HttpRequest(http.method, http.url.replace(before, after), http.headers, http.body)

    assert refusal(changed, keys) == "SignatureDoesNotMatch"


def test_signature_covers_method_body_and_headers() -> None:
    changed = [
        HttpRequest("GET", ACS3.url, ACS3.headers, b""),
        HttpRequest("POST", ACS3.url, ACS3.headers, b"X=1"),
        with_headers(ACS3, x_acs_action="DeleteNetworkInterface"),
        with_headers(ACS3, host="ecs.cn-beijing.aliyuncs.com"),
    ]

    assert {refusal(http, TEMPORARY) for http in changed} == {"SignatureDoesNotMatch"}


def test_signature_that_leaves_out_a_header_of_the_cloud_is_incomplete() -> None:
    assert refusal(with_headers(ACS3, x_acs_unsigned="1"), TEMPORARY) == "IncompleteSignature"


@pytest.mark.parametrize(
    "http",
    [
        with_headers(ACS3, authorization="ACS3-HMAC-SHA256 Credential=LTAIexample"),
        HttpRequest("POST", RPC.url.partition("&Signature=")[0], RPC.headers, b""),
    ],
    ids=["acs3", "rpc"],
)
def test_request_without_a_signature_is_incomplete(http: HttpRequest) -> None:
    assert refusal(http, KEYS) == "IncompleteSignature"


def test_temporary_keys_need_their_token() -> None:
    assert refusal(RPC, TEMPORARY) == "MissingSecurityToken"
    assert (
        refusal(ACS3, Keys("LTAIexample", "example-secret", "another"))
        == "InvalidSecurityToken.MismatchWithAccessKey"
    )


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
