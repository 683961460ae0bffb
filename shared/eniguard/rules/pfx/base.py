"""What the rules about IP prefixes share: whom they judge, and how a success weighs against our facts."""

from __future__ import annotations

from collections.abc import Sequence

from eniguard.model import ActorKind, Evidence, Resource, Undecided
from eniguard.rules.base import Rule, Verdict, Verdicts
from eniguard.rules.case import Case
from eniguard.rules.evidence import FACT_CONFLICT
from eniguard.rules.pfx.known import Missing
from eniguard.rules.pfx.request import ASSIGN, blocks_asked, carries_prefixes

#: Whom a rule about one call's prefixes judges: everybody but controllers and the guard itself.
#:
#: A container platform assigns, moves and unassigns prefixes all day and reads the refusals on its own, so
#: guard.yml exempts it ("Trust" in the design). Rules about the vSwitch as a whole (PFX013, PFX014) look at
#: everybody: whoever deletes a reserved block or runs out of addresses, all ENIs of the vSwitch suffer.
#: Nobody who is taken for a controller can be an unconfirmed service, so that one is judged like an account.
JUDGED_ACTORS: frozenset[ActorKind] = frozenset(("service", "unconfirmed_service", "account"))
#: Whom advice on capacity and on the guest system is for: people who look after their own instances.
ADVISED_ACTORS: frozenset[ActorKind] = frozenset(("account",))

STALE_ADVICE = (
    "Nothing has to be put right on the ENI. Bring the data of the guard up to date: the state it was given, "
    "or the limit it knows."
)


class PrefixRule(Rule):
    """A rule about what a call asks for: its prefixes against a documented limit.

    A call that did not go through is advice. One that succeeded although our facts call it impossible shows
    that the facts are stale, not that the platform is wrong.
    """

    severity = "low"
    actions = ASSIGN
    actors = JUDGED_ACTORS
    concerns = staticmethod(carries_prefixes)

    def reported(
        self,
        case: Case,
        subject: Resource,
        summary: str,
        evidence: Sequence[Evidence],
        *,
        missing: Sequence[Missing] = (),
        advice: str | None = None,
        others: Sequence[Resource] = (),
    ) -> Verdict:
        """The finding; ``missing`` are facts that could have shown more of the same."""
        ok = case.call.outcome == "ok"
        return self.finding(
            case,
            subject,
            summary,
            severity="info" if ok else None,
            inventory="partial" if missing else "known",
            evidence=(*evidence, conflict()) if ok else evidence,
            others=others,
            advice=STALE_ADVICE if ok else advice,
            cidrs=blocks_asked(case.call),
        )


def unclear(rule: Rule, case: Case, subject: Resource, missing: Sequence[Missing]) -> Verdicts:
    """Undecided for all that is missing; nothing when nothing is."""
    if not missing:
        return ()
    if case.brief:
        return (rule.unsaid,)
    if len(missing) == 1:  # nearly always
        one = missing[0]
        return (Undecided(rule.code, one.refs, one.reason, case.call.event_id, subject),)
    reason = "; ".join(dict.fromkeys([one.reason for one in missing]))
    refs = tuple(dict.fromkeys([ref for one in missing for ref in one.refs]))
    return (Undecided(rule.code, refs, reason, case.call.event_id, subject),)


def conflict() -> Evidence:
    """Evidence that a call succeeded which our facts call impossible."""
    return Evidence(
        FACT_CONFLICT,
        True,
        "the call succeeded although our facts rule it out: our data is stale, not the platform",
    )
