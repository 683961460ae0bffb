"""A Tablestore instance for tests: it takes and gives what the unmodified SDK sends over its connection.

Requests are decoded from protobuf and PlainBuffer, their signatures and digests are checked, and answers are
signed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import Any

from tablestore.protobuf import table_store_pb2 as messages
from urllib3.exceptions import ReadTimeoutError

from tests.real.state.ots.plain_buffer import key_as_bytes, row_of, rows_as_bytes
from tests.real.state.ots.tables import Refused, Table, passes

KEY_ID, SECRET = "LTAI5tExampleKeyId", "example-key-secret"
INSTANCE = "guard"
#: Rows of one answer (Tablestore, limits: 5,000); fewer here, so that tests meet several pages.
_PAGE = 100

Answer = tuple[int, str, dict[str, str], bytes]


class FakeTablestore:
    """The data API of one instance; an object of it can stand for ``client.connection``.

    ``before`` has what is to happen before the next request of an API is carried out, ``faults`` what becomes
    of it: ``lost`` carries it out and answers nothing, ``unheard`` does neither,
    ``late`` carries it out right before the next one, and a code is the answer. ``key_id`` and ``secret`` are
    the only keys that it takes.
    """

    def __init__(self, key_id: str = KEY_ID, secret: str = SECRET) -> None:
        self._keys = (key_id, secret)
        self.tables: dict[str, Table] = {}
        self.before: dict[str, Callable[[], object]] = {}
        self.faults: dict[str, list[str]] = {}
        self.calls: list[str] = []
        self._lock = threading.RLock()

    def send_receive(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """One request; what ``ConnectionPool.send_receive`` of the SDK does."""
        api = url.strip("/")
        self.calls.append(api)
        if happens := self.before.pop(api, None):
            happens()
        fault = self._fault(api)
        if fault == "late":
            self.before[api] = lambda: getattr(self, f"_{api}")(body)
        if fault in ("unheard", "late"):
            raise _no_answer()
        if fault not in (None, "lost"):
            return self._refuse(url, Refused(503, fault, "Try again later."))
        with self._lock:
            try:
                _check_request(url, headers, body, self._keys)
                answer = getattr(self, f"_{api}")(body)
            except Refused as refused:
                return self._refuse(url, refused)
        if fault == "lost":
            raise _no_answer()
        return 200, "OK", _signed(url, answer, self._keys), answer

    def rows(self, table: str = "eniguard") -> int:
        """How many rows a table has."""
        return len(self.tables[table].rows)

    def _fault(self, api: str) -> str | None:
        waiting = self.faults.get(api)
        return waiting.pop(0) if waiting else None

    def _refuse(self, url: str, refused: Refused) -> Answer:
        body = messages.Error(code=refused.code, message=refused.message).SerializeToString()
        return refused.status, refused.code, _signed(url, body, self._keys), body

    def _CreateTable(self, body: bytes) -> bytes:  # noqa: N802 the name of the API
        request = messages.CreateTableRequest.FromString(body)
        meta = request.table_meta
        if meta.table_name in self.tables:
            raise Refused(409, "OTSObjectAlreadyExist", "Requested table already exists.")
        ttl = request.table_options.time_to_live
        if ttl != -1 and ttl < 86_400:
            raise Refused(400, "OTSParameterInvalid", "Time to live must be -1 or at least a day.")
        names = tuple(one.name for one in meta.primary_key)
        self.tables[meta.table_name] = Table(meta.table_name, names, request.table_options)
        return bytes(messages.CreateTableResponse().SerializeToString())

    def _PutRow(self, body: bytes) -> bytes:  # noqa: N802
        request = messages.PutRowRequest.FromString(body)
        self._table(request.table_name).put(row_of(request.row), request.condition)
        return bytes(messages.PutRowResponse(consumed=_consumed(write=1)).SerializeToString())

    def _DeleteRow(self, body: bytes) -> bytes:  # noqa: N802
        request = messages.DeleteRowRequest.FromString(body)
        self._table(request.table_name).delete(row_of(request.primary_key), request.condition)
        return bytes(messages.DeleteRowResponse(consumed=_consumed(write=1)).SerializeToString())

    def _BatchWriteRow(self, body: bytes) -> bytes:  # noqa: N802
        response = messages.BatchWriteRowResponse()
        for asked in messages.BatchWriteRowRequest.FromString(body).tables:
            if len(asked.rows) > 200:
                raise Refused(400, "OTSParameterInvalid", "Rows count exceeds the upper limit: 200.")
            answered = response.tables.add(table_name=asked.table_name)
            for change in asked.rows:
                assert change.type == messages.DELETE
                try:
                    self._table(asked.table_name).delete(row_of(change.row_change), change.condition)
                    answered.rows.add(is_ok=True, consumed=_consumed(write=1))
                except Refused as refused:
                    error = messages.Error(code=refused.code, message=refused.message)
                    answered.rows.add(is_ok=False, error=error)
        return bytes(response.SerializeToString())

    def _GetRow(self, body: bytes) -> bytes:  # noqa: N802
        request = messages.GetRowRequest.FromString(body)
        table, key = self._table(request.table_name), row_of(request.primary_key).key
        columns = table.rows.get(key)
        row = b"" if columns is None else rows_as_bytes([(_texts(key), columns)], table.names)
        return bytes(messages.GetRowResponse(consumed=_consumed(read=1), row=row).SerializeToString())

    def _GetRange(self, body: bytes) -> bytes:  # noqa: N802
        request = messages.GetRangeRequest.FromString(body)
        table = self._table(request.table_name)
        start, end = row_of(request.inclusive_start_primary_key), row_of(request.exclusive_end_primary_key)
        keys = table.between(start.key, end.key)
        most = min(request.limit or _PAGE, _PAGE)
        found = [
            (_texts(key), table.rows[key])
            for key in keys[:most]
            if not request.filter or passes(request.filter, table.rows[key])
        ]
        response = messages.GetRangeResponse(
            consumed=_consumed(read=1), rows=rows_as_bytes(found, table.names)
        )
        if keys[most:]:
            response.next_start_primary_key = key_as_bytes(_texts(keys[most]), table.names)
        return bytes(response.SerializeToString())

    def _table(self, name: str) -> Table:
        if name not in self.tables:
            raise Refused(404, "OTSObjectNotExist", "Requested table does not exist.")
        return self.tables[name]


def _texts(key: tuple[tuple[int, str], ...]) -> tuple[str, str]:
    (_, first), (_, second) = key
    return first, second


def _consumed(*, read: int = 0, write: int = 0) -> Any:
    return messages.ConsumedCapacity(capacity_unit=messages.CapacityUnit(read=read, write=write))


def _check_request(url: str, headers: Mapping[str, str], body: bytes, keys: tuple[str, str]) -> None:
    given = {name.lower(): value for name, value in headers.items()}
    signature = given.pop("x-ots-signature", "")
    text = f"{url}\nPOST\n\n{_lines(given)}\n"
    if given.get("x-ots-accesskeyid") != keys[0] or signature != _hmac(text, keys[1]):
        raise Refused(403, "OTSAuthFailed", "The request signature does not match.")
    if given.get("x-ots-contentmd5") != _md5(body) or given.get("x-ots-instancename") != INSTANCE:
        raise Refused(400, "OTSParameterInvalid", "The request is not whole.")


def _signed(url: str, body: bytes, keys: tuple[str, str]) -> dict[str, str]:
    headers = {
        "x-ots-requestid": "0005a1b2-example",
        "x-ots-contenttype": "protocol buffer",
        "x-ots-contentmd5": _md5(body),
        "x-ots-date": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
    }
    signature = _hmac(_lines(headers) + chr(10) + url, keys[1])
    return {**headers, "authorization": f"OTS {keys[0]}:{signature}"}


def _lines(headers: Mapping[str, str]) -> str:
    return "\n".join(
        sorted(f"{name}:{value}" for name, value in headers.items() if name.startswith("x-ots-"))
    )


def _hmac(text: str, secret: str) -> str:
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha1).digest()).decode()


def _md5(body: bytes) -> str:
    return base64.b64encode(hashlib.md5(body).digest()).decode()


def _no_answer() -> ReadTimeoutError:
    return ReadTimeoutError(None, "/", "Read timed out.")  # type: ignore[arg-type]
