"""Wire in and out of logs: shards, cursors, and log groups as protocol buffers."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping

import lz4.block

from fakealiyun.errors import NotImplementedByTheFake
from fakealiyun.log import exceptions as refuse
from fakealiyun.log.groups import LogGroup, decoded, encoded
from fakealiyun.log.models import Logstore, Shard
from fakealiyun.log.responses import find_logstore
from fakealiyun.services import Call, Fields, Handler
from fakealiyun.wire.answers import Answer

#: Log groups of one answer; bytes of an answer and of a request before compression (PullLogs, PutLogs).
_MOST_GROUPS = 1000
_MOST_BYTES = 10 * 1024 * 1024
#: Encodings that an answer may have; the first that the client accepts is taken.
_ENCODINGS = ("lz4", "gzip", "deflate")


def list_shards(call: Call) -> Answer:
    """ListShards: a list, without a name around it."""
    logstore = find_logstore(call)
    step = (1 << 128) // len(logstore.shards)
    shards = [
        {
            "shardID": shard.id,
            "status": "readwrite",
            "inclusiveBeginKey": f"{shard.id * step:032x}",
            "exclusiveEndKey": "f" * 32 if shard is logstore.shards[-1] else f"{(shard.id + 1) * step:032x}",
            "createTime": int(logstore.created_at.timestamp()),
        }
        for shard in logstore.shards
    ]
    return Answer(200, json.dumps(shards).encode(), {"Content-Type": "application/json"})


def get_cursor(call: Call) -> Fields:
    """GetCursor: of the ``begin``, the ``end``, or the first that was taken at a time or later."""
    shard, where = _shard(call), call.parameters.required("from")
    if where == "begin":
        return {"cursor": shard.cursor(0)}
    if where == "end":
        return {"cursor": shard.end}
    if not where.isdecimal():
        raise refuse.parameter_invalid("from is neither begin, end nor a time")
    return {"cursor": shard.cursor(shard.since(int(where)))}


def get_cursor_time(call: Call) -> Fields:
    """GetCursorTime: when the log group at a cursor was taken; at the end it is now."""
    shard = _shard(call)
    place = _place(shard, call.parameters.required("cursor"))
    now = int(call.cloud.clock.now().timestamp())
    return {"cursor_time": str(shard.written[place].at if place < len(shard.written) else now)}


def put_logs(call: Call) -> Answer:
    """PutLogs: one log group, into the shards in turn."""
    logstore = find_logstore(call)
    message = _decompressed(call.http.headers, call.http.body)
    try:
        group = decoded(message)
    except ValueError:
        raise refuse.body_invalid("the body is not a LogGroup") from None
    logstore.write(group, call.cloud.clock.now())
    return Answer(200, b"")


def pull_logs(call: Call) -> Answer:
    """PullLogs: log groups from a cursor on, as many as one answer may hold, and the cursor behind them."""
    shard = _shard(call)
    start = _place(shard, call.parameters.required("cursor"))
    end = call.parameters.text("end_cursor")
    stop = len(shard.written) if end is None else _place(shard, end)
    groups: list[LogGroup] = []
    size = 0
    for one in shard.written[start : min(stop, start + _count(call))]:
        size += len(encoded([one.group]))
        if groups and size > _MOST_BYTES:
            break
        groups.append(one.group)
    body, encoding = _compressed(call.http.headers, raw := encoded(groups))
    headers = {
        "Content-Type": "application/x-protobuf",
        "x-log-cursor": shard.cursor(start + len(groups)),
        "x-log-count": str(len(groups)),
        "x-log-bodyrawsize": str(len(raw)),
    }
    return Answer(200, body, {**headers, **({"x-log-compresstype": encoding} if encoding else {})})


def _count(call: Call) -> int:
    count = call.parameters.integer("count")
    if count is None or not 0 < count <= _MOST_GROUPS:
        raise refuse.parameter_invalid(f"count is not between 1 and {_MOST_GROUPS}")
    return count


def _shard(call: Call) -> Shard:
    logstore: Logstore = find_logstore(call)
    named = call.parameters.required("shard")
    found = next((one for one in logstore.shards if str(one.id) == named), None)
    if found is None:
        raise refuse.shard_not_exist(named)
    return found


def _place(shard: Shard, cursor: str) -> int:
    place = shard.place(cursor)
    if place is None:
        raise refuse.invalid_cursor(cursor)
    return place


def _compressed(headers: Mapping[str, str], raw: bytes) -> tuple[bytes, str | None]:
    accepted = [one.strip() for one in headers.get("accept-encoding", "").split(",")]
    encoding = next((one for one in _ENCODINGS if one in accepted), None)
    if encoding is None or not raw:
        return raw, None
    if encoding == "lz4":
        return lz4.block.compress(raw, store_size=False), encoding
    return zlib.compress(raw), encoding


def _decompressed(headers: Mapping[str, str], body: bytes) -> bytes:
    kind, size = headers.get("x-log-compresstype"), headers.get("x-log-bodyrawsize", "")
    if not kind:
        return body
    if not size.isdecimal() or int(size) > _MOST_BYTES:
        raise refuse.body_invalid("x-log-bodyrawsize is not the size of the body")
    try:
        if kind == "lz4":
            return bytes(lz4.block.decompress(body, uncompressed_size=int(size)))
        if kind in _ENCODINGS:
            return zlib.decompress(body)
    except (lz4.block.LZ4BlockError, zlib.error):
        raise refuse.body_invalid(f"the body is not {kind}") from None
    raise NotImplementedByTheFake(f"log:PutLogs with x-log-compresstype {kind}")


DATA_HANDLERS: dict[str, Handler] = {
    "ListShards": list_shards,
    "GetCursor": get_cursor,
    "GetCursorTime": get_cursor_time,
    "PutLogs": put_logs,
    "PullLogs": pull_logs,
}
