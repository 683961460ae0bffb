"""Services that make something managed in an account and region where they did not before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar

from msgspec import Meta, Struct

from eniguard.facts.kinds import Eni, SecurityGroup
from eniguard.model import Evidence, Observation, Resource
from eniguard.rules.base import SERVICES, SUCCEEDED, Rule, Verdicts
from eniguard.rules.case import Case

_DAY = 86_400.0
#: Marks kept of one service: one other than its own tells a call that the service is known.
_OF_ONE_SERVICE = 20


class BaselineParams(Struct, frozen=True, forbid_unknown_fields=True):
    """When the record is long enough to tell what is new, and how long a service is remembered.

    The record has to reach back ``baseline_days``, and hold ``baseline_creations``; what one service makes on
    one day (UTC) counts as one. A service is new when it made nothing for ``days``; LookupEvents, by which
    the record can be begun, reaches back 90 days (docs/sources.md, Domain).
    """

    baseline_days: Annotated[int, Meta(ge=1)] = 7
    baseline_creations: Annotated[int, Meta(ge=1)] = 3
    days: Annotated[int, Meta(ge=1, le=365)] = 90


class NewService(Rule):
    """A rule about the first thing that a service makes in an account and region.

    One series holds the days on which services made something, for the baseline; one a service tells whether
    it did so before. Until there is a baseline everything would be new, so nothing is reported.
    """

    outcomes = SUCCEEDED
    actors = SERVICES
    Params = BaselineParams
    #: What is made: its kind, and the kind in words.
    kind: ClassVar[str]
    noun: ClassVar[str]

    def evaluate(self, case: Case) -> Verdicts:
        service = _service(case)
        if not case.check("the caller is a service", service is not None, service):
            return ()
        made = case.once_for(_made, self.kind)
        if not case.check("what it made is not an ordinary one", made.managed is not False, made.managed):
            return ()
        calls = case.series(self._calls_of(case, service or ""))
        if not case.check(
            f"it made none in the last {case.params.days} days", calls.count == 1, f"{calls.count - 1} calls"
        ):
            return ()
        if not self._has_baseline(case):
            return ()
        return (
            self.finding(
                case,
                made,
                f"{service} made {self.noun} {made.id}, its first in this account and region "
                f"in {case.params.days} days",
                inventory="known" if made.managed else "unknown",
                evidence=(Evidence("service", service), Evidence("role", case.actor.role)),
            ),
        )

    def observes(self, case: Case) -> Sequence[Observation]:
        service = _service(case)
        if service is None or case.once_for(_made, self.kind).managed is False:
            return ()
        call = case.call
        window = case.params.days * _DAY
        day = f"{service} {int(call.at // _DAY)}"
        calls_of = self._calls_of(case, service)
        return (
            Observation(self._days(case), day, service, call.at, window),
            Observation(calls_of, call.event_id, service, call.at, window, _OF_ONE_SERVICE),
        )

    def _has_baseline(self, case: Case) -> bool:
        """Whether what was made before this call is enough to go by."""
        record = case.series(self._days(case))
        wanted = case.params
        first = case.call.at if record.first is None else record.first
        reach = int((case.call.at - first) // _DAY)
        earlier = 0 if record.previous is None else record.previous.count
        return case.check(
            f"the record reaches back {wanted.baseline_days} days", reach >= wanted.baseline_days, reach
        ) and case.check(
            f"it holds {wanted.baseline_creations} earlier creations",
            earlier >= wanted.baseline_creations,
            earlier,
        )

    def _days(self, case: Case) -> str:
        return f"{self.code}:{case.call.account_id}:{case.call.region}:days"

    def _calls_of(self, case: Case, service: str) -> str:
        return f"{self.code}:{case.call.account_id}:{case.call.region}:service:{service}"


def _service(case: Case) -> str | None:
    """The service that made the call: its trusted service, else its role; ``None`` for anybody else.

    The platform itself is none: its events do not say on whose behalf it acts.
    """
    actor = case.actor
    if actor.kind != "service" or case.call.platform:
        return None
    return actor.service or (actor.role.lower() if actor.role else None)


def _made(case: Case, kind: str) -> Resource:
    """What the call made, as findings name it."""
    ids = case.call.ids(kind, "created")
    if not ids:
        return Resource(kind, "(not named)", None, case.actor.service)
    value = case.after.get(case.after.ref(kind, ids[0]))
    managed = value.managed if isinstance(value, (Eni, SecurityGroup)) else None
    return Resource(kind, ids[0], managed, None if managed is False else case.actor.service)
