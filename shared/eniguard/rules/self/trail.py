"""The guard's trail: stopped, deleted, or made to record less."""

from __future__ import annotations

from collections.abc import Iterator

from eniguard.events.calls import Call
from eniguard.model import Evidence, Finding, Fix, Reference, Resource
from eniguard.model.kinds import TRAIL
from eniguard.rules.base import SUCCEEDED, Rule, Verdict, Verdicts
from eniguard.rules.case import Case
from eniguard.rules.self.own import OTHERS, entry_of, idle_unless, nameless, same
from eniguard.settings import GuardTrail

DOCUMENT = "ActionTrail API, 2020-07-06"
#: What UpdateTrail takes for EventRW when a call leaves it out; whether it then changes a trail is open.
_DEFAULT_EVENTS = "Write"


class TrailStopped(Rule):
    """SELF001."""

    code = "SELF001"
    name = "trail-stopped"
    severity = "critical"
    summary = "The trail that feeds the guard was stopped or deleted."
    why = "Without its trail the guard sees nothing any more; who wants to act unseen does this first."
    advice = (
        "Ask who did this and why, and start the trail again. Look at what happened meanwhile: LookupEvents "
        "keeps the events of 90 days even without a trail. A deleted trail has to be made anew."
    )
    actions = frozenset(("actiontrail:StopLogging", "actiontrail:DeleteTrail"))
    outcomes = SUCCEEDED
    actors = OTHERS
    references = (Reference(DOCUMENT, "StopLogging, DeleteTrail"),)
    false_positives = "A planned change of the trail."

    idle = staticmethod(idle_unless("guard.trails", "trails"))

    def evaluate(self, case: Case) -> Verdicts:
        if unnamed := nameless(self, case, case.policy.guard.trails, TRAIL):
            return unnamed
        return [self._stopped(case, trail) for trail in own_trails(case)]

    def _stopped(self, case: Case, trail: GuardTrail) -> Finding:
        done = "stopped" if case.call.name == "StopLogging" else "deleted"
        summary = f"{trail.name}, the guard's own trail, was {done}"
        return self.finding(case, Resource(TRAIL, trail.name), summary, fix=_start_again(case.call, trail))


class TrailNarrowed(Rule):
    """SELF002: judges what the call sets against what guard.yml says the trail has to be."""

    code = "SELF002"
    name = "trail-narrowed"
    severity = "high"
    summary = "The trail that feeds the guard was told to record less, or to deliver elsewhere."
    why = "What a trail does not record or delivers to another place never reaches the guard."
    advice = "Ask who did this and why, and set the trail back to the events, regions and targets it had."
    actions = frozenset(("actiontrail:UpdateTrail",))
    outcomes = SUCCEEDED
    actors = OTHERS
    references = (Reference(DOCUMENT, "UpdateTrail"),)
    false_positives = "A planned move of the trail: say so in guard.yml, under guard.trails."

    idle = staticmethod(idle_unless("guard.trails", "trails"))

    def evaluate(self, case: Case) -> Verdicts:
        if unnamed := nameless(self, case, case.policy.guard.trails, TRAIL):
            return unnamed
        return [found for trail in own_trails(case) for found in self._narrowed(case, trail)]

    def _narrowed(self, case: Case, trail: GuardTrail) -> Iterator[Verdict]:
        lost = [
            one
            for one in (_events(case.call, trail), _regions(case.call, trail), *_targets(case.call, trail))
            if one
        ]
        said = ", ".join(f"{one.name}={one.value}" for one in lost)
        if case.check(
            f"the call takes something from {trail.name} that guard.yml asks for", bool(lost), said
        ):
            summary = f"{trail.name}, the guard's own trail, was narrowed: {said}"
            yield self.finding(case, Resource(TRAIL, trail.name), summary, evidence=lost)
        elif not same(trail.events, _DEFAULT_EVENTS) and not case.call.parameters.text("EventRW"):
            reason = f"the event does not say EventRW, which is {_DEFAULT_EVENTS} by default"
            yield self.undecided(case, reason, subject=Resource(TRAIL, trail.name))


def own_trails(case: Case) -> list[GuardTrail]:
    """The entries of guard.yml for the trails that a call names."""
    trails = case.policy.guard.trails
    found = [
        entry_of(case, "trail", name, trails, [one.name for one in trails]) for name in case.call.ids(TRAIL)
    ]
    return [trail for trail in found if trail is not None]


def _start_again(call: Call, trail: GuardTrail) -> Fix | None:
    if call.name != "StopLogging":
        return None
    summary = f"start logging of {trail.name} again"
    named = {"Name": trail.name}
    return Fix(summary, "auto", "actiontrail:StartLogging", named, undo=named)


def _events(call: Call, trail: GuardTrail) -> Evidence | None:
    asked = call.parameters.text("EventRW")
    if not asked or same(asked, "All") or same(asked, trail.events):
        return None
    return Evidence("EventRW", asked, f"guard.yml asks for {trail.events}")


def _regions(call: Call, trail: GuardTrail) -> Evidence | None:
    asked = call.parameters.text("TrailRegion")
    if not asked or same(asked, "All"):
        return None
    recorded = {one.strip().lower() for one in asked.split(",")}
    if trail.regions is not None and {one.lower() for one in trail.regions} <= recorded:
        return None
    wanted = "every region" if trail.regions is None else ", ".join(trail.regions)
    return Evidence("TrailRegion", asked, f"guard.yml asks for {wanted}")


def _targets(call: Call, trail: GuardTrail) -> Iterator[Evidence]:
    """The targets that are no longer those of guard.yml; an empty text takes a target away."""
    for name, wanted in (("SlsProjectArn", trail.sls_project), ("OssBucketName", trail.oss_bucket)):
        asked = call.parameters.text(name)
        if wanted is not None and asked is not None and not same(asked, wanted):
            yield Evidence(name, asked, f"guard.yml asks for {wanted}")
