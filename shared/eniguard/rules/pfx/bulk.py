"""Many prefixes or addresses that are unassigned at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta, Struct

from eniguard.events.calls import Call
from eniguard.facts.blocks import cidrs
from eniguard.model import Evidence, Observation, Reference
from eniguard.rules.base import SUCCEEDED, Rule, Verdicts
from eniguard.rules.callers import caller_name, principal
from eniguard.rules.case import Case
from eniguard.rules.pfx.given_up import ACCOUNT, UNASSIGN, GivenUp, unassigned
from eniguard.rules.pfx.request import NOT_NAMED, subject_of, target_eni


class BulkParams(Struct, frozen=True, forbid_unknown_fields=True):
    """What counts as bulk: ``in_one_call`` prefixes and addresses, or ``enis`` of one caller in ``minutes``.

    The figures are choices of this project (docs/sources.md, Domain).
    """

    in_one_call: Annotated[int, Meta(ge=1)] = 5
    enis: Annotated[int, Meta(ge=2)] = 5
    minutes: Annotated[int, Meta(ge=1, le=1_440)] = 10


class PrefixBulkUnassign(Rule):
    """PFX015: each call that takes many, and of calls that take few the one that reaches the number of ENIs.

    A series a caller counts the ENIs it takes something from. The crossing is reported: the call that finds
    so many of them when the caller's call before it did not. Further calls are silent until one finds fewer.
    What is taken from a node that a controller runs is PFX016's, however little it is.
    """

    code = "PFX015"
    name = "prefix-bulk-unassign"
    severity = "high"
    actions = UNASSIGN
    outcomes = SUCCEEDED
    actors = ACCOUNT
    summary = "Many prefixes or addresses were unassigned at once, in one call or from many ENIs."
    why = (
        "Whatever still uses one of the addresses is cut off at that moment. A clean-up without a filter "
        "takes those in use together with the unused."
    )
    advice = (
        "Find out what ran, and stop it if nobody expected it. Assign what is still needed again, to the "
        "same ENI, after looking at who uses the range by now."
    )
    Params = BulkParams
    references = (Reference("IP prefixes", "Unassign IP prefixes from ENIs"),)
    false_positives = (
        "A node that is drained, or an autoscaler: name container platforms under `actors.controllers`."
    )

    def evaluate(self, case: Case) -> Verdicts:
        taken, params = unassigned(case.call), case.params
        number = taken.number
        if case.trace is not None:
            text = f"the call takes at least {params.in_one_call} prefixes and addresses"
            case.check(text, number >= params.in_one_call, number)
        if number >= params.in_one_call:
            summary = f"{_who(case)} unassigned prefixes or addresses ({number}) in one call"
            evidence, blocks = _evidence(case, taken), cidrs(taken.texts)
            return (self.finding(case, case.once(subject_of), summary, evidence=evidence, cidrs=blocks),)
        if not number:
            return ()
        history = case.series(case.call.once(_series))
        before = 0 if history.previous is None else history.previous.distinct
        within = f"within {params.minutes} minutes"
        if not case.check(
            f"the caller took something from at least {params.enis} ENIs {within}",
            history.distinct >= params.enis,
            history.distinct,
        ) or not case.check("its call before did not yet find so many", before < params.enis, before):
            return ()
        enis = Evidence("ENIs", history.distinct, within, "history")
        summary = f"{_who(case)} unassigned prefixes or addresses from {history.distinct} ENIs {within}"
        return (self.finding(case, case.once(subject_of), summary, evidence=(*_evidence(case, taken), enis)),)

    def observes(self, case: Case) -> Sequence[Observation]:
        call = case.call
        if not unassigned(call).number:
            return ()
        eni_id = target_eni(call) or NOT_NAMED
        return (Observation(call.once(_series), call.event_id, eni_id, call.at, case.params.minutes * 60.0),)


def _evidence(case: Case, taken: GivenUp) -> tuple[Evidence, ...]:
    return (Evidence("principal", principal(case.call)), Evidence("unassigned", taken.texts))


def _who(case: Case) -> str:
    return caller_name(case.call.caller)


def _series(call: Call) -> str:
    return f"PFX015:{call.account_id}:{call.region}:{principal(call)}"
