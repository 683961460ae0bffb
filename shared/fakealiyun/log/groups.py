"""Log groups, encoded as protocol buffers (log_logs.proto of the SDKs of the log service)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from fakealiyun.wire.protobuf import data, fields, number

Kind = TypeVar("Kind")

#: Field numbers of LogGroupList, LogGroup, Log, and of Content and LogTag.
_GROUPS = 1
_LOGS, _TOPIC, _SOURCE, _TAGS = 1, 3, 4, 6
_TIME, _CONTENTS = 1, 2
_KEY, _VALUE = 1, 2


@dataclass(frozen=True)
class Log:
    """One log: its time (seconds since 1970) and its contents in their order."""

    time: int
    contents: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True)
class LogGroup:
    """Logs that were written together."""

    logs: tuple[Log, ...]
    topic: str = ""
    source: str = ""
    tags: tuple[tuple[str, bytes], ...] = field(default=())


def encoded(groups: Iterable[LogGroup]) -> bytes:
    """A LogGroupList."""
    return b"".join(data(_GROUPS, _group(group)) for group in groups)


def decoded(message: bytes) -> LogGroup:
    """A log group out of its LogGroup message.

    Raises
    ------
    ValueError
        It is none.
    """
    logs: list[Log] = []
    tags: list[tuple[str, bytes]] = []
    topic = source = ""
    for key, value in fields(message):
        if key == _LOGS:
            logs.append(_log(_of(bytes, value)))
        elif key == _TAGS:
            tags.append(_pair(_of(bytes, value)))
        elif key == _TOPIC:
            topic = _of(bytes, value).decode()
        elif key == _SOURCE:
            source = _of(bytes, value).decode()
    return LogGroup(tuple(logs), topic, source, tuple(tags))


def _group(group: LogGroup) -> bytes:
    return b"".join(
        (
            *(data(_LOGS, _log_bytes(log)) for log in group.logs),
            data(_TOPIC, group.topic.encode()),
            data(_SOURCE, group.source.encode()),
            *(data(_TAGS, _pair_bytes(*tag)) for tag in group.tags),
        )
    )


def _log_bytes(log: Log) -> bytes:
    contents = (data(_CONTENTS, _pair_bytes(*pair)) for pair in log.contents)
    return number(_TIME, log.time) + b"".join(contents)


def _pair_bytes(key: str, value: bytes) -> bytes:
    return data(_KEY, key.encode()) + data(_VALUE, value)


def _log(message: bytes) -> Log:
    time = 0
    contents: list[tuple[str, bytes]] = []
    for key, value in fields(message):
        if key == _TIME:
            time = _of(int, value)
        elif key == _CONTENTS:
            contents.append(_pair(_of(bytes, value)))
    return Log(time, tuple(contents))


def _pair(message: bytes) -> tuple[str, bytes]:
    found = dict(fields(message))
    return _of(bytes, found.get(_KEY)).decode(), _of(bytes, found.get(_VALUE))


def _of(kind: type[Kind], value: object) -> Kind:
    if not isinstance(value, kind):
        raise ValueError(f"not {kind.__name__}")
    return value
