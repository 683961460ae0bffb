"""The lean client next to the official SDK: the same request, the same Authorization header."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qsl, urlsplit

import pytest
import responses
from alibabacloud_actiontrail20200706.client import Client as ActionTrail
from alibabacloud_ecs20140526.client import Client as Ecs
from alibabacloud_eventbridge20200401.client import Client as EventBridge
from alibabacloud_kms20160120.client import Client as Kms
from alibabacloud_ram20150501.client import Client as Ram
from alibabacloud_resourcemanager20200331.client import Client as ResourceManager
from alibabacloud_sts20150401.client import Client as Sts
from alibabacloud_tea_openapi.client import Client as OpenApi
from alibabacloud_tea_openapi.models import Config, OpenApiRequest, Params
from alibabacloud_tea_openapi.utils import Utils
from alibabacloud_vpc20160428.client import Client as Vpc
from darabonba.runtime import RuntimeOptions
from hypothesis import example, given
from hypothesis import strategies as st

from eniguard.cloud import PRODUCTS, Client, Credentials, endpoint
from eniguard.cloud.signature import authorization
from fakealiyun import Cloud

DATE, AT = "2026-03-01T08:00:00Z", 1772352000.0
NONCE = "0123456789abcdef0123456789abcdef"
#: Regions that are open to everybody or to banks; others are not what a client is deployed to.
REGIONS = (
    "cn-hangzhou",
    "cn-shanghai",
    "cn-beijing",
    "cn-shenzhen",
    "cn-qingdao",
    "cn-zhangjiakou",
    "cn-huhehaote",
    "cn-wulanchabu",
    "cn-heyuan",
    "cn-guangzhou",
    "cn-chengdu",
    "cn-hongkong",
    "ap-southeast-1",
    "ap-southeast-3",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ap-northeast-1",
    "ap-northeast-2",
    "us-east-1",
    "us-west-1",
    "eu-central-1",
    "eu-west-1",
    "me-east-1",
    "cn-shanghai-finance-1",
    "cn-shenzhen-finance-1",
    "cn-beijing-finance-1",
    "cn-hangzhou-finance",
    "cn-north-2-gov-1",
)

names = st.from_regex(r"[A-Z][A-Za-z0-9]{0,12}", fullmatch=True)
#: What clients escape in different ways, next to all other characters.
tricky = st.lists(
    st.sampled_from(["*", "~", "+", " ", "%", "&", "=", "/", '"', "ü", "漢", "😀", "a"]), min_size=1
)
texts = tricky.map("".join) | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)
scalars = texts | texts | st.integers() | st.booleans() | st.none()
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, min_size=1, max_size=12) | st.dictionaries(names, inner, max_size=4),
    max_leaves=12,
)
keys = st.from_regex(r"[A-Za-z0-9.]{1,24}", fullmatch=True)
credentials = st.builds(
    Credentials, keys, keys, st.none() | st.from_regex(r"[A-Za-z0-9+/=]{1,60}", fullmatch=True)
)


def sent_by_the_sdk(
    parameters: Mapping[str, Any],
    who: Credentials,
    *,
    style: str = "RPC",
    path: str = "/",
    body: bytes | None = None,
) -> responses.Call:
    """What the official SDK sends at the given time and with the given nonce."""
    config = Config(
        access_key_id=who.access_key_id,
        access_key_secret=who.access_key_secret,
        security_token=who.security_token,
        endpoint="ecs.cn-beijing.aliyuncs.com",
        user_agent="eniguard",
    )
    params = Params(
        action="DescribeThings",
        version=PRODUCTS["ecs"].version,
        protocol="HTTPS",
        pathname=path,
        method="POST",
        auth_type="AK",
        style=style,
        req_body_type="formData" if body is None else "byte",
        body_type="json",
    )
    with (
        responses.RequestsMock() as mock,
        patch.object(Utils, "get_timestamp", return_value=DATE),
        patch.object(Utils, "get_nonce", return_value=NONCE),
    ):
        mock.post(f"https://ecs.cn-beijing.aliyuncs.com{path}", json={})
        request = OpenApiRequest(query=Utils.query(dict(parameters)), body=body)
        OpenApi(config).call_api(params, request, RuntimeOptions())
        return mock.calls[0]


def sent_by_the_client(
    parameters: Mapping[str, Any], who: Credentials, *, path: str | None = None, body: bytes = b""
) -> responses.Call:
    with responses.RequestsMock() as mock, patch("eniguard.cloud.client.uuid.uuid4") as uuid4:
        uuid4.return_value.hex = NONCE
        mock.post(f"https://ecs.cn-beijing.aliyuncs.com{path or '/'}", json={})
        client = Client(lambda: who, region="cn-beijing", clock=lambda: AT)
        if path is None:
            client.call("ecs", "DescribeThings", {**parameters, "RegionId": "cn-beijing"})
        else:
            client.call_path("ecs", "DescribeThings", "POST", path, query=parameters, body=body)
        return mock.calls[0]


def signed(call: responses.Call, who: Credentials, path: str = "/") -> str:
    """What this signature makes of a request as it was sent, of the very headers it carries."""
    header = str(call.request.headers["Authorization"])
    signed_names = header.partition("SignedHeaders=")[2].partition(",")[0].split(";")
    headers = {str(name).lower(): _text(value) for name, value in call.request.headers.items()}
    query = dict(parse_qsl(urlsplit(str(call.request.url)).query, keep_blank_values=True))
    body = call.request.body or b""
    return authorization(
        "POST",
        path,
        query,
        {name: headers[name] for name in signed_names},
        body=body.encode() if isinstance(body, str) else bytes(body),
        access_key_id=who.access_key_id,
        access_key_secret=who.access_key_secret,
    )


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


@example(
    {"Tag": [{"Key": "*~ +%", "Value": "netz ü&漢"}], "Ids": ["eni"] * 12, "Managed": True},
    Credentials("id", "secret", "token+/="),
)
@given(st.dictionaries(names, values, max_size=5), credentials)
def test_authorization_equals_that_of_the_sdk(parameters: dict[str, Any], who: Credentials) -> None:
    official = sent_by_the_sdk(parameters, who)

    assert signed(official, who) == official.request.headers["Authorization"]


@given(st.dictionaries(names, values, max_size=5), credentials)
def test_client_sends_the_query_and_the_signed_headers_of_the_sdk(
    parameters: dict[str, Any], who: Credentials
) -> None:
    # given
    parameters = {**parameters, "RegionId": "cn-beijing"}

    # when
    official, lean = sent_by_the_sdk(parameters, who), sent_by_the_client(parameters, who)

    # then
    def query(call: responses.Call) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(str(call.request.url)).query, keep_blank_values=True))

    def headers(call: responses.Call) -> dict[str, str]:
        return {
            str(name).lower(): _text(value)
            for name, value in call.request.headers.items()
            if str(name).lower().startswith(("x-acs-", "accept", "user-agent"))
        }

    assert query(lean) == query(official)
    # The SDK adds which of its providers the keys come from, and how its own HTTP library reads bodies.
    only_official = {"x-acs-credentials-provider", "accept-encoding"}
    theirs = {name: value for name, value in headers(official).items() if name not in only_official}
    # The SDK names itself before what it is told.
    ours = {name: value for name, value in headers(lean).items() if name not in only_official}
    assert theirs.pop("user-agent").endswith(ours.pop("user-agent"))
    assert ours == theirs
    assert signed(lean, who) == lean.request.headers["Authorization"]


@given(st.dictionaries(names, texts, max_size=3), credentials, st.binary(max_size=40))
def test_authorization_of_the_roa_style_equals_that_of_the_sdk(
    query: dict[str, str], who: Credentials, body: bytes
) -> None:
    path = "/2023-03-30/functions/remediate/invocations"

    official = sent_by_the_sdk(query, who, style="ROA", path=path, body=body)
    lean = sent_by_the_client(query, who, path=path, body=body)

    assert signed(official, who, path) == official.request.headers["Authorization"]
    assert signed(lean, who, path) == lean.request.headers["Authorization"]


@pytest.mark.parametrize(
    ("product", "sdk"),
    [
        ("actiontrail", ActionTrail),
        ("ecs", Ecs),
        ("eventbridge", EventBridge),
        ("kms", Kms),
        ("resourcemanager", ResourceManager),
        ("sts", Sts),
        ("vpc", Vpc),
    ],
)
def test_endpoints_are_those_of_the_sdks(product: str, sdk: Any) -> None:
    # given
    def official(region: str) -> str:
        return str(sdk(Config(access_key_id="id", access_key_secret="secret", region_id=region))._endpoint)

    # when
    theirs = {region: official(region) for region in REGIONS}
    # Where EventBridge is not offered, its SDK makes an address up.
    asked = {region: host for region, host in theirs.items() if not host.startswith("eventbridge.")}

    # then
    assert {region: endpoint(product, region).host for region in asked} == asked


def test_ram_is_global_where_the_sdk_names_it() -> None:
    official = Ram(Config(access_key_id="id", access_key_secret="secret", region_id="cn-hangzhou"))._endpoint

    assert {endpoint("ram", region).host for region in REGIONS} == {official}


def test_fake_that_checks_signatures_accepts_the_client(cloud: Cloud) -> None:
    keys = cloud.role("reader", session="night-shift")
    who = Credentials(keys.access_key_id, keys.access_key_secret, keys.token)

    answer = Client(lambda: who, region="cn-hangzhou").call(
        "ecs", "DescribeNetworkInterfaces", {"Tag": [{"Key": "team", "Value": "netz ü&+ *~"}]}
    )

    assert answer["TotalCount"] == 0


def test_fake_that_checks_signatures_refuses_a_wrong_secret(cloud: Cloud) -> None:
    keys = cloud.account()
    client = Client(lambda: Credentials(keys.access_key_id, "wrong"), region="cn-hangzhou")

    with pytest.raises(Exception, match="SignatureDoesNotMatch") as refused:
        client.call("ecs", "DescribeNetworkInterfaces", {})

    assert type(refused.value).__name__ == "Denied"
