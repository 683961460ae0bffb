"""Which of some valid names was probably meant by one that is none of them."""

from __future__ import annotations

from collections.abc import Iterable
from operator import itemgetter

#: How much a name has to share to be offered where there may be none that was meant.
ALIKE = 0.6

#: What is easily mistaken, left out or put in: letters for digits, leading zeros, what parts words.
_SLIPS = str.maketrans({"l": "1", "i": "1", **dict.fromkeys("o0-_. /", "")})
#: Longer names are not looked at to their ends: what is refused may be of any length.
_LONGEST = 100


def nearest(given: str, names: Iterable[str], *, most: int = 1, alike: float = 0.0) -> list[str]:
    """The names that are most like one that was given, the nearest first; of equals, the first.

    What counts is how much of two names is the same: in the same order, in the same places, and in the same
    order without what easily slips in.

    Parameters
    ----------
    given
        The wrong name; case does not count.
    names
        The valid ones.
    most
        How many to give at most.
    alike
        How much of a name has to be the same in the same order, from 0 to 1; ``0`` always gives a name, if
        there is any.
    """
    from difflib import SequenceMatcher  # only for errors: start-up is short

    meant = given[:_LONGEST].lower()
    written, slipless = SequenceMatcher(None, "", meant), SequenceMatcher(None, "", meant.translate(_SLIPS))
    ranked: list[tuple[float, str]] = []
    for name in names:
        valid = name[:_LONGEST].lower()
        written.set_seq1(valid)
        slipless.set_seq1(valid.translate(_SLIPS))
        shared = written.ratio()
        if shared >= alike:
            ranked.append((shared + slipless.ratio() + _in_place(meant, valid), name))
    ranked.sort(key=itemgetter(0), reverse=True)
    return [name for _, name in ranked[:most]]


def _in_place(given: str, valid: str) -> float:
    """The share of two texts that is the same in the same places."""
    same = sum(one == other for one, other in zip(given, valid, strict=False))
    return same / max(len(given), len(valid), 1)
