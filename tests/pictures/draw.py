"""`make pictures`: draws the pictures in docs/chats anew."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo
from playwright.sync_api import sync_playwright

from tests.chromium import chromium
from tests.pictures.cards import page
from tests.pictures.payloads import payload, pictured
from tests.pictures.pictures import FOLDER, KEYWORD, drawn_from, picture

#: Colours of a file: the cards have few, and the edges of letters need some between.
_COLOURS = 48


def main() -> None:
    """Draw them all."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for path in FOLDER.glob("*.png"):
        path.unlink()
    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
        chromium(playwright, Path(folder)) as browser,
    ):
        view = browser.new_page(viewport={"width": 640, "height": 800})
        for kind, language in pictured():
            shown = payload(kind, language)
            view.set_content(page(kind, language, shown))
            _write(
                view.locator("main").screenshot(),
                picture(kind, language),
                drawn_from(kind, language, shown),
            )


def _write(png: bytes, path: Path, digest: str) -> None:
    said = PngInfo()
    said.add_text(KEYWORD, digest)
    with Image.open(io.BytesIO(png)) as image:
        few = image.convert("RGB").quantize(_COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(path, optimize=True, pnginfo=said)


if __name__ == "__main__":
    main()
