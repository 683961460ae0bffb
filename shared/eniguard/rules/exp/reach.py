"""Who reaches what through a set of rules: priorities and drop rules put to effect.

For each packet the matching rules with the lowest priority number decide, and among these a drop rule
(docs/sources.md, Domain). Rules of which something is not known are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from eniguard.rules.exp.addresses import is_wide
from eniguard.rules.exp.resolved import Resolved
from eniguard.rules.exp.spans import NOTHING, Span, Spans, holds, minus, union

Rules = Sequence[Resolved]


def reach(rules: Rules, service: int) -> Spans:
    """The far sides that get through to one service.

    A rule for some source ports or near addresses only lets its far side through to something, and as a drop
    rule keeps nobody out for good.
    """
    matching = [
        one
        for one in rules
        if one.services is not None
        and one.peers is not None
        and (one.accepts or (one.accepts is False and not one.narrowed))
        and holds(one.services, service)
    ]
    through, decided = NOTHING, NOTHING
    for priority in sorted({one.priority for one in matching}):
        level = [one for one in matching if one.priority == priority]
        drops = union([one.peers or () for one in level if not one.accepts])
        accepts = union([one.peers or () for one in level if one.accepts])
        through = union((through, minus(accepts, union((drops, decided)))))
        decided = union((decided, drops, accepts))
    return through


def newly_wide(before: Rules | None, after: Rules, service: int, wide_prefix: int) -> bool:
    """Whether a service is open to the world, and was not, or to a part as large that had no access.

    ``before`` is ``None`` when the rules from before are not known: then whatever is open counts.
    """
    now = reach(after, service)
    if not is_wide(now, wide_prefix):
        return False
    if before is None:
        return True
    was = reach(before, service)
    return not is_wide(was, wide_prefix) or is_wide(minus(now, was), wide_prefix)


def gained(before: Rules, after: Rules, service: int) -> Spans:
    """The far sides that get through to a service and did not."""
    return minus(reach(after, service), reach(before, service))


def stretches(services: Spans, *rule_sets: Iterable[Resolved]) -> list[Span]:
    """``services`` in stretches: all rules treat every service of one alike, so its first stands for it."""
    starts = {first for first, _ in services}
    for rules in rule_sets:
        for one in rules:
            for first, last in one.services or ():
                starts.update((first, last + 1))
    inner = sorted(starts)
    found: list[Span] = []
    for first, last in services:
        cuts = [start for start in inner if first <= start <= last]
        found += zip(cuts, [*[cut - 1 for cut in cuts[1:]], last], strict=True)
    return found
