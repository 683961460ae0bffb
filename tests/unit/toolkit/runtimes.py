"""The context objects of the two runtimes, as far as they differ (docs/sources.md, Function Compute)."""

from __future__ import annotations

from types import SimpleNamespace

SECRET = "example-access-key-secret"
TOKEN = "example/security+token=="
ENDPOINT = "http://tracing.example.com/adapt_user@0123456789abcdef/api/traces"

PYTHON310 = SimpleNamespace(
    request_id="r-310",
    credentials=SimpleNamespace(access_key_id="STS.example", access_key_secret=SECRET, security_token=TOKEN),
    function=SimpleNamespace(name="trail_event", handler="index.handler", memory="512", timeout="60"),
    service=SimpleNamespace(
        name="eniguard", log_project="p-1", log_store="l-1", qualifier="LATEST", version_id="3"
    ),
    region="cn-hangzhou",
    account_id="1234567890123456",
    tracing=SimpleNamespace(span_context="5f8b1a2c3d4e5f60:1a2b3c4d5e6f7081:0:1", jaeger_endpoint=ENDPOINT),
)
PYTHON312 = SimpleNamespace(
    request_id="r-312",
    function=SimpleNamespace(
        name="trail_event",
        handler="index.handler",
        memory=512,
        timeout=60,
        version_id="3",
        qualifier="LATEST",
    ),
    region="cn-hangzhou",
    account_id="1234567890123456",
    log_project="p-1",
    log_store="l-1",
)
ENVIRONMENT = {
    "ALIBABA_CLOUD_ACCESS_KEY_ID": "STS.example",
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET": SECRET,
    "ALIBABA_CLOUD_SECURITY_TOKEN": TOKEN,
    "FC_INSTANCE_ID": "c-1",
}
