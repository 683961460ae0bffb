"""Lists of ids, addresses and blocks with members put in or taken out; an unknown list stays unknown."""

from __future__ import annotations

from eniguard.facts.blocks import canonical


def joined(have: tuple[str, ...] | None, more: tuple[str, ...]) -> tuple[str, ...] | None:
    """A set in list form with more members; unknown stays unknown."""
    return None if have is None else (*have, *(one for one in more if one not in have))


def left(have: tuple[str, ...] | None, less: tuple[str, ...]) -> tuple[str, ...] | None:
    """A set in list form without some members; unknown stays unknown."""
    return None if have is None else tuple(one for one in have if one not in less)


def added(have: tuple[str, ...] | None, more: tuple[str, ...]) -> tuple[str, ...] | None:
    """Addresses or blocks with more of them, each once whatever its spelling; unknown stays unknown."""
    if have is None or not more:
        return have
    kept = {canonical(one): one for one in have}
    for one in more:
        kept.setdefault(canonical(one), one)
    return tuple(kept.values())


def taken(
    have: tuple[str, ...] | None, unnamed: int, less: tuple[str, ...]
) -> tuple[tuple[str, ...] | None, int]:
    """Addresses or blocks, and how many unnamed ones, after some were taken away.

    One that is not among the named was one of the unnamed.
    """
    if have is None or not less:
        return have, unnamed
    removed = {canonical(one) for one in less}
    kept = tuple(one for one in have if canonical(one) not in removed)
    return kept, max(0, unnamed - (len(removed) - (len(have) - len(kept))))
