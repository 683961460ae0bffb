"""What a caller works with, read off the user agent; the caller chooses that, so it proves nothing."""

from __future__ import annotations

import re

from eniguard.alerts.catalogue import marked

#: Marks of tools, the more telling first: a Terraform provider names the SDK that it is built with as well.
#: The console and services stand so in the samples of docs/sources.md (Events); the rest is how those tools
#: call themselves. The names are product names, in every language the same, but for those that are words.
_MARKS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), name)
    for pattern, name in (
        (r"terraform", "Terraform"),
        (r"pulumi", "Pulumi"),
        (r"crossplane", "Crossplane"),
        (r"terway", "Terway"),
        (r"aliyun-?cli|alibaba-?cloud-?cli", marked("command line (aliyun)")),
        (r"\A[a-z0-9.-]*console[a-z0-9.-]*\Z", marked("console")),
        (r"\A[a-z0-9.-]+\.aliyuncs\.com\Z", marked("a cloud service")),
        (r"alibabacloud|aliyun|alicloud|tea-|apache-httpclient|okhttp|boto", "SDK"),
        (r"curl|wget|python-requests|go-http-client|postman", marked("a bare HTTP client")),
    )
)


def tool_of(user_agent: str) -> str | None:
    """The tool that a user agent names, a text of the catalogue or a product's name; ``None`` for others."""
    return next((name for pattern, name in _MARKS if pattern.search(user_agent)), None)
