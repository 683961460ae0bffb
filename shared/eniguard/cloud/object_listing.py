"""Which objects a bucket has below a prefix, page by page (ListObjectsV2)."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote
from xml.etree.ElementTree import Element, ParseError, fromstring

from eniguard.cloud.answers import Refusal
from eniguard.cloud.credentials import Credentials
from eniguard.cloud.data_reads import DataReads, lost
from eniguard.cloud.data_signature import object_headers
from eniguard.cloud.object_answers import bucket_url, object_refusal
from eniguard.cloud.objects import ObjectRef
from eniguard.cloud.signature import canonical_query
from eniguard.cloud.transport import NoAnswer, send

_ACTION = "ListObjectsV2"
#: Keys on a page at most (ListObjectsV2).
_PAGE = "1000"


class ObjectListing:
    """Lists objects in the order of their keys, a page in memory.

    Parameters
    ----------
    reads, address, internal
        As for `eniguard.cloud.objects.ObjectReader`.

    Examples
    --------
    >>> from fakealiyun import fake_aliyun
    >>> with fake_aliyun() as cloud:
    ...     keys = cloud.account()
    ...     _ = cloud.call("oss:PutBucket", keys, bucket="evidence")
    ...     _ = cloud.call("oss:PutObject", keys, bucket="evidence", key="2026/a", payload=b"[]")
    ...     signer = Credentials(keys.access_key_id, keys.access_key_secret)
    ...     listing = ObjectListing(DataReads(lambda: signer))
    ...     [one.name for one in listing.objects("cn-hangzhou", "evidence", "2026/")]
    ['oss://evidence/2026/a']
    """

    def __init__(self, reads: DataReads, *, address: str | None = None, internal: bool = True) -> None:
        self._reads = reads
        self._address = address
        self._internal = internal

    def objects(self, region: str, bucket: str, prefix: str) -> Iterator[ObjectRef]:
        """The objects whose keys begin with a prefix.

        Raises
        ------
        CloudError
            Denied, throttled, not found, or without a readable answer, when retries did not help. Objects
            that were given out before are those of whole pages.
        """
        token: str | None = None
        while True:
            query = {"encoding-type": "url", "list-type": "2", "max-keys": _PAGE}
            # A parameter without a value is signed in another way than one with a value.
            if prefix:
                query["prefix"] = prefix
            if token is not None:
                query["continuation-token"] = token
            page = self._page(region, bucket, query)
            for one in page.findall("Contents"):
                yield _ref(region, bucket, one)
            following = unquote(page.findtext("NextContinuationToken") or "") or None
            if following is None or page.findtext("IsTruncated") != "true":
                return
            if following == token:
                raise lost("oss", _ACTION, "the same page was answered twice")
            token = following

    def _page(self, region: str, bucket: str, query: dict[str, str]) -> Element:
        url = bucket_url(region, bucket, address=self._address, internal=self._internal)

        def attempt(credentials: Credentials) -> Element | Refusal:
            reads = self._reads
            headers = object_headers(
                credentials,
                region=region,
                method="GET",
                bucket=bucket,
                key="",
                headers={"accept-encoding": "identity", "user-agent": "eniguard"},
                now=reads.clock(),
                query=query,
            )
            sent = f"{url}?{canonical_query(query)}"
            try:
                answer = send(reads.session, "GET", sent, headers, b"", seconds=reads.left, clock=reads.clock)
            except NoAnswer as why:
                return Refusal(lost("oss", _ACTION, str(why)), again=True)
            if answer.status >= 300:
                return object_refusal(answer, _ACTION, credentials)
            try:
                return fromstring(answer.body)
            except ParseError as error:
                return Refusal(lost("oss", _ACTION, f"what came cannot be read ({error})"), again=True)

        return self._reads.answered("oss", _ACTION, attempt)


def _ref(region: str, bucket: str, item: Element) -> ObjectRef:
    """An object as it is listed; one that was replaced since is told by its entity tag."""
    size = item.findtext("Size") or ""
    etag = (item.findtext("ETag") or "").strip('"') or None
    return ObjectRef(
        region, bucket, unquote(item.findtext("Key") or ""), etag, int(size) if size.isdecimal() else None
    )
