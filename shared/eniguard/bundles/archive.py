"""A bundle as an archive: the same files give the same bytes."""

from __future__ import annotations

import calendar
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

from repro_zipfile import ReproducibleZipFile, date_time, dir_mode, file_mode

#: Packs as tightly as 9 does but for 0.3 %, in a third of the time (trail_event: 1.3 s and not 4 s).
_LEVEL = 7


def files_in(folder: Path) -> list[Path]:
    """The files in a folder and below it, sorted by name."""
    return sorted((path for path in folder.rglob("*") if path.is_file()), key=Path.as_posix)


def settle(folder: Path) -> None:
    """Give everything in a folder, and the folder, the times and modes that an archive of it has."""
    time = calendar.timegm((*date_time(), 0, 0, 0))
    for path in _bottom_up(folder):
        path.chmod(dir_mode() if path.is_dir() else file_mode())
        os.utime(path, (time, time))


def _bottom_up(folder: Path) -> Iterator[Path]:
    yield from sorted(folder.rglob("*"), reverse=True)
    yield folder


def write_archive(folder: Path, archive: Path) -> None:
    """Write the files of a folder into a zip archive, in the order of their names."""
    with ReproducibleZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as written:
        for path in files_in(folder):
            written.write(path, path.relative_to(folder).as_posix())
