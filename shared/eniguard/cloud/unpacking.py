"""gzip unpacked chunk by chunk, also when a file has several members; all else passes as it is."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from eniguard.errors import InputError

_GZIP = b"\x1f\x8b"
#: ``zlib`` reads gzip with its header and check sum when 16 is added to the window bits.
_WINDOW = 16 + zlib.MAX_WBITS


def unpacked(chunks: Iterator[bytes], *, name: str, chunk: int) -> Iterator[bytes]:
    """What chunks hold, in chunks of ``chunk`` bytes at most when it was gzip.

    Raises
    ------
    InputError
        It begins as gzip and is no whole gzip file; ``name`` says what is.

    Examples
    --------
    >>> import gzip
    >>> list(unpacked(iter([gzip.compress(b"[]")]), name="example", chunk=1024))
    [b'[]']
    """
    head = b""
    for one in chunks:
        head += one
        if len(head) >= len(_GZIP):
            break
    if not head.startswith(_GZIP):
        if head:
            yield head
        yield from chunks
        return
    try:
        yield from _inflated(head, chunks, chunk)
    except (zlib.error, EOFError) as error:
        raise InputError(f"no whole gzip file: {error}", path=name) from None


def _inflated(data: bytes, chunks: Iterator[bytes], most: int) -> Iterator[bytes]:
    member = zlib.decompressobj(_WINDOW)
    following: bytes | None = data
    while following is not None:
        data = following
        while data:
            if member.eof:
                # Zeros may follow a member as padding (RFC 1952 leaves room for it, tape tools write it).
                data = data.lstrip(b"\0")
                if not data:
                    break
                if not _GZIP.startswith(data[:2]):  # a lone first byte may be that of a member
                    raise zlib.error("bytes that are no gzip data follow its end")
                member = zlib.decompressobj(_WINDOW)
            out = member.decompress(data, most)
            if out:
                yield out
            data = member.unused_data if member.eof else member.unconsumed_tail
        following = next(chunks, None)
    if not member.eof:
        raise EOFError("it ends early")
