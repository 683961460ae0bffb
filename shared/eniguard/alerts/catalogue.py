"""The catalogue of texts: every text that we write, in each language.

A text stands in the code in English and is its own key; ``locale/zh/LC_MESSAGES/eniguard.po`` has the
Chinese.
`make messages` takes new texts up and builds the ``.mo`` that is read here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from msgspec import Struct

from eniguard.settings.alerting import Language

#: The texts of one language: ``gettext``, ``ngettext`` and ``pgettext``.
Words = NullTranslations

_LOCALE = Path(__file__).with_name("locale")


class RuleText(Struct, frozen=True, gc=False):
    """What a rule says of itself, in English: what it reports, why it matters, what to do."""

    summary: str
    why: str
    advice: str


#: The texts of a rule by its code; ``None`` for a rule that is not there any more.
RuleTexts = Callable[[str], "RuleText | None"]


@cache
def words_of(language: Language) -> Words:
    """The texts of a language; each is read once."""
    if language == "en":
        return NullTranslations()
    with (_LOCALE / language / "LC_MESSAGES" / "eniguard.mo").open("rb") as file:
        return GNUTranslations(file)


def marked(text: str) -> str:
    """A text of a table, marked for the catalogue: it is looked up where it is said."""
    return text


def word(words: Words, table: Mapping[str, str], name: str) -> str:
    """What a table has for a name, in the language; a name that is not in it stands for itself."""
    text = table.get(name)
    return name if text is None else words.gettext(text)


def rule_title(words: Words, code: str, text: RuleText) -> str:
    """What a rule reports, as a title: without a full stop."""
    return words.pgettext(f"{code} title", text.summary).rstrip(".。")


def rule_why(words: Words, code: str, text: RuleText) -> str:
    """Why what a rule reports matters."""
    return words.pgettext(f"{code} why", text.why)


def rule_advice(words: Words, code: str, text: RuleText) -> str:
    """What to do about what a rule reports."""
    return words.pgettext(f"{code} advice", text.advice)
