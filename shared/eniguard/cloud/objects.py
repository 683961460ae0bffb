"""Objects of a bucket, streamed in flat memory: what the function of an OSS trigger reads.

Of the official libraries, ``oss2`` weighs 33 MB with what it needs and takes about 560 ms to import,
``alibabacloud_oss_v2`` 17 MB and 425 ms. This module adds nothing to `requests`, which the client of the
other services needs as well (3 MB, 160 ms).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from http.client import HTTPException
from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec
from msgspec import Struct

from eniguard.cloud.answers import Refusal
from eniguard.cloud.credentials import Credentials
from eniguard.cloud.data_reads import DataReads, lost
from eniguard.cloud.data_signature import object_headers
from eniguard.cloud.object_answers import bucket_url, object_refusal
from eniguard.cloud.object_progress import Progress
from eniguard.cloud.transport import CONNECT, READ, HttpAnswer
from eniguard.cloud.unpacking import unpacked
from eniguard.errors import InputError

if TYPE_CHECKING:
    import requests

#: Bytes that are read at once, and that one chunk has at most.
_CHUNK = 1 << 16
#: Bytes of an error answer that are looked at.
_MOST_SAID = 1 << 16
_REGION = re.compile(r"[a-z]+-[a-z0-9-]+\Z")
#: Names of buckets (PutBucket).
_BUCKET = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]\Z")


class ObjectRef(Struct, frozen=True):
    """One object; ``etag`` and ``size`` (bytes) as the trigger told them, ``None`` if it did not."""

    region: str
    bucket: str
    key: str
    etag: str | None = None
    size: int | None = None

    @property
    def name(self) -> str:
        """The object in the form ``oss://bucket/key``."""
        return f"oss://{self.bucket}/{self.key}"


class _Bucket(Struct):
    name: str


class _Object(Struct, rename="camel"):
    key: str
    e_tag: str | None = None
    size: int | None = None


class _Oss(Struct):
    bucket: _Bucket
    object: _Object


class _Event(Struct):
    region: str
    oss: _Oss


class _Call(Struct):
    events: list[_Event]


def objects_of(event: bytes | str) -> list[ObjectRef]:
    """The objects that an OSS trigger calls a function with.

    Raises
    ------
    InputError
        It is no such call.
    """
    try:
        call = msgspec.json.decode(event, type=_Call)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"not the call of an OSS trigger: {error}", path="<OSS trigger>") from None
    return [_ref(one, index) for index, one in enumerate(call.events)]


def _ref(event: _Event, index: int) -> ObjectRef:
    bucket, found = event.oss.bucket.name, event.oss.object
    if not _REGION.match(event.region) or not _BUCKET.match(bucket) or not found.key:
        raise InputError(
            "the call of an OSS trigger names no region, bucket and key", path="<OSS trigger>", index=index
        )
    return ObjectRef(event.region, bucket, found.key, found.e_tag, found.size)


class ObjectReader:
    """Streams objects; what is gzip comes out unpacked.

    Parameters
    ----------
    reads
        Makes the requests: credentials, deadline, retries.
    address
        Where to send requests in place of the cloud, as in ``http://127.0.0.1:8080``.
    internal
        Whether to go by the inner network of the region, as functions can and other machines cannot.

    Examples
    --------
    >>> from fakealiyun import fake_aliyun
    >>> with fake_aliyun() as cloud:
    ...     keys = cloud.account()
    ...     _ = cloud.call("oss:PutBucket", keys, bucket="evidence")
    ...     _ = cloud.call("oss:PutObject", keys, bucket="evidence", key="a", payload=b"[]")
    ...     signer = Credentials(keys.access_key_id, keys.access_key_secret)
    ...     reader = ObjectReader(DataReads(lambda: signer))
    ...     b"".join(reader.chunks(ObjectRef("cn-hangzhou", "evidence", "a")))
    b'[]'
    """

    def __init__(self, reads: DataReads, *, address: str | None = None, internal: bool = True) -> None:
        self._reads = reads
        self._address = address
        self._internal = internal

    def chunks(self, ref: ObjectRef, *, most: int = 1 << 30) -> Iterator[bytes]:
        """The bytes of an object, unpacked, in chunks of 64 KB at most.

        A connection that is cut is taken up again where it ended. The object has to be the one that the
        trigger told of, and whole: its entity tag, size and MD5 are checked. What does not fit is told at the
        end, when chunks have been given out.

        Parameters
        ----------
        ref
            What to read.
        most
            Bytes that an object may unpack to.

        Raises
        ------
        CloudError
            Denied, throttled, not found, replaced since, or without a whole answer after all retries.
        InputError
            It is no whole gzip file, or unpacks to more than ``most`` bytes.
        """
        count = 0
        for chunk in unpacked(self.raw(ref), name=ref.name, chunk=_CHUNK):
            count += len(chunk)
            if count > most:
                raise InputError(f"the object unpacks to more than {most} bytes", path=ref.name)
            yield chunk

    def raw(self, ref: ObjectRef) -> Iterator[bytes]:
        """The bytes of an object as they are stored; otherwise as `chunks`."""
        progress, idle = Progress(ref.etag), 0
        while not progress.complete:
            if idle >= self._reads.retries.attempts:
                raise lost("oss", "GetObject", f"{ref.name} is cut at {progress.received} bytes each time")
            before = progress.received
            response = self._reads.answered(
                "oss", "GetObject", lambda credentials: self._opened(ref, progress, credentials)
            )
            with response:
                yield from self._read(response, progress)
            idle = idle + 1 if progress.received == before else 0
        if ref.size not in (None, progress.received) or not progress.intact:
            raise lost("oss", "GetObject", f"{ref.name} is not what was stored")

    def _read(self, response: requests.Response, progress: Progress) -> Iterator[bytes]:
        """What one connection brings, until the object is complete or the connection is cut."""
        from urllib3.exceptions import HTTPError

        while not progress.complete:
            left = self._reads.left
            if left is not None and left <= 0:
                raise lost("oss", "GetObject", "the object was not complete at the deadline")
            try:
                chunk = response.raw.read(min(_CHUNK, progress.missing), decode_content=False)
            except (HTTPError, HTTPException, OSError):
                return
            if not chunk:
                return
            progress.take(chunk)
            yield chunk

    def _opened(
        self, ref: ObjectRef, progress: Progress, credentials: Credentials
    ) -> requests.Response | Refusal:
        """An answer whose body begins where the last one ended."""
        import requests

        if progress.was_cut():
            why = f"{ref.name} was cut at {progress.received} bytes"
            return Refusal(lost("oss", "GetObject", why), again=True)
        reads = self._reads
        headers = object_headers(
            credentials,
            region=ref.region,
            method="GET",
            bucket=ref.bucket,
            key=ref.key,
            headers=progress.conditions(),
            now=reads.clock(),
        )
        left = reads.left
        timeout = (CONNECT, READ) if left is None else (min(CONNECT, left), min(READ, left))
        try:
            response = reads.session.get(
                self._url(ref),
                headers=headers,
                timeout=timeout,
                stream=True,
                allow_redirects=False,
                auth=_signed,
            )
            if response.status_code < 300 and progress.begins(response.headers):
                return response
            with response:
                return _refusal(response, credentials)
        except requests.RequestException as error:
            why = f"the connection failed ({type(error).__name__})"
            return Refusal(lost("oss", "GetObject", why), again=True)

    def _url(self, ref: ObjectRef) -> str:
        base = bucket_url(ref.region, ref.bucket, address=self._address, internal=self._internal)
        return f"{base}{quote(ref.key, safe='/~')}"


def _signed(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keep the Authorization header: without an ``auth``, requests takes the one of a .netrc instead."""
    return request


def _refusal(response: requests.Response, credentials: Credentials) -> Refusal:
    """What is behind an answer that does not give the rest of the object."""
    from urllib3.exceptions import HTTPError

    if response.status_code < 300:
        return Refusal(lost("oss", "GetObject", "the answer is not the part that was asked for"), again=True)
    try:
        body = response.raw.read(_MOST_SAID, decode_content=True)
    except (HTTPError, HTTPException, OSError):
        body = b""
    answer = HttpAnswer(response.status_code, response.headers, body)
    return object_refusal(answer, "GetObject", credentials)
