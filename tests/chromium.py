"""Debian's Chromium, without a window: the one on PATH, or the one that `make` unpacked."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Playwright

UNPACKED = Path(__file__).parents[1] / ".venvs" / "chromium"
#: It asks nobody for anything of its own.
_FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
_FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>{folders}<cachedir>{cache}</cachedir></fontconfig>
"""


@contextmanager
def chromium(playwright: Playwright, folder: Path) -> Iterator[Browser]:
    """Start it; ``folder`` is for what it caches of fonts."""
    program, environment = _program(folder)
    browser = playwright.chromium.launch(executable_path=program, args=list(_FLAGS), env=environment)
    try:
        yield browser
    finally:
        browser.close()


def _program(folder: Path) -> tuple[str, dict[str, str | float | bool]]:
    """The program, and the environment it needs: an unpacked one finds libraries and fonts by that."""
    if found := shutil.which("chromium"):
        return found, dict(os.environ)
    program = UNPACKED / "usr" / "lib" / "chromium" / "chromium"
    assert program.exists(), "no chromium on PATH: `make test` and `make pictures` fetch one"
    libraries = sorted({str(path.parent) for path in UNPACKED.rglob("*.so*")})
    fonts = folder / "fonts.conf"
    places = (UNPACKED / "usr" / "share" / "fonts", Path("/usr/share/fonts"))
    folders = "".join(f"<dir>{place}</dir>" for place in places)
    fonts.write_text(_FONTS.format(folders=folders, cache=folder / "fonts"), encoding="utf-8")
    return str(program), {
        **os.environ,
        "LD_LIBRARY_PATH": os.pathsep.join(libraries),
        "FONTCONFIG_FILE": str(fonts),
    }
