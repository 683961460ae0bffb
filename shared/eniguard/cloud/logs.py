"""Rows of a logstore, pulled by cursor: what the function of a log trigger reads.

Of the official libraries, ``aliyun-log-python-sdk`` weighs 30 MB with what it needs and takes about 490 ms to
import; ``alibabacloud_sls20201230`` takes 48 MB and 910 ms, and decodes no log groups. This module adds
nothing to `requests`, which the client of the other services needs as well (3 MB, 160 ms).
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from typing import Literal, TypeVar
from urllib.parse import quote, urlsplit

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from eniguard.cloud.answers import Refusal
from eniguard.cloud.credentials import Credentials
from eniguard.cloud.data_reads import DataReads, lost, refused
from eniguard.cloud.data_signature import log_headers
from eniguard.cloud.log_groups import Log, logs_of
from eniguard.cloud.signature import canonical_query
from eniguard.cloud.transport import HttpAnswer, NoAnswer, send
from eniguard.errors import CloudError, Denied, InputError, NotFound, Throttled, Transport

_Found = TypeVar("_Found")

#: ``cn-hangzhou-intranet.log.aliyuncs.com``: where the log service is, and nobody else (its endpoints).
_HOST = re.compile(r"(?P<region>[a-z]+-[a-z0-9-]+?)(?:-intranet|-share|-vpc)?\.(?:log|sls)\.aliyuncs\.com\Z")
#: Names of projects and logstores (CreateProject, CreateLogStore).
_PROJECT = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]\Z")
_LOGSTORE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{1,62}\Z")
#: Bytes of one answer before compression: the API gives 10 MB at most (PullLogs); there is some room.
_MOST_BYTES = 32 << 20


class LogRange(Struct, frozen=True):
    """The rows of one shard from ``begin`` up to ``end``, both cursors; ``host`` is that of the endpoint."""

    host: str
    project: str
    logstore: str
    shard: int
    begin: str
    end: str

    @classmethod
    def of(cls, event: bytes | str) -> LogRange:
        """The range that a log trigger calls a function with.

        Raises
        ------
        InputError
            It is no such call, or its endpoint is none of the log service: keys would be sent there.
        """
        try:
            source = msgspec.json.decode(event, type=_LogCall).source
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise InputError(f"not the call of a log trigger: {error}", path="<log trigger>") from None
        endpoint = source.endpoint if "://" in source.endpoint else f"https://{source.endpoint}"
        host = urlsplit(endpoint).hostname or ""
        if (
            not _HOST.match(host)
            or not _PROJECT.match(source.project)
            or not _LOGSTORE.match(source.logstore)
        ):
            raise InputError(
                "the call of a log trigger names no endpoint, project and logstore of the log service",
                path="<log trigger>",
            )
        return cls(host, source.project, source.logstore, source.shard, source.begin, source.end)

    @property
    def region(self) -> str:
        """The region of its endpoint."""
        found = _HOST.match(self.host)
        return "" if found is None else found["region"]


class _LogSource(Struct, rename={"project": "projectName", "logstore": "logstoreName", "shard": "shardId"}):
    endpoint: str
    project: str
    logstore: str
    shard: int
    begin: str = msgspec.field(name="beginCursor")
    end: str = msgspec.field(name="endCursor")


class _LogCall(Struct):
    source: _LogSource


class LogRow(Struct, frozen=True, gc=False):
    """One row.

    Attributes
    ----------
    offset
        Its number in the range, from 0. A range that is pulled again has the same rows in the same order, so
        that its begin cursor and this number tell one row from every other of the shard.
    cursor
        Where to begin to get it again, with others before it.
    topic, source, time, fields
        As written: the time in seconds since 1970 (UTC), values as bytes.
    """

    offset: int
    cursor: str
    topic: str
    source: str
    time: int
    fields: dict[str, bytes]


class LogPuller:
    """Pulls the rows of a range, a few log groups at a time.

    Parameters
    ----------
    reads
        Makes the requests: credentials, deadline, retries.
    address
        Where to send requests in place of the cloud, as in ``http://127.0.0.1:8080``.

    Examples
    --------
    >>> from fakealiyun import fake_aliyun
    >>> with fake_aliyun() as cloud:
    ...     keys = cloud.account()
    ...     _ = cloud.call("log:CreateProject", keys, projectName="audit")
    ...     _ = cloud.call("log:CreateLogStore", keys, project="audit", logstoreName="rows")
    ...     signer = Credentials(keys.access_key_id, keys.access_key_secret)
    ...     puller = LogPuller(DataReads(lambda: signer))
    ...     place = LogRange("cn-hangzhou.log.aliyuncs.com", "audit", "rows", 0, "", "")
    ...     begin, end = puller.cursor(place, "begin"), puller.cursor(place, "end")
    ...     list(puller.rows(msgspec.structs.replace(place, begin=begin, end=end)))
    []
    """

    def __init__(self, reads: DataReads, *, address: str | None = None) -> None:
        self._reads = reads
        self._address = address

    def cursor(self, place: LogRange, at: Literal["begin", "end"] | float) -> str:
        """The cursor of the begin or the end of a shard, or of the first row taken at a time or later.

        Parameters
        ----------
        place
            The shard; its cursors do not count.
        at
            A time is in seconds since 1970 (UTC).

        Raises
        ------
        CloudError
            As for `rows`.
        """
        wanted = at if isinstance(at, str) else str(int(at))

        def read(answer: HttpAnswer) -> str:
            return msgspec.json.decode(answer.body, type=_CursorAnswer).cursor

        return self._get("GetCursor", place, {"type": "cursor", "from": wanted}, read)

    def shards(self, place: LogRange) -> list[LogRange]:
        """The shards of a logstore, each with the cursors of ``place``; raises as `rows` does."""

        def read(answer: HttpAnswer) -> list[int]:
            return [one.number for one in msgspec.json.decode(answer.body, type=list[_Shard])]

        return [replace(place, shard=one) for one in self._get("ListShards", place, {}, read)]

    def rows(self, place: LogRange, *, groups: int = 100) -> Iterator[LogRow]:
        """The rows of a range, in their order.

        Parameters
        ----------
        place
            What to pull.
        groups
            Log groups of one answer, 1 to 1000; one answer is held in memory, of 10 MB at most.

        Raises
        ------
        CloudError
            Denied, throttled, not found, or without a readable answer, when retries did not help. Rows that
            were given out before are whole.
        """
        cursor, offset = place.begin, 0
        while cursor != place.end:
            logs, following = self._pull(place, cursor, groups)
            for log in logs:
                yield LogRow(offset, cursor, log.topic, log.source, log.time, log.fields)
                offset += 1
            if following == cursor:
                raise lost("log", "PullLogs", f"there is nothing between {cursor} and the end cursor")
            cursor = following

    def _pull(self, place: LogRange, cursor: str, groups: int) -> tuple[list[Log], str]:
        query = {"type": "log", "cursor": cursor, "end_cursor": place.end, "count": str(groups)}

        def read(answer: HttpAnswer) -> tuple[list[Log], str]:
            return list(logs_of(_body(answer))), answer.headers["x-log-cursor"]

        return self._get("PullLogs", place, query, read)

    def _get(
        self, action: str, place: LogRange, query: dict[str, str], read: Callable[[HttpAnswer], _Found]
    ) -> _Found:
        path = f"/logstores/{place.logstore}/shards"
        if action != "ListShards":
            path = f"{path}/{place.shard}"
        base = self._address or f"https://{place.project}.{place.host}"
        host = f"{place.project}.{urlsplit(self._address).netloc if self._address else place.host}"
        url = f"{base}{path}?{canonical_query(query)}" if query else f"{base}{path}"
        plain = {
            "host": host,
            "accept": "application/x-protobuf" if action == "PullLogs" else "application/json",
            # Documented beside lz4 (PullLogs), and read without another package.
            "accept-encoding": "deflate" if action == "PullLogs" else "identity",
            "user-agent": "eniguard",
            "x-log-apiversion": "0.6.0",
            "x-log-bodyrawsize": "0",
        }

        def attempt(credentials: Credentials) -> _Found | Refusal:
            reads = self._reads
            headers = log_headers(
                credentials,
                region=place.region,
                method="GET",
                path=quote(path, safe="/~"),
                query=query,
                headers=plain,
                now=reads.clock(),
            )
            try:
                answer = send(reads.session, "GET", url, headers, b"", seconds=reads.left, clock=reads.clock)
            except NoAnswer as why:
                return Refusal(lost("log", action, str(why)), again=True)
            if answer.status >= 300:
                return _refusal(answer, action, credentials)
            try:
                return read(answer)
            except (ValueError, KeyError, zlib.error, msgspec.MsgspecError) as error:
                return Refusal(lost("log", action, f"what came cannot be read ({error})"), again=True)

        return self._reads.answered("log", action, attempt)


class _CursorAnswer(Struct):
    cursor: str


class _Shard(Struct):
    number: int = msgspec.field(name="shardID")


class _Said(Struct, rename={"code": "errorCode", "message": "errorMessage"}):
    code: str | None = None
    message: str | None = None


def _body(answer: HttpAnswer) -> bytes:
    """The body as it was before compression.

    Raises
    ------
    ValueError
        It is not of the size that it says, or of an encoding that was not asked for.
    """
    size, kind = answer.headers.get("x-log-bodyrawsize", ""), answer.headers.get("x-log-compresstype", "")
    if not size.isdecimal() or int(size) > _MOST_BYTES:
        raise ValueError(f"x-log-bodyrawsize is {size!r}")
    if kind not in ("", "deflate", "gzip"):
        raise ValueError(f"x-log-compresstype is {kind!r}")
    raw = answer.body
    if kind and int(size):
        raw = zlib.decompressobj().decompress(raw, int(size) + 1)
    if len(raw) != int(size):
        raise ValueError(f"{len(raw)} bytes instead of {size}")
    return raw


def _refusal(answer: HttpAnswer, action: str, credentials: Credentials) -> Refusal:
    """The error answer of the log service (Simple Log Service, error codes)."""
    try:
        said = msgspec.json.decode(answer.body, type=_Said)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        said = _Said()
    kind = _kind(answer.status, said.code or "")
    error = refused(
        kind,
        "log",
        action,
        status=answer.status,
        code=said.code,
        message=said.message,
        request_id=answer.headers.get("x-log-requestid"),
        hidden=credentials.hidden,
    )
    # The code is the same for keys that are wrong and for a token that has expired.
    expired = answer.status == 401 and "expired" in (said.message or "").lower()
    return Refusal(error, expired, kind is Throttled or answer.status >= 500)


def _kind(status: int, code: str) -> type[CloudError]:
    if status == 429 or code.endswith("QuotaExceed") or code in ("ServerBusy", "ExceedQuota"):
        return Throttled
    if status in (401, 403):
        return Denied
    if status == 404:
        return NotFound
    return Transport if status >= 500 and not code else CloudError
