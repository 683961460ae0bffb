"""The texts that the catalogue has to hold, and the files that it is kept in."""

from __future__ import annotations

import io
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from eniguard.rules.registry import PACKAGED, PACKAGED_INTERNAL, PACKAGED_SWEEPS

ALERTS = Path(__file__).parents[2] / "shared" / "eniguard" / "alerts"
PO = ALERTS / "locale" / "zh" / "LC_MESSAGES" / "eniguard.po"
MO = PO.with_suffix(".mo")

#: The functions whose first argument, or first two, are texts; ``said`` is ``gettext`` for short, and
#: ``marked`` stands in tables.
_KEYWORDS = {"gettext": None, "said": None, "marked": None, "ngettext": (1, 2)}
#: What a rule says of itself, and under which context that stands.
_RULE_TEXTS = {"title": "summary", "why": "why", "advice": "advice"}


def template() -> Catalog:
    """Every text of the code and of the packaged rules, without translations."""
    texts = Catalog(charset="utf-8")
    found = extract_from_dir(
        ALERTS, method_map=[("**.py", "python")], keywords=_KEYWORDS, strip_comment_tags=True
    )
    for _, _, text, _, _ in sorted(found, key=lambda one: (one[0], one[1])):
        texts.add(text)
    for rule in (*PACKAGED, *PACKAGED_SWEEPS, *PACKAGED_INTERNAL):
        for context, attribute in _RULE_TEXTS.items():
            texts.add(getattr(rule, attribute), context=f"{rule.code} {context}")
    for text in texts:
        # "80 % of" is no format; placeholders are named and in braces.
        text.flags.discard("python-format")
    return texts


def kept() -> Catalog:
    """The catalogue as it lies in the repository."""
    with PO.open("rb") as file:
        return read_po(file, locale="zh")


def brought_up_to_date() -> Catalog:
    """The kept catalogue with the texts of today: new ones untranslated, and without those that are gone."""
    catalog = kept()
    catalog.update(template(), no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    return catalog


def as_po(catalog: Catalog) -> bytes:
    """A catalogue as translators read it."""
    file = io.BytesIO()
    write_po(file, catalog, width=110, no_location=True)
    return file.getvalue()


def as_mo(catalog: Catalog) -> bytes:
    """A catalogue as the code reads it."""
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()
