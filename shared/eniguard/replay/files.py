"""Files of recorded events and of state snapshots: which there are, and their bytes, expanded and bounded."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Collection, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import BinaryIO, cast

from isal import isal_zlib
from msgspec import Struct

from eniguard.errors import InputError
from eniguard.events.envelopes import Batch, read
from eniguard.events.wrappers import Way

#: What a folder is searched for; a file that is named is read whatever it is called.
SUFFIXES = (".json", ".jsonl", ".ndjson", ".log", ".gz")
#: The snapshot that all event files of a folder share.
FOLDER_STATE = "state.json"
#: How the name of a case's own snapshot ends.
CASE_STATE = ".state.json"
STDIN = "-"

#: Expanded bytes of one file after which it is taken for a bomb.
EXPANDED_CAP = 3 << 30
#: Bytes expanded at once. Shards of a trail have about half a megabyte and fit one block.
_BLOCK = 1 << 20
_GZIP = b"\x1f\x8b"
#: Window bits that ask for a gzip header and its checksum (zlib manual, inflateInit2).
_GZIP_BITS = 31
#: Bytes expanded at once to get as close to the damage in a file as possible.
_SMALL_STEP = 4096
#: The stubs of isal declare the class as an instance.
_Damaged = cast("type[Exception]", isal_zlib.error)


class _Trailing(Exception):
    """Bytes that are no gzip follow the last member."""


class Source(Struct, frozen=True):
    """One file to read.

    Attributes
    ----------
    path
        The path as given to the operating system; names that are not UTF-8 hold surrogate escapes.
    root
        The folder of the search that found it, or the folder of a named file; ``None`` for standard input.
    size
        Bytes on disk, for progress; 0 for standard input.
    """

    path: str
    root: str | None
    size: int

    @property
    def shown(self) -> str:
        """The path for messages: valid text, undecodable bytes escaped."""
        return "<stdin>" if self.path == STDIN else shown(self.path)

    @property
    def relative(self) -> str:
        """The path below ``root`` with forward slashes, as keys of ``expectations.yml`` spell it."""
        return self.shown if self.root is None else _relative(self.path, self.root)


class StateFile(Struct, frozen=True):
    """A state snapshot that belongs to no event file: a case of its own; attributes as for `Source`."""

    path: str
    root: str
    size: int

    @property
    def relative(self) -> str:
        """The path below ``root`` with forward slashes, as keys of ``expectations.yml`` spell it."""
        return _relative(self.path, self.root)


#: What stands behind a path that can be read.
File = Source | StateFile


class Meter(Struct):
    """How far into one file reading has come: ``at`` in bytes on disk, as far as they are given out."""

    at: int = 0


def quiet_heap() -> None:
    """Keep glibc from giving buffers back to the kernel and faulting them in again for each file.

    Called once where a replay process starts. Freeing one block of 8 MiB raises the thresholds glibc adapts
    at run time; measured on 200,000 events this saves 120 ms of 900. Without glibc it does nothing. The bytes
    are the kernel's own zeros, which nobody touches: a ``bytearray`` would write them, for 4 ms.
    """
    block = bytes(8 << 20)
    del block


def shown(path: str) -> str:
    """A path as valid text; bytes that are not UTF-8 appear as a backslash, ``x`` and two digits."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _relative(path: str, root: str) -> str:
    return shown(os.path.relpath(path, root)).replace(os.sep, "/")


def sources(paths: Iterable[str]) -> Iterator[File | InputError]:
    """The files behind the paths, folders searched in byte order of their names.

    In a folder, a snapshot comes as a file of its own when there are no events that it is the state of; one
    that is named does so always. A path that cannot be read and a folder without events come as errors, in
    their place.
    """
    for path in paths:
        if path == STDIN:
            yield Source(STDIN, None, 0)
            continue
        try:
            info = os.stat(path)
        except (OSError, ValueError) as error:
            yield InputError(f"cannot be read: {_reason(error)}", path=shown(path))
            continue
        if not stat.S_ISDIR(info.st_mode):
            made = StateFile if _is_state(os.path.basename(path)) else Source
            yield made(path, os.path.dirname(path) or os.curdir, info.st_size)
            continue
        nothing = True
        for found in _below(path):
            nothing = False
            yield found
        if nothing:
            expected = ", ".join(SUFFIXES)
            yield InputError(
                f"no events in this folder; expected files that end in {expected}", path=shown(path)
            )


def events(
    source: Source,
    *,
    now: float | None = None,
    forgeable: Collection[Way] = (),
    cap: int = EXPANDED_CAP,
    meter: Meter | None = None,
) -> Iterator[Batch]:
    """The events of one file; see :func:`eniguard.events.envelopes.read` and :func:`blocks`."""
    return read(blocks(source, cap=cap, meter=meter), path=source.shown, now=now, forgeable=forgeable)


def blocks(
    source: Source, *, cap: int = EXPANDED_CAP, meter: Meter | None = None
) -> Iterator[bytes | InputError]:
    """The bytes of a file, expanded if they are gzip, in blocks of about a megabyte.

    An error comes as the last item: what stood before it has been delivered.

    Parameters
    ----------
    cap
        The most bytes the file may expand to.
    meter
        Follows the reading, block by block.
    """
    given = 0
    try:
        for block in _expanded(source, _BLOCK, meter or Meter()):
            if given + len(block) > cap:
                yield block[: cap - given]
                problem = f"expands to more than {cap} bytes; expected a trail object of some megabytes"
                yield InputError(problem, path=source.shown, offset=cap)
                return
            given += len(block)
            yield block
    except _Damaged as error:
        for block in _before_damage(source, given):
            given += len(block)
            yield block
        yield InputError(f"damaged gzip data ({error}); the rest is lost", path=source.shown, offset=given)
    except EOFError:
        problem = "gzip data that ends too early; expected the whole object"
        yield InputError(problem, path=source.shown, offset=given)
    except _Trailing:
        problem = "bytes that are no gzip data follow its end; expected nothing there, or more gzip data"
        yield InputError(problem, path=source.shown, offset=given)
    except (OSError, ValueError) as error:
        yield InputError(f"cannot be read: {_reason(error)}", path=source.shown, offset=given)


def _expanded(source: Source, step: int, meter: Meter) -> Iterator[bytes]:
    """The content by its first bytes, not by its name: trail objects get expanded on the way at times."""
    with _opened(source) as file:
        chunk = file.read(_BLOCK)
        if chunk[:2] == _GZIP:
            yield from _gunzipped(file, chunk, step, meter)
            return
        while chunk:
            meter.at += len(chunk)
            yield chunk
            chunk = file.read(_BLOCK)


def _opened(source: Source) -> AbstractContextManager[BinaryIO]:
    return nullcontext(sys.stdin.buffer) if source.path == STDIN else open(source.path, "rb")


def _gunzipped(file: BinaryIO, chunk: bytes, step: int, meter: Meter) -> Iterator[bytes]:
    """All members of a gzip file, at most ``step`` bytes at once."""
    expander = isal_zlib.decompressobj(_GZIP_BITS)
    packed = len(chunk)
    while chunk:
        if expander.eof:
            if not chunk.strip(b"\0"):  # padding after the last member
                return
            if not _GZIP.startswith(chunk[:2]):  # a lone first byte may be that of a member
                raise _Trailing
            expander = isal_zlib.decompressobj(_GZIP_BITS)
        while chunk:
            block = expander.decompress(chunk, step)
            chunk = expander.unconsumed_tail
            meter.at = packed - len(chunk or expander.unused_data)
            yield block
        chunk = expander.unused_data
        if not chunk:
            chunk = file.read(_BLOCK)
            packed += len(chunk)
    if not expander.eof:
        raise EOFError


def _before_damage(source: Source, given: int) -> Iterator[bytes]:
    """What a damaged gzip file holds after ``given`` bytes: a large step loses all of it with the damage."""
    if source.path == STDIN:
        return
    seen = 0
    with suppress(_Damaged):
        for block in _expanded(source, _SMALL_STEP, Meter()):
            seen += len(block)
            if seen > given:
                yield block[-(seen - given) :]


def case_state(path: str) -> str:
    """The path at which an event file's own snapshot would stand."""
    stem = path
    while True:
        base, ending = os.path.splitext(stem)
        if ending.lower() not in SUFFIXES or not os.path.basename(base):
            return stem + CASE_STATE
        stem = base


def _below(root: str) -> Iterator[File | InputError]:
    """The files of a folder: its own first, then those of its folders, each in byte order."""
    folders = [root]
    while folders:
        folder = folders.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: os.fsencode(entry.name))
        except OSError as error:
            yield InputError(f"cannot be read: {_reason(error)}", path=shown(folder))
            continue
        entries = [entry for entry in entries if not entry.name.startswith(".")]
        folders.extend(entry.path for entry in reversed(entries) if entry.is_dir(follow_symlinks=False))
        own = {case_state(entry.name) for entry in entries if _is_events(entry.name)}
        for entry in entries:
            made = _kind(entry.name, own)
            if made is not None and (found := _found(entry, root, made)) is not None:
                yield found


def _kind(name: str, own: Collection[str]) -> type[File] | None:
    """What a file in a folder is; ``own`` are the names of the snapshots that belong to events of it."""
    if _is_events(name):
        return Source
    plain = name.removesuffix(".gz")
    return StateFile if plain.endswith(CASE_STATE) and plain not in own else None


def _found(entry: os.DirEntry[str], root: str, made: type[File]) -> File | InputError | None:
    try:
        info = entry.stat()
    except OSError as error:
        return InputError(f"cannot be read: {_reason(error)}", path=shown(entry.path))
    return made(entry.path, root, info.st_size) if stat.S_ISREG(info.st_mode) else None


def _is_events(name: str) -> bool:
    return name.endswith(SUFFIXES) and not _is_state(name)


def _is_state(name: str) -> bool:
    plain = name.removesuffix(".gz")
    return plain == FOLDER_STATE or plain.endswith(CASE_STATE)


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
