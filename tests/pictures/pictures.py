"""The files of the pictures, and what each was drawn from: that is written into the file."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from eniguard.settings.alerting import Language, SinkKind
from tests.pictures.cards import page

FOLDER = Path(__file__).parents[2] / "docs" / "chats" / "pictures"
#: The keyword of the text in a file (PNG, 11.3.3.2 tEXt) that says what it was drawn from.
KEYWORD = "eniguard-drawn-from"


def picture(kind: SinkKind, language: Language) -> Path:
    """Where a picture lies."""
    return FOLDER / f"{kind}-{language}.png"


def drawn_from(kind: SinkKind, language: Language, payload: dict[str, Any]) -> str:
    """A digest of a payload and of the page that shows it."""
    parts = json.dumps([payload, page(kind, language, payload)], sort_keys=True)
    return hashlib.sha256(parts.encode()).hexdigest()


def says_it_was_drawn_from(path: Path) -> str:
    """The digest in a file; empty where there is none."""
    begins = f"{KEYWORD}\0".encode()
    _, found, rest = path.read_bytes().partition(begins)
    return rest[:64].decode("ascii") if found else ""
