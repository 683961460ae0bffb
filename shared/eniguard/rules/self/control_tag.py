"""Tags that control what the guard does, put on a resource or taken off it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product

from eniguard.events.calls import Call
from eniguard.facts.gathered import Facts
from eniguard.facts.kinds import Eni, Instance, SecurityGroup
from eniguard.facts.refs import Ref
from eniguard.facts.state import reference
from eniguard.model import Evidence, Reference, Resource
from eniguard.model.kinds import ENI, INSTANCE, SECURITY_GROUP
from eniguard.rules.base import SUCCEEDED, Rule, Verdict, Verdicts
from eniguard.rules.case import Case
from eniguard.rules.self.own import OTHERS
from eniguard.rules.subject_tags import UNTAGS, changes_tags
from eniguard.settings import IGNORE_TAG, ControlTag

#: The calls that make what has tags; those of RunInstances go to every instance that it makes.
_CREATES = frozenset(
    ("ecs:CreateNetworkInterface", "ecs:CreateSecurityGroup", "ecs:RunInstances", "ecs:CreateInstance")
)
_TAGGED = (ENI, SECURITY_GROUP, INSTANCE)
_IGNORE = ControlTag(IGNORE_TAG)


class ControlTagChanged(Rule):
    """SELF012."""

    code = "SELF012"
    name = "control-tag-changed"
    severity = "high"
    summary = "A tag that controls what the guard does was put on a resource or taken off it."
    why = (
        "The guard puts nothing back on a resource with such a tag, takes it for a controller's, or keeps "
        "quiet about it where a waiver names the tag: whoever sets one hides a resource, and whoever takes "
        "one off makes the guard touch what it should not."
    )
    advice = "Ask who did this and why. Take the tag off, or put it back, if nobody wanted it."
    actions = frozenset(("ecs:TagResources", "ecs:AddTags")) | UNTAGS | _CREATES
    outcomes = SUCCEEDED
    actors = OTHERS
    references = (Reference("Design of eniguard", "Trust"),)
    permissions = ("ecs:DescribeNetworkInterfaces", "ecs:DescribeSecurityGroups", "ecs:DescribeInstances")
    false_positives = (
        "Controllers and services tag what they create with their own tag, which is let pass; name a "
        "controller under actors.controllers."
    )

    concerns = staticmethod(changes_tags)

    def needs(self, call: Call, facts: Facts) -> Iterable[Ref]:
        """The tags that stand there, where the call does not say whether one of ours is among them."""
        if call.action not in UNTAGS or IGNORE_TAG in _keys_taken_off(call):
            return ()
        return [reference(call, kind, one) for kind in _TAGGED for one in call.ids(kind)]

    def evaluate(self, case: Case) -> Verdicts:
        tags = (_IGNORE, *case.policy.guard.control_tags)
        if case.call.action in UNTAGS:
            return self._all_taken_off(case, tags)
        set_here = _set_here(case, tags)
        if not set_here and case.trace is None:  # nearly every call: what it tags need not be read
            return ()
        return self._all_put_on(case, set_here)

    def _all_put_on(self, case: Case, set_here: Sequence[Evidence]) -> Verdicts:
        keys = _keys(set_here)
        return [
            self._put_on(case, one, keys, set_here)
            for one in _resources(case.call)
            if case.check("it sets a tag that controls the guard", bool(set_here), keys)
        ]

    def _put_on(self, case: Case, resource: Resource, keys: str, set_here: Sequence[Evidence]) -> Verdict:
        summary = f"{resource.id} was given the tag {keys}, which controls the guard"
        return self.finding(case, resource, summary, evidence=set_here)

    def _all_taken_off(self, case: Case, tags: Sequence[ControlTag]) -> Verdicts:
        return [verdict for one in _resources(case.call) for verdict in self._taken_off(case, one, tags)]

    def _taken_off(self, case: Case, resource: Resource, tags: Sequence[ControlTag]) -> list[Verdict]:
        keys = _keys_taken_off(case.call)
        everything = not keys and case.call.parameters.flag("All") is True
        sure = [Evidence(tag.key, tag.value) for tag in tags if tag.value is None and tag.key in keys]
        asked = [tag for tag in tags if everything or (tag.value is not None and tag.key in keys)]
        if not sure and not asked:
            case.check("it takes off a tag that controls the guard", False, ", ".join(keys))
            return []
        there = _tags_before(case, resource) if asked else ()
        if there is None and not sure:
            reason = f"which tags {resource.id} had is not known"
            return [
                self.undecided(case, reason, case.before.ref(resource.kind, resource.id), subject=resource)
            ]
        gone = [*sure, *(Evidence(key, value) for key, value in there or () if _any(asked, key, value))]
        if not case.check("it takes off a tag that controls the guard", bool(gone), _keys(gone)):
            return []
        summary = f"{resource.id} lost the tag {_keys(gone)}, which controls the guard"
        return [self.finding(case, resource, summary, evidence=gone)]


def _resources(call: Call) -> list[Resource]:
    """What the call tags: what it creates, or what it names."""
    part = "created" if call.action in _CREATES else "subject"
    return [Resource(one.kind, one.id) for one in call.targets if one.part == part]


def _set_here(case: Case, tags: Sequence[ControlTag]) -> Sequence[Evidence]:
    """The control tags that a call sets."""
    return [
        Evidence(one.key, one.value)
        for one, tag in product(case.call.parameters.tags(), tags)
        if _is(tag, one.key, one.value) and not _own_tag_at_creation(case, tag)
    ]


def _keys_taken_off(call: Call) -> tuple[str, ...]:
    return call.parameters.texts("TagKey") or tuple([one.key for one in call.parameters.tags()])


def _is(tag: ControlTag, key: str, value: str) -> bool:
    return tag.key == key and tag.value in (None, value)


def _any(tags: Sequence[ControlTag], key: str, value: str) -> bool:
    return any(_is(tag, key, value) for tag in tags)


def _own_tag_at_creation(case: Case, tag: ControlTag) -> bool:
    """Whether a controller or service marks what it creates itself; `IGNORE_TAG` is nobody's own."""
    return (
        case.call.action in _CREATES and tag is not _IGNORE and case.actor.kind in ("controller", "service")
    )


def _tags_before(case: Case, resource: Resource) -> tuple[tuple[str, str], ...] | None:
    """The tags of a resource before the call; ``None`` when they are not known."""
    found = case.before.get(case.before.ref(resource.kind, resource.id))
    return found.tags if isinstance(found, Eni | SecurityGroup | Instance) else None


def _keys(evidence: Sequence[Evidence]) -> str:
    return ", ".join([f"{one.name}={one.value}" if one.value else one.name for one in evidence])
