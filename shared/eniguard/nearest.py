"""Which of some valid names was probably meant by one that is none of them."""

from __future__ import annotations

from collections.abc import Iterable

#: How much a name has to share to be offered where there may be none that was meant.
ALIKE = 0.6

#: Letters that are mistaken for digits.
_LOOKALIKES = str.maketrans({"o": "0", "l": "1", "i": "1"})
#: What is easily left out or put in: leading zeros of a number, and what parts words.
_SLIGHT = frozenset("0-_. /")
#: The price of an edit, and of one that is easily made.
_EDIT, _SLIP = 2, 1
#: Names up to so far away are slips of the keyboard: the fewest edits tell which is meant.
_TYPED_WRONG = 2 * _EDIT
#: Longer names are not looked at to their ends: what is refused may be of any length.
_LONGEST = 100


def nearest(given: str, names: Iterable[str], *, most: int = 1, alike: float = 0.0) -> list[str]:
    """The names that are most like one that was given, the nearest first.

    A name that is one or two edits away is a slip of the keyboard, and the nearest of those is meant. Other
    names were remembered wrong: of them the one is meant that shares most. Of equals it is the one that
    begins the same for longer, else the first.

    Parameters
    ----------
    given
        The wrong name; case does not count.
    names
        The valid ones.
    most
        How many to give at most.
    alike
        How much of a name has to be shared, from 0 to 1; ``0`` always gives a name, if there is any.
    """
    from difflib import SequenceMatcher  # only for errors: start-up is short

    meant = given[:_LONGEST].lower()
    matcher = SequenceMatcher(None, "", meant)
    ranked: list[tuple[int, float, int, str]] = []
    for name in names:
        valid = name[:_LONGEST].lower()
        matcher.set_seq1(valid)
        shared = matcher.ratio()
        if shared >= alike:
            ranked.append((_distance(meant, valid), -shared, -_same_beginning(meant, valid), name))
    return [name for *_, name in sorted(ranked, key=lambda one: one[:-1])[:most]]


def _distance(given: str, valid: str) -> int:
    """The price of the cheapest edits that turn one text into the other; all that are no slips cost the same.

    An edit puts in, takes out or replaces a character, or swaps two neighbours.
    """
    far = _TYPED_WRONG + 1
    if abs(len(given) - len(valid)) * _SLIP >= far:
        return far
    earlier: list[int] = []
    row = _prices(valid)
    for place, one in enumerate(given):
        before, row = row, [row[0] + _price(one)]
        for column, other in enumerate(valid):
            best = min(
                before[column] + _replacing(one, other),
                before[column + 1] + _price(one),
                row[column] + _price(other),
            )
            if place and column and one == valid[column - 1] and given[place - 1] == other:
                best = min(best, earlier[column - 1] + _EDIT)
            row.append(best)
        if min(row) >= far and min(before) >= far:
            return far
        earlier = before
    return min(row[-1], far)


def _same_beginning(given: str, valid: str) -> int:
    """How many characters two texts begin with that are the same."""
    differ = (place for place, (one, other) in enumerate(zip(given, valid, strict=False)) if one != other)
    return next(differ, min(len(given), len(valid)))


def _prices(text: str) -> list[int]:
    """What it costs to put in the beginnings of a text, from none of it to all."""
    found = [0]
    for one in text:
        found.append(found[-1] + _price(one))
    return found


def _price(one: str) -> int:
    return _SLIP if one in _SLIGHT else _EDIT


def _replacing(one: str, other: str) -> int:
    if one == other:
        return 0
    alike = one.translate(_LOOKALIKES) == other.translate(_LOOKALIKES)
    return _SLIP if alike or _SLIGHT.issuperset((one, other)) else _EDIT
