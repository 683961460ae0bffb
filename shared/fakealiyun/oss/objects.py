"""Wire in and out of objects."""

from __future__ import annotations

import re
from collections.abc import Iterable
from email.utils import format_datetime
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement, tostring

from fakealiyun.clock import text_of
from fakealiyun.oss import exceptions as refuse
from fakealiyun.oss.models import Bucket, StoredObject
from fakealiyun.oss.responses import find_bucket
from fakealiyun.services import Call, Handler
from fakealiyun.wire.answers import Answer

#: Keys on a page: 100 unless told, 1000 at most (ListObjectsV2).
_KEYS, _MOST_KEYS = 100, 1000
_META = "x-oss-meta-"
_RANGE = re.compile(r"bytes=(?P<first>\d*)-(?P<last>\d*)\Z")


def put_object(call: Call) -> Answer:
    """PutObject: over one of the same key."""
    bucket, key, headers = find_bucket(call), call.parameters.required("key"), call.http.headers
    found = StoredObject(
        key,
        call.http.body,
        call.cloud.clock.now(),
        headers.get("content-type", "application/octet-stream"),
        {name: value for name, value in headers.items() if name.startswith(_META)},
    )
    if headers.get("content-md5", found.md5) != found.md5:
        raise refuse.invalid_digest()
    bucket.objects[key] = found
    return Answer(200, b"", {"ETag": f'"{found.etag}"', "Content-MD5": found.md5})


def get_object(call: Call) -> Answer:
    """GetObject: all of it, or a range of its bytes; an ``If-Match`` has to hold."""
    found = _object(call)
    wanted = call.http.headers.get("if-match")
    if wanted is not None and wanted.strip('"') != found.etag:
        raise refuse.precondition_failed("If-Match")
    size = len(found.data)
    place = _range(call.http.headers.get("range"), size)
    if place is None:
        return Answer(200, found.data, _headers(found, size))
    first, last = place
    shown = {**_headers(found, last - first + 1), "Content-Range": f"bytes {first}-{last}/{size}"}
    return Answer(206, found.data[first : last + 1], shown)


def head_object(call: Call) -> Answer:
    """HeadObject: what GetObject says of it, without its bytes."""
    found = _object(call)
    return Answer(200, b"", _headers(found, len(found.data)))


def delete_object(call: Call) -> Answer:
    """DeleteObject: one that does not exist is as good as deleted."""
    find_bucket(call).objects.pop(call.parameters.required("key"), None)
    return Answer(204, b"")


def list_objects(call: Call) -> Answer:
    """ListObjectsV2, by key; keys that share what comes before a delimiter are shown as one prefix."""
    bucket, parameters = find_bucket(call), call.parameters
    prefix, delimiter = parameters.text("prefix") or "", parameters.text("delimiter")
    after = parameters.text("continuation-token") or parameters.text("start-after") or ""
    most = parameters.integer("max-keys") or _KEYS
    if not 0 < most <= _MOST_KEYS:
        raise refuse.invalid_argument(f"max-keys is not between 1 and {_MOST_KEYS}")
    entries = list(dict.fromkeys(_entries(bucket, prefix, delimiter, after)))
    page = entries[:most]
    root = Element("ListBucketResult")
    shown = {"Name": parameters.required("bucket"), "Prefix": prefix, "MaxKeys": str(most)}
    shown |= {"KeyCount": str(len(page)), "IsTruncated": "true" if len(entries) > most else "false"}
    if delimiter:
        shown["Delimiter"] = delimiter
    if len(entries) > most:
        shown["NextContinuationToken"] = page[-1]
    encode = parameters.text("encoding-type") == "url"
    if encode:
        shown["EncodingType"] = "url"
    for name, value in shown.items():
        named = encode and name in ("Prefix", "Delimiter", "NextContinuationToken")
        SubElement(root, name).text = quote(value, safe="") if named else value
    for entry in page:
        _show(root, bucket, entry, quote(entry, safe="") if encode else entry)
    body = tostring(root, encoding="utf-8", xml_declaration=True)
    return Answer(200, body, {"Content-Type": "application/xml"})


def _entries(bucket: Bucket, prefix: str, delimiter: str | None, after: str) -> Iterable[str]:
    for key in sorted(bucket.objects):
        if not key.startswith(prefix):
            continue
        cut = key.find(delimiter, len(prefix)) if delimiter else -1
        entry = key if cut < 0 else key[: cut + len(delimiter or "")]
        if entry > after:
            yield entry


def _show(root: Element, bucket: Bucket, entry: str, text: str) -> None:
    found = bucket.objects.get(entry)
    if found is None:
        SubElement(SubElement(root, "CommonPrefixes"), "Prefix").text = text
        return
    item = SubElement(root, "Contents")
    shown = {
        "Key": text,
        "LastModified": text_of(found.modified_at).replace("Z", ".000Z"),
        "ETag": f'"{found.etag}"',
        "Type": "Normal",
        "Size": str(len(found.data)),
        "StorageClass": "Standard",
    }
    for name, value in shown.items():
        SubElement(item, name).text = value


def _object(call: Call) -> StoredObject:
    key = call.parameters.required("key")
    found = find_bucket(call).objects.get(key)
    if found is None:
        raise refuse.no_such_key(key)
    return found


def _headers(found: StoredObject, length: int) -> dict[str, str]:
    return {
        "Content-Type": found.content_type,
        "Content-Length": str(length),
        "ETag": f'"{found.etag}"',
        "Content-MD5": found.md5,
        "Last-Modified": format_datetime(found.modified_at, usegmt=True),
        "Accept-Ranges": "bytes",
        "x-oss-object-type": "Normal",
        **found.metadata,
    }


def _range(header: str | None, size: int) -> tuple[int, int] | None:
    """First and last byte; ``None``: all of it, also for a range that is none (GetObject, Range)."""
    found = _RANGE.match(header or "")
    if found is None or not (found["first"] or found["last"]):
        return None
    first = int(found["first"]) if found["first"] else max(size - int(found["last"]), 0)
    last = int(found["last"]) if found["first"] and found["last"] else size - 1
    return None if first > last or last >= size else (first, last)


OBJECT_HANDLERS: dict[str, Handler] = {
    "PutObject": put_object,
    "GetObject": get_object,
    "HeadObject": head_object,
    "DeleteObject": delete_object,
    "ListObjectsV2": list_objects,
}
