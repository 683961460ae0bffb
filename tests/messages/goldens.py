"""Writes the messages of every case anew: look at what changed before keeping it.

Run as ``python -m tests.messages.goldens``.
"""

from __future__ import annotations

from pathlib import Path
from typing import get_args

from eniguard.settings.alerting import Language
from tests.messages.cases import CASES, as_text, composed

FOLDER = Path(__file__).parents[1] / "data" / "messages"
LANGUAGES: tuple[Language, ...] = get_args(Language)


def golden(case: str, language: Language) -> Path:
    """The file with the message of a case."""
    return FOLDER / f"{case}.{language}.txt"


def text_of(case: str, language: Language) -> str:
    """The message of a case, as it is composed now."""
    alerts, repeat = CASES[case]
    return as_text(composed(*alerts, language=language, repeat=repeat))


def main() -> None:
    """Write them all."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for path in FOLDER.glob("*.txt"):
        path.unlink()
    for case in CASES:
        for language in LANGUAGES:
            golden(case, language).write_text(text_of(case, language), encoding="utf-8")


if __name__ == "__main__":
    main()
