"""Answers of the log service that are not what they say."""

from __future__ import annotations

import re

import pytest
import responses

from eniguard.cloud.credentials import Credentials
from eniguard.cloud.data_reads import DataReads
from eniguard.cloud.logs import LogPuller, LogRange
from eniguard.cloud.retries import Retries
from eniguard.errors import Transport

PLACE = LogRange("cn-hangzhou.log.aliyuncs.com", "audit-logs", "rows", 0, "begin", "end")


@pytest.mark.parametrize(
    "headers",
    [
        {"x-log-bodyrawsize": "5", "x-log-cursor": "end"},
        {"x-log-bodyrawsize": "many", "x-log-cursor": "end"},
        {"x-log-bodyrawsize": str(1 << 40), "x-log-cursor": "end"},
        {"x-log-bodyrawsize": "0", "x-log-cursor": "end", "x-log-compresstype": "lz4"},
        {"x-log-bodyrawsize": "0"},
        {"x-log-bodyrawsize": "0", "x-log-cursor": "begin"},
    ],
    ids=["size", "no size", "too large", "encoding", "no cursor", "stands still"],
)
def test_answer_that_cannot_be_is_no_answer(headers: dict[str, str]) -> None:
    reads = DataReads(lambda: Credentials("key", "secret"), retries=Retries(attempts=1))

    with responses.RequestsMock() as mock:
        mock.get(re.compile("https://audit-logs.cn-hangzhou.log.aliyuncs.com/"), body=b"", headers=headers)
        with pytest.raises(Transport, match="log:PullLogs got no answer"):
            list(LogPuller(reads).rows(PLACE))
