"""Requests as clients send them."""

from __future__ import annotations

from fakealiyun import Keys
from fakealiyun.wire.request import HttpRequest

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


def acs3(keys: Keys, action: str, version: str = "2014-05-26") -> dict[str, str]:
    return {
        "x-acs-action": action,
        "x-acs-version": version,
        "authorization": f"ACS3-HMAC-SHA256 Credential={keys.access_key_id},SignedHeaders=host,Signature=00",
    }


def rpc(keys: Keys, action: str, version: str = "2014-05-26", **parameters: str) -> dict[str, str]:
    return {"Action": action, "Version": version, "AccessKeyId": keys.access_key_id, **parameters}
