"""Role names made to be taken for a service's: one slip away, or with letters that look alike."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from eniguard.roles.catalogue import ServiceRole, index, role_named

#: Characters that pass for another at a glance, after case is folded; separators count for nothing.
_ALIKE = str.maketrans(
    {
        "0": "o",
        "1": "l",
        "i": "l",
        "|": "l",
        "5": "s",
        "\u0430": "a",  # CYRILLIC SMALL LETTER A
        "\u0435": "e",  # CYRILLIC SMALL LETTER IE
        "\u043e": "o",  # CYRILLIC SMALL LETTER O
        "\u0440": "p",  # CYRILLIC SMALL LETTER ER
        "\u0441": "c",  # CYRILLIC SMALL LETTER ES
        "\u0443": "y",  # CYRILLIC SMALL LETTER U
        "\u0456": "l",  # CYRILLIC SMALL LETTER BYELORUSSIAN-UKRAINIAN I
        "\u0455": "s",  # CYRILLIC SMALL LETTER DZE
        "\u03bf": "o",  # GREEK SMALL LETTER OMICRON
        "\u03b1": "a",  # GREEK SMALL LETTER ALPHA
        "\u03b9": "l",  # GREEK SMALL LETTER IOTA
        ".": None,
        "-": None,
        "_": None,
        " ": None,
    }
)
#: Pairs that pass for one letter.
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"))


@lru_cache(maxsize=1)
def _skeletons() -> Mapping[str, ServiceRole]:
    return {_skeleton(name): role for name, role in index().items()}


def near(name: str) -> ServiceRole | None:
    """The role of the index that a name could be mistaken for, or ``None``.

    That is a name one edit away (a character put in, left out, replaced, or two neighbours swapped), or one
    that differs only in characters that look alike or in separators. A name that is in the index (in any
    case, with or without a custom suffix) is no look-alike of another.
    """
    if role_named(name) is not None:
        return None
    folded = _folded(name)
    found = _skeletons().get(_skeleton(folded))
    if found is not None:
        return found
    return next((role for known, role in index().items() if _one_edit(folded, known)), None)


def _folded(name: str) -> str:
    """The name without case, accents and width variants."""
    spread = unicodedata.normalize("NFKD", name).casefold()
    return "".join(character for character in spread if not unicodedata.combining(character))


def _skeleton(folded: str) -> str:
    """What is left of a folded name when everything that looks alike is made the same."""
    text = folded.translate(_ALIKE)
    for pair, single in _PAIRS:
        text = text.replace(pair, single)
    return text


def _one_edit(one: str, other: str) -> bool:
    """Whether one insertion, deletion, replacement or swap of neighbours turns one text into the other."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    start = _common_prefix(one, other)
    rest, rest_other = one[start:], other[start:]
    if len(rest) != len(rest_other):
        longer, shorter = (rest, rest_other) if len(rest) > len(rest_other) else (rest_other, rest)
        return longer[1:] == shorter
    swapped = rest[1::-1] + rest[2:]
    return rest[1:] == rest_other[1:] or swapped == rest_other


def _common_prefix(one: str, other: str) -> int:
    for position, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return position
    return min(len(one), len(other))
