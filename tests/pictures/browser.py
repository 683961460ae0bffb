"""Debian's Chromium: the one on PATH, or the one that `make pictures` unpacked."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

UNPACKED = Path(__file__).parents[2] / ".venvs" / "chromium"
_FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>{folders}<cachedir>{cache}</cachedir></fontconfig>
"""


@contextmanager
def chromium(folder: Path) -> Iterator[Browser]:
    """Chromium without a window; ``folder`` is for what it caches of fonts."""
    program, environment = _program(folder)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program,
            args=["--disable-background-networking", "--disable-component-update", "--no-first-run"],
            env=environment,
        )
        try:
            yield browser
        finally:
            browser.close()


def _program(folder: Path) -> tuple[str, dict[str, str | float | bool]]:
    """The program, and the environment it needs: an unpacked one finds libraries and fonts by that."""
    if found := shutil.which("chromium"):
        return found, dict(os.environ)
    libraries = sorted({str(path.parent) for path in UNPACKED.rglob("*.so*")})
    fonts = folder / "fonts.conf"
    places = (UNPACKED / "usr" / "share" / "fonts", Path("/usr/share/fonts"))
    folders = "".join(f"<dir>{place}</dir>" for place in places)
    fonts.write_text(_FONTS.format(folders=folders, cache=folder / "fonts"), encoding="utf-8")
    return str(UNPACKED / "usr" / "lib" / "chromium" / "chromium"), {
        **os.environ,
        "LD_LIBRARY_PATH": os.pathsep.join(libraries),
        "FONTCONFIG_FILE": str(fonts),
    }
