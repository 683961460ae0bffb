"""Callers that go on trying to change what a cloud service manages."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Annotated, ClassVar

from msgspec import Meta, Struct

from eniguard.model import Earlier, Evidence, History, Observation, Resource
from eniguard.model.finding import Inventory
from eniguard.rules.base import REFUSED, Rule, Verdicts
from eniguard.rules.callers import caller_name, principal
from eniguard.rules.case import Case
from eniguard.rules.managed import refusal_code


class AttemptParams(Struct, frozen=True, forbid_unknown_fields=True):
    """What counts as persistent: the refusals of one caller within ``minutes``.

    Either ``attempts`` of them, unless all are one API on one resource, or refusals on so many different
    ``resources``, or of so many different ``apis`` (docs/sources.md, Domain).
    """

    attempts: Annotated[int, Meta(ge=2)] = 5
    resources: Annotated[int, Meta(ge=2)] = 3
    apis: Annotated[int, Meta(ge=2)] = 3
    minutes: Annotated[int, Meta(ge=1, le=10_080)] = 60


class Attempt(Struct, frozen=True):
    """One refusal: the resources that it is about, and how much of them is known.

    A call that names several of them is one attempt, on all of them together.
    """

    resources: tuple[Resource, ...]
    inventory: Inventory

    @property
    def target(self) -> str:
        """The resources as one text, in whatever order the call names them."""
        return ",".join(sorted([one.id for one in self.resources]))


class _Seen(Struct, frozen=True, gc=False):
    """How much one caller has tried within the window, at one of its refusals."""

    attempts: int = 0
    targets: int = 0
    resources: int = 0
    apis: int = 0

    def persistent(self, params: AttemptParams) -> bool:
        """Whether that is more than a caller that repeats one call, or errs now and then."""
        if self.resources >= params.resources or self.apis >= params.apis:
            return True
        return self.attempts >= params.attempts and self.targets > 1


class PersistentAttempts(Rule):
    """A rule about callers that are refused time and again.

    Three series a caller count its refusals: by API and resource, by resource, and by API. What is reported
    is the crossing: the refusal that makes the attempts persistent when the caller's refusal before it did
    not find them so. Further ones are not reported until a refusal finds that they have grown few again.
    """

    outcomes = REFUSED
    Params = AttemptParams
    #: What the resources are called, several of them.
    resources_are: ClassVar[str]

    @abstractmethod
    def attempt(self, case: Case) -> Attempt | None:
        """What was tried in vain; ``None`` when the refusal is about something else."""

    def evaluate(self, case: Case) -> Verdicts:
        attempt = self.attempt(case)
        if not case.check(
            "the refusal is about a managed resource", attempt is not None, case.call.error_code
        ):
            return ()
        now, before = self._seen(case)
        minutes = case.params.minutes
        if not case.check(
            f"the caller's refusals within {minutes} minutes are more than a repeated call or an error now "
            "and then",
            now.persistent(case.params),
            self._shown(now),
        ):
            return ()
        if attempt is None or not case.check(
            "the refusal before did not yet find them so",
            not before.persistent(case.params),
            self._shown(before),
        ):
            return ()
        subject, *others = attempt.resources
        who = caller_name(case.call.caller)
        return (
            self.finding(
                case,
                subject,
                f"{who} was refused {now.attempts} times within {minutes} minutes on what services manage: "
                f"{self._shown(now)}",
                inventory=attempt.inventory,
                evidence=(refusal_code(case), *_evidence(case, now)),
                others=others,
            ),
        )

    def observes(self, case: Case) -> Sequence[Observation]:
        attempt = self.attempt(case)
        if attempt is None:
            return ()
        call = case.call
        window = case.params.minutes * 60.0
        targets, resources, apis = self._series(case)
        return (
            Observation(targets, call.event_id, f"{call.action} {attempt.target}", call.at, window),
            Observation(resources, call.event_id, attempt.target, call.at, window),
            Observation(apis, call.event_id, call.action, call.at, window),
        )

    def _seen(self, case: Case) -> tuple[_Seen, _Seen]:
        """What this refusal sees, and what the caller's refusal before it saw."""
        targets, resources, apis = [case.series(name) for name in self._series(case)]
        now = _Seen(targets.count, targets.distinct, resources.distinct, apis.distinct)
        before = [_previous(one) for one in (targets, resources, apis)]
        return now, _Seen(before[0].count, *[one.distinct for one in before])

    def _series(self, case: Case) -> tuple[str, str, str]:
        call = case.call
        stem = f"{self.code}:{call.account_id}:{call.region}:{principal(call)}"
        return f"{stem}:targets", f"{stem}:resources", f"{stem}:apis"

    def _shown(self, seen: _Seen) -> str:
        return f"{self.resources_are} {seen.resources}, APIs {seen.apis}, attempts {seen.attempts}"


_NOTHING = Earlier("", 0, 0)


def _previous(history: History) -> Earlier:
    return history.previous or _NOTHING


def _evidence(case: Case, seen: _Seen) -> tuple[Evidence, ...]:
    within = f"refused within {case.params.minutes} minutes"
    return (
        Evidence("principal", principal(case.call)),
        Evidence("attempts", seen.attempts, within, "history"),
        Evidence("resources", seen.resources, within, "history"),
        Evidence("apis", seen.apis, within, "history"),
    )
