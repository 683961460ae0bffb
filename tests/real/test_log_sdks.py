"""The official SDKs of the log service against the fake: cursors, log groups, signatures, faults."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from alibabacloud_sls20201230 import models as sls
from alibabacloud_sls20201230.client import Client as Sls
from aliyun.log import LogClient, LogException, LogItem, PutLogsRequest
from darabonba.exceptions import UnretryableException

from fakealiyun import Cloud, Keys
from tests.real.ecs_calls import REGION, config

PROJECT, LOGSTORE = "audit-logs", "rows"
ROWS = [{"event": '{"eventName":"CreateVpc","ü":1}'}, {"event": "two", "level": "warn"}]


@pytest.fixture
def keys(cloud: Cloud) -> Keys:
    root = cloud.account()
    cloud.call("log:CreateProject", root, projectName=PROJECT)
    cloud.call("log:CreateLogStore", root, project=PROJECT, logstoreName=LOGSTORE, shardCount=2)
    return cloud.role("reader")


@pytest.fixture(params=["v1", "v4"])
def client(request: pytest.FixtureRequest, keys: Keys) -> LogClient:
    return client_of(keys, auth_version=request.param)


def client_of(keys: Keys, **options: Any) -> LogClient:
    return LogClient(
        f"{REGION}.log.aliyuncs.com",
        keys.access_key_id,
        keys.access_key_secret,
        securityToken=keys.token,
        region=REGION,
        **options,
    )


def put(client: LogClient, rows: list[dict[str, str]] = ROWS, topic: str = "actiontrail_audit_event") -> None:
    items = [LogItem(1772352000, contents=list(row.items())) for row in rows]
    client.put_logs(PutLogsRequest(PROJECT, LOGSTORE, topic, "here", items))


def pulled(client: LogClient, begin: str, end: str, **options: Any) -> list[dict[str, Any]]:
    answer = client.pull_logs(PROJECT, LOGSTORE, 0, begin, end_cursor=end, **options)
    return list(answer.get_flatten_logs_json())


def ends(client: LogClient) -> tuple[str, str]:
    begin, end = (client.get_cursor(PROJECT, LOGSTORE, 0, where).get_cursor() for where in ("begin", "end"))
    return begin, end


@pytest.mark.parametrize("compress", [True, False])
def test_what_was_put_is_pulled_between_two_cursors(client: LogClient, compress: bool) -> None:
    put(client)

    found = pulled(client, *ends(client), count=10, compress=compress)

    assert [{key: row[key] for key in row if key in ("event", "level")} for row in found] == ROWS
    assert {(row["__topic__"], row["__source__"], row["__time__"]) for row in found} == {
        ("actiontrail_audit_event", "here", 1772352000)
    }


def test_answers_end_after_so_many_log_groups_and_at_the_end_cursor(client: LogClient) -> None:
    for topic in ("first", "other shard", "second", "other shard", "third"):
        put(client, topic=topic)
    begin, end = ends(client)

    one = client.pull_logs(PROJECT, LOGSTORE, 0, begin, count=1, end_cursor=end)
    two = client.pull_logs(PROJECT, LOGSTORE, 0, one.get_next_cursor(), count=1, end_cursor=end)
    none = client.pull_logs(PROJECT, LOGSTORE, 0, end, count=10)
    some = client.pull_logs(PROJECT, LOGSTORE, 0, begin, count=10, end_cursor=two.get_next_cursor())

    assert [answer.get_loggroup(0).Topic for answer in (one, two)] == ["first", "second"]
    assert [group.Topic for group in some.get_loggroup_list().LogGroups] == ["first", "second"]
    assert (none.get_loggroup_count(), none.get_next_cursor()) == (0, end)


def test_cursors_are_found_by_time_and_tell_theirs(cloud: Cloud, client: LogClient) -> None:
    put(client, topic="early")
    put(client, topic="other shard")
    cloud.clock.advance(60)
    put(client, topic="late")
    now = int(cloud.clock.now().timestamp())

    late = client.get_cursor(PROJECT, LOGSTORE, 0, now).get_cursor()

    assert late not in ends(client)
    assert client.get_cursor_time(PROJECT, LOGSTORE, 0, late).get_cursor_time() == str(now)
    assert client.get_cursor_time(PROJECT, LOGSTORE, 0, ends(client)[0]).get_cursor_time() == str(now - 60)


def test_shards_cover_all_hashes(client: LogClient) -> None:
    shards = client.list_shards(PROJECT, LOGSTORE).get_shards_info()

    assert [shard["shardID"] for shard in shards] == [0, 1]
    assert shards[0]["exclusiveEndKey"] == shards[1]["inclusiveBeginKey"]


@pytest.mark.parametrize("version", ["v1", "v4"])
@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"access_key_secret": "wrong"}, "SignatureNotMatch"),
        ({"access_key_id": "LTAIunknown"}, "Unauthorized"),
        ({"token": "wrong"}, "Unauthorized"),
    ],
)
def test_wrong_keys_are_refused(keys: Keys, version: str, changed: dict[str, str], code: str) -> None:
    wrong = client_of(dataclasses.replace(keys, **changed), auth_version=version)

    with pytest.raises(LogException) as refused:
        put(wrong)

    assert refused.value.get_error_code() == code


def test_ram_decides_about_logs(cloud: Cloud, keys: Keys) -> None:
    def may(role: str, action: str) -> LogClient:
        statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
        return client_of(cloud.role(role, policy={"Version": "1", "Statement": [statement]}))

    reader, writer = may("reads", "log:GetCursorOrData"), may("writes", "log:PostLogStoreLogs")
    put(writer)
    found = pulled(reader, *ends(reader))

    assert len(found) == len(ROWS)
    for refused in (lambda: put(reader), lambda: ends(writer)):
        with pytest.raises(LogException) as error:
            refused()
        assert (error.value.get_error_code(), error.value.resp_status) == ("Unauthorized", 401)


@pytest.mark.parametrize(
    ("logstore", "shard", "cursor", "code"),
    [
        ("none", 0, None, "LogStoreNotExist"),
        (LOGSTORE, 7, None, "ShardNotExist"),
        (LOGSTORE, 0, "bm9uZQ==", "InvalidCursor"),
    ],
)
def test_what_does_not_exist_cannot_be_pulled(
    client: LogClient, logstore: str, shard: int, cursor: str | None, code: str
) -> None:
    with pytest.raises(LogException) as refused:
        client.pull_logs(PROJECT, logstore, shard, cursor or ends(client)[0])

    assert refused.value.get_error_code() == code


def test_faults_strike_logs(cloud: Cloud, client: LogClient) -> None:
    put(client)
    cloud.fail("log:PullLogs", code="ReadQuotaExceed", status=403)

    with pytest.raises(LogException) as refused:
        pulled(client, *ends(client))

    assert refused.value.get_error_code() == "ReadQuotaExceed"
    assert len(pulled(client, *ends(client))) == len(ROWS)


def test_logs_leave_no_events_but_logstores_do(cloud: Cloud, client: LogClient) -> None:
    put(client)
    pulled(client, *ends(client))

    assert {event["eventName"] for event in cloud.trail.events} == {"CreateProject", "CreateLogStore"}


@pytest.mark.parametrize("algorithm", ["v1", "v4"])
def test_newer_sdk_puts_logs_and_finds_cursors(cloud: Cloud, keys: Keys, algorithm: str) -> None:
    client = Sls(config(keys, endpoint=f"{REGION}.log.aliyuncs.com", signature_version=algorithm))
    group = sls.LogGroup(
        topic="newer",
        log_items=[sls.LogItem(time=1, contents=[sls.LogContent(key="event", value="one")])],
    )

    client.put_logs_with_options(
        PROJECT,
        LOGSTORE,
        sls.PutLogsRequest(body=group),
        sls.PutLogsHeaders(x_log_compresstype="lz4"),
        _runtime(),
    )
    begin = client.get_cursor(PROJECT, LOGSTORE, "0", sls.GetCursorRequest(from_="begin")).body.cursor
    stores = client.list_log_stores(PROJECT, sls.ListLogStoresRequest()).body.logstores

    assert pulled(client_of(keys), begin, ends(client_of(keys))[1])[0]["event"] == "one"
    assert stores == [LOGSTORE]
    with pytest.raises(UnretryableException, match="LogStoreNotExist"):
        client.get_log_store(PROJECT, "none")


def _runtime() -> Any:
    from darabonba.runtime import RuntimeOptions

    return RuntimeOptions()
