"""Which state snapshot an event file is decided with.

Nearest wins, nothing is merged: the file's own ``<case>.state.json``, then ``--state``, then the closest
``state.json`` in its folder or one above, up to the replay root. Each may be compressed (``.state.json.gz``).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import lru_cache

from eniguard.errors import ConfigError, InputError
from eniguard.replay.expectations import EXPECTATIONS_FILE
from eniguard.replay.files import FOLDER_STATE, Source, StateFile, blocks, case_state, shown
from eniguard.sources.snapshot import Snapshot


class States:
    """Finds and reads state snapshots, each once.

    Parameters
    ----------
    given
        The file of ``--state``, if any.

    Raises
    ------
    ConfigError
        The given file cannot be read or is not a state snapshot: what was asked for cannot be answered.
    """

    def __init__(self, given: str | None) -> None:
        self._read: dict[str, Snapshot | InputError] = {}
        self._folders: dict[tuple[str, str], Snapshot | None] = {}
        self._given = None if given is None else self._named(given)

    def own(self, source: Source) -> Snapshot | None:
        """The snapshot of an event file that is a case of its own, else ``None``.

        Raises
        ------
        InputError
            The file's snapshot cannot be read or is not one.
        """
        case = _plain_or_compressed(case_state(source.path))
        return None if case is None else self._snapshot(case)

    def alone(self, file: StateFile) -> Snapshot:
        """The snapshot that is a case without events.

        Raises
        ------
        InputError
            It cannot be read or is not one.
        """
        return self._snapshot(file.path)

    def shared(self, source: Source) -> Snapshot | None:
        """The snapshot that an event file shares with others, if there is one.

        Raises
        ------
        InputError
            The snapshot cannot be read or is not one.
        """
        if self._given is not None or source.root is None:
            return self._given
        path = os.path.abspath(source.path)
        return self._closest(os.path.dirname(path), _top(os.path.abspath(source.root)))

    def unreadable(self) -> Iterator[InputError]:
        """An error for each item of a snapshot that was asked for and could not be read."""
        for found in self._read.values():
            if isinstance(found, Snapshot):
                yield from found.unreadable()

    def _named(self, path: str) -> Snapshot:
        try:
            return self._snapshot(path)
        except InputError as error:
            raise ConfigError(
                f"--state {error}; nothing was decided: name a state snapshot that can be read, or leave "
                "--state out to decide with the snapshots beside the events"
            ) from None

    def _closest(self, folder: str, root: str) -> Snapshot | None:
        key = (folder, root)
        if key not in self._folders:
            candidate = _plain_or_compressed(os.path.join(folder, FOLDER_STATE))
            parent = os.path.dirname(folder)
            if candidate is not None:
                self._folders[key] = self._snapshot(candidate)
            elif folder in (root, parent):
                self._folders[key] = None
            else:
                self._folders[key] = self._closest(parent, root)
        return self._folders[key]

    def _snapshot(self, path: str) -> Snapshot:
        found = self._read.get(path)
        if found is None:
            found = self._read[path] = _read(path)
        if isinstance(found, InputError):
            raise found.with_traceback(None)
        return found


def _read(path: str) -> Snapshot | InputError:
    try:
        return Snapshot(b"".join(_content(path)), path=shown(path))
    except InputError as error:  # which holds on to the bytes that were read
        return InputError(error.problem, path=error.path, offset=error.offset)


def _plain_or_compressed(path: str) -> str | None:
    """The snapshot at a path, or its gzip form beside it; ``None`` if there is neither."""
    return next((one for one in (path, f"{path}.gz") if os.path.isfile(one)), None)


def _content(path: str) -> Iterator[bytes]:
    for block in blocks(Source(path, os.path.dirname(path), 0)):
        if isinstance(block, InputError):
            raise InputError(
                f"state snapshot: {block.problem}", path=shown(path), offset=block.offset or None
            )
        yield block


@lru_cache(maxsize=1024)
def _top(root: str) -> str:
    """The folder above which no ``state.json`` is looked for.

    It is the closest folder, from the replay root upward, that has expectations, so that one file or one
    family is decided with the same snapshot alone and together with the others; else the root itself.
    """
    folder = root
    while not os.path.isfile(os.path.join(folder, EXPECTATIONS_FILE)):
        parent = os.path.dirname(folder)
        if parent == folder:
            return root
        folder = parent
    return folder
