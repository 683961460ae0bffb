"""Whether a finding is one that a waiver or a route looks at.

Every part that is given must match, and of each part one of its values; of tags, all. What a finding does not
say (tags that are not known, blocks that are not all known, no caller in a sweep) no part matches: a waiver
hides what it is shown to be about, and a route leaves the rest to those below.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from eniguard.facts.blocks import Block, block
from eniguard.model import Actor, Finding, at_least
from eniguard.settings import ActorMatch, FindingMatch

#: Sets of blocks kept merged: those of the waivers and routes of a policy.
_MOST_SETS = 1_024
_DIGITS = "0123456789"
#: First and last address of a stretch, by its family.
_Stretches = dict[int, list[tuple[int, int]]]


def matches(match: FindingMatch, finding: Finding) -> bool:
    """Whether every part of a match that is given matches a finding."""
    rule = finding.rule.upper()
    if match.rules and rule not in match.rules and rule not in [one.upper() for one in match.rules]:
        return False
    if match.families and family_of(rule) not in [one.upper() for one in match.families]:
        return False
    if match.severity is not None and not at_least(finding.severity, match.severity):
        return False
    if match.accounts and finding.account_id not in match.accounts:
        return False
    if match.regions and finding.region not in match.regions:
        return False
    if match.resources and finding.subject.id not in match.resources:
        return False
    if match.owners and finding.subject.owner_service not in match.owners:
        return False
    if match.actors and not _called_by(match.actors, finding.actor):
        return False
    if match.tags and not _has_all(match.tags, finding.tags):
        return False
    return not match.cidrs or _hold(match.cidrs, finding.cidrs)


def family_of(rule: str) -> str:
    """The family of a rule: the letters that its code begins with."""
    return rule.rstrip(_DIGITS).upper()


def _called_by(wanted: Sequence[ActorMatch], actor: Actor | None) -> bool:
    if actor is None:
        return False
    return any(one.names(actor.type, actor.role, actor.name, actor.principal_id) for one in wanted)


def _has_all(wanted: dict[str, str | None], tags: dict[str, str] | None) -> bool:
    """Whether some tags are known, and hold all that are wanted; ``None`` stands for any value."""
    if tags is None:
        return False
    return all(key in tags and value in (None, tags[key]) for key, value in wanted.items())


def _hold(outer: tuple[str, ...], inner: tuple[str, ...]) -> bool:
    """Whether some blocks together hold every address of others, of which there is at least one."""
    blocks = [_block(text) for text in inner]
    return bool(blocks) and all(one is not None and _within(one, _merged(outer)) for one in blocks)


def _within(one: Block, stretches: _Stretches) -> bool:
    return any(first <= one.first and one.last <= last for first, last in stretches.get(one.family, ()))


@lru_cache(maxsize=_MOST_SETS)
def _merged(texts: tuple[str, ...]) -> _Stretches:
    """Blocks as stretches that do not touch: two halves hold what one whole does."""
    found: _Stretches = {4: [], 6: []}
    blocks = [one for text in texts if (one := _block(text)) is not None]
    for one in sorted(blocks, key=lambda each: each.first):
        stretches = found[one.family]
        if stretches and one.first <= stretches[-1][1] + 1:
            stretches[-1] = (stretches[-1][0], max(stretches[-1][1], one.last))
        else:
            stretches.append((one.first, one.last))
    return found


def _block(text: str) -> Block | None:
    return block(text, 6 if ":" in text else 4)
