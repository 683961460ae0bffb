"""What a finding rests on, in words; and how much of many things is listed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from eniguard.alerts.catalogue import Words, word
from eniguard.alerts.message import Line
from eniguard.alerts.words import EVIDENCE, NOTES
from eniguard.model import Evidence

#: What a card lists of one sort; more is a number.
MOST = 20


def evidence_lines(words: Words, evidence: Sequence[Evidence]) -> Sequence[Line]:
    """What a finding rests on, a line for each fact."""
    return (*[_fact(words, one) for one in evidence[:MOST]], *left_over(words, len(evidence)))


def _fact(words: Words, evidence: Evidence) -> Line:
    """A fact; a name that is no word of ours may be from outside, and is no label."""
    label, text = EVIDENCE.get(evidence.name), _value(words, evidence)
    if label is not None:
        return Line(text, headed(words.gettext(label)))
    return Line(words.gettext("{name}: {value}").format(name=evidence.name, value=text))


def _value(words: Words, evidence: Evidence) -> str:
    value = evidence.value
    if isinstance(value, list):
        text = listed(words, value)
    elif isinstance(value, bool):
        text = words.gettext("yes") if value else words.gettext("no")
    else:
        text = "" if value is None else str(value)
    if not evidence.note:
        return text
    note = word(words, NOTES, evidence.note)
    return words.gettext("{value} ({note})").format(value=text, note=note) if text else note


def headed(label: str) -> str:
    """A word as a label: with a capital, unless it is written as vSwitch is."""
    return label[:1].upper() + label[1:] if label[1:2].islower() else label


def listed(words: Words, names: Iterable[str]) -> str:
    """Names in a row; of many the first, and how many more there are."""
    every = list(names)
    # Between the names of a list; in Chinese a comma of its own.
    row = words.gettext(", ").join(every[:MOST])
    left = len(every) - MOST
    if left <= 0:
        return row
    more = words.ngettext("and {count} more", "and {count} more", left).format(count=f"{left:,}")
    return words.gettext("{names} {more}").format(names=row, more=more)


def left_over(words: Words, count: int) -> Iterator[Line]:
    """A line that says how many of ``count`` are not listed, if any."""
    left = count - MOST
    if left > 0:
        yield Line(words.ngettext("and {count} more", "and {count} more", left).format(count=f"{left:,}"))
