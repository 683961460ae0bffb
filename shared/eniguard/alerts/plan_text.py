"""What messages say of plans that would put things right, and of how plans ended."""

from __future__ import annotations

from collections.abc import Sequence

from eniguard.alerts.alert import Alert, Proposal
from eniguard.alerts.catalogue import Words, word
from eniguard.alerts.evidence import MOST, left_over
from eniguard.alerts.message import Line, Link
from eniguard.alerts.times import told
from eniguard.alerts.words import ENDINGS, GOING, GOING_BRIEFLY

#: A message links to the pages of so many plans.
MOST_LINKS = 5
#: As much of the id of a plan as tells it from the others of a message: 32 bits.
_BRIEF = 8


def plan_lines(words: Words, plan: Proposal, zone: str, now: float) -> tuple[Line, ...]:
    """How far a plan goes, its calls and those that take them back, and how to look at it."""
    said = words.gettext
    return (
        Line(_goes(words, plan, now)),
        *[Line(one, said("Only shown, because")) for one in plan.held_back],
        *_calls(words, plan.calls, said("Call")),
        *_calls(words, plan.inverse, said("To take it back")),
        *_approval(words, plan, zone, now),
        Line(f"eniguard plans show {plan.plan}", said("To look at it"), code=True),
    )


def counted_plan_lines(words: Words) -> tuple[Line, ...]:
    """Where the plans of findings are that were only counted."""
    return (
        Line(words.gettext("What was only counted may have plans of its own that wait for approval.")),
        _all_plans(words),
    )


def plan_briefly(words: Words, plan: Proposal, now: float) -> str:
    """A plan in a line with others."""
    if _over(plan, now):
        return words.gettext("plan {plan} is no longer open for approval").format(plan=_brief(plan))
    return word(words, GOING_BRIEFLY, plan.goes).format(plan=_brief(plan))


def waiting(alerts: Sequence[Alert], now: float) -> list[Proposal]:
    """The plans that wait for approval, each once, in the order of their alerts."""
    found = [one.proposal for one in alerts if one.proposal is not None]
    return list({one.plan: one for one in found if one.goes == "approve" and not _over(one, now)}.values())


def waiting_lines(words: Words, alerts: Sequence[Alert], now: float) -> tuple[Line, ...]:
    """Of several alerts, how many plans wait, and where those are that have no link."""
    plans = waiting(alerts, now)
    if not plans:
        return ()
    text = words.ngettext("{count} plan waits for approval.", "{count} plans wait for approval.", len(plans))
    return (Line(text.format(count=f"{len(plans):,}")), _all_plans(words))


def approval_links(words: Words, alerts: Sequence[Alert], now: float) -> tuple[Link, ...]:
    """Where plans that wait are approved or rejected; one alone needs no name."""
    if len(alerts) == 1:
        label = words.gettext("Approve or reject the plan")
    else:
        label = words.gettext("Approve or reject plan {plan}")
    pages = [(one, one.link) for one in waiting(alerts, now) if one.link is not None]
    return tuple([Link(label.format(plan=_brief(one)), link) for one, link in pages[:MOST_LINKS]])


def ending(words: Words, alert: Alert) -> str | None:
    """How a plan ended; ``None`` if the alert does not tell of that."""
    return None if alert.ended is None else word(words, ENDINGS, alert.ended)


def _all_plans(words: Words) -> Line:
    return Line("eniguard plans list", words.gettext("To look at all of them"), code=True)


def _over(plan: Proposal, now: float) -> bool:
    return plan.goes == "approve" and plan.expires <= now


def _goes(words: Words, plan: Proposal, now: float) -> str:
    if _over(plan, now):
        return words.gettext("It was open for approval until the time below.")
    return word(words, GOING, plan.goes)


def _calls(words: Words, calls: Sequence[str], label: str) -> tuple[Line, ...]:
    return (*[Line(one, label, code=True) for one in calls[:MOST]], *left_over(words, len(calls)))


def _approval(words: Words, plan: Proposal, zone: str, now: float) -> tuple[Line, ...]:
    """Until when it may be approved; and how, where no page is for that."""
    if plan.goes != "approve":
        return ()
    until = Line(told(words, plan.expires, zone), words.gettext("Open until"))
    if plan.link is not None or _over(plan, now):
        return (until,)
    return (until, Line(f"eniguard plans approve {plan.plan}", words.gettext("To approve it"), code=True))


def _brief(plan: Proposal) -> str:
    return plan.plan[:_BRIEF]
