"""The tags of what findings are about, as far as they are known already: nothing is looked up for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from eniguard.events.calls import Call
from eniguard.facts.kinds import Eni, Instance, SecurityGroup, Tags
from eniguard.facts.refs import Ref, Unknown
from eniguard.facts.view import View
from eniguard.model import Finding, Resource
from eniguard.model.kinds import ENI, INSTANCE, SECURITY_GROUP
from eniguard.rules.answers import PASSED_ON
from eniguard.rules.base import Rule
from eniguard.rules.case import Case

UNTAGS = frozenset(("ecs:UntagResources", "ecs:RemoveTags"))
_TAGGED = frozenset((ENI, SECURITY_GROUP, INSTANCE))


def changes_tags(call: Call) -> bool:
    """Whether a call sets a tag, or takes tags off."""
    return call.action in UNTAGS or bool(call.parameters.tags())


def tagged_by_case(findings: Sequence[Finding], case: Case, rules: Sequence[Rule]) -> tuple[Finding, ...]:
    """Findings of a call with the tags that their subjects had before it.

    What was seen only after the call stands in for it, unless the call itself puts tags on something or takes
    some off: nobody picks with a call the waiver that hides it. Only what the rules need counts as known, so
    that a replay, which has all facts at hand, says what the look-ups of a function would let it say.

    Parameters
    ----------
    findings, case
        What the rules found, and the call as they saw it.
    rules
        The rules that were asked.
    """
    tagged = _tagged(findings, lambda subject: _before(case, subject))
    if all(one.tags is None for one in tagged):  # nearly always
        return tagged
    known = _wanted(case, rules)
    place = case.before.ref
    return tuple(
        [
            with_tags if place(one.subject.kind, one.subject.id) in known else one
            for one, with_tags in zip(findings, tagged, strict=True)
        ]
    )


def tagged_by_view(findings: Sequence[Finding], view: View) -> tuple[Finding, ...]:
    """Findings of a sweep with the tags that their subjects have."""
    return _tagged(findings, lambda subject: _tags(view.seen(subject.kind, subject.id)))


def _tagged(findings: Sequence[Finding], tags_of: Callable[[Resource], Tags | None]) -> tuple[Finding, ...]:
    return tuple([_with_tags(one, tags_of) for one in findings])


def _with_tags(finding: Finding, tags_of: Callable[[Resource], Tags | None]) -> Finding:
    tags = tags_of(finding.subject) if finding.subject.kind in _TAGGED else None
    return finding if tags is None else replace(finding, tags=dict(tags))


def _wanted(case: Case, rules: Sequence[Rule]) -> set[Ref]:
    """The facts that rules need of a call; one that cannot say so has its verdict already."""
    found: set[Ref] = set()
    for needs in dict.fromkeys([rule.needs for rule in rules]):
        try:
            found.update(case.before.wanted(needs))
        except (Exception, SystemExit) as error:
            if isinstance(error, PASSED_ON):
                raise
    return found


def _before(case: Case, subject: Resource) -> Tags | None:
    ref = case.before.ref(subject.kind, subject.id)
    found = case.before.get(ref)
    if type(found) is Unknown and not changes_tags(case.call):
        fact = case.after.fact(ref)
        return None if fact is None else _tags(fact.value)
    return _tags(found)


def _tags(found: object) -> Tags | None:
    return found.tags if isinstance(found, Eni | SecurityGroup | Instance) else None
