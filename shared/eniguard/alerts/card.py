"""The full card of one alert: a block for each question that its reader has."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from eniguard.alerts.actors import caller_lines, who
from eniguard.alerts.alert import Alert, Hidden
from eniguard.alerts.catalogue import RuleText, Words, rule_advice, rule_title, rule_why, word
from eniguard.alerts.evidence import MOST, evidence_lines, headed, left_over
from eniguard.alerts.message import Block, Line
from eniguard.alerts.owners import owner_lines
from eniguard.alerts.plan_text import counted_plan_lines, ending, plan_lines
from eniguard.alerts.times import seconds_of, told
from eniguard.alerts.words import AFTER_ENDINGS, INVENTORY, KINDS, LIMITS, OUTCOMES, SEVERITIES
from eniguard.model import Finding, Reference, Resource


class Teller(Struct, frozen=True):
    """What a card is written with.

    ``own_language``: whether the texts of the language are those that findings have. ``text`` is what the
    rule of the finding says of itself; ``now`` is when it is told, in seconds since 1970 (UTC).
    """

    words: Words
    own_language: bool
    zone: str
    text: RuleText | None
    now: float


def title_of(teller: Teller, alert: Alert) -> str:
    """One line: severity or how a plan ended, rule, what it is, on what, and of a summary how often."""
    said, finding = teller.words.gettext, alert.finding
    end = ending(teller.words, alert)
    if end is None:
        mark = word(teller.words, SEVERITIES, finding.severity)
    else:
        mark = said("Plan: {ended}").format(ended=end)
    title = said("[{severity}] {rule} {what}: {subject}").format(
        severity=mark,
        rule=finding.rule,
        what=what_of(teller, finding),
        subject=finding.subject.id,
    )
    if alert.kind != "summary":
        return title
    return said("{title}, {times}").format(title=title, times=times_of(teller.words, alert.count))


def what_of(teller: Teller, finding: Finding) -> str:
    """What the rule of a finding reports; its name where the rule is not there any more."""
    return finding.name if teller.text is None else rule_title(teller.words, finding.rule, teller.text)


def times_of(words: Words, count: int) -> str:
    """How often."""
    return words.ngettext("{count} time", "{count} times", count).format(count=f"{count:,}")


def lead_of(teller: Teller, alert: Alert) -> str:
    """One sentence that says what happened: the finding's own, or one built from what it holds."""
    finding = alert.finding
    if teller.own_language:
        return finding.summary
    said = teller.words.gettext
    if (end := ending(teller.words, alert)) is not None:
        return said("The plan for {subject}: {ended}.").format(
            subject=named(teller.words, finding.subject), ended=end
        )
    what, subject = what_of(teller, finding), named(teller.words, finding.subject)
    if finding.trigger == "sweep":
        return said("The sweep found on {subject}: {what}.").format(subject=subject, what=what)
    if finding.action is None:
        return said("The guard found of itself, on {subject}: {what}.").format(subject=subject, what=what)
    return said("{who} called {action} on {subject}: {outcome}. {what}.").format(
        who=who(teller.words, finding.actor),
        action=finding.action,
        subject=subject,
        outcome=_outcome(teller, finding),
        what=what,
    )


def named(words: Words, resource: Resource) -> str:
    """A resource: its kind and its id."""
    return words.gettext("{kind} {id}").format(kind=word(words, KINDS, resource.kind), id=resource.id)


def blocks_of(teller: Teller, alert: Alert, *, repeat: bool) -> tuple[Block, ...]:
    """The blocks of a card, the most important first; those without lines are left out."""
    said, finding = teller.words.gettext, alert.finding
    blocks = (
        (said("What happened"), 9, _happened(teller, alert, repeat)),
        (said("What to do now"), 9, _advice(teller, alert)),
        (said("Plan to put it right"), 8, _plan(teller, alert)),
        (said("Owner, and what to release"), 8, owner_lines(teller.words, finding)),
        (_heading_of_caller(teller, alert), 8, _caller(teller, finding)),
        (said("On what"), 8, _resources(teller, finding)),
        (said("When"), 7, _times(teller, alert)),
        (said("Fix"), 7, _fix(teller, alert)),
        (said("Why it matters"), 6, _why(teller, finding)),
        (said("Waivers that expired"), 5, _expired(teller, alert)),
        (said("In passing, of the same call"), 4, _hidden(teller, alert)),
        (said("Evidence"), 3, evidence_lines(teller.words, finding.evidence)),
        (said("Ids"), 2, _ids(teller, alert)),
    )
    return tuple([Block(heading, tuple(lines), weight) for heading, weight, lines in blocks if lines])


def _happened(teller: Teller, alert: Alert, repeat: bool) -> Sequence[Line]:
    said, finding = teller.words.gettext, alert.finding
    lines = [Line(repeat_text(teller.words))] if repeat else []
    end = ending(teller.words, alert)
    if end is not None:
        lines.append(Line(end, said("How the plan ended")))
    if finding.action is not None:
        label = said("Call") if end is None else said("Call of the plan")
        lines.append(Line(finding.action, label, code=True))
        lines += [Line(_outcome(teller, finding), said("Outcome"))] if end is None else []
    if alert.kind == "summary":
        lines.append(Line(_how_often(teller, alert), said("How often")))
    if not teller.own_language:
        lines.append(Line(finding.summary, said("Original text")))
    if finding.inventory in INVENTORY:
        lines.append(Line(word(teller.words, INVENTORY, finding.inventory), said("Not known")))
    return lines


def repeat_text(words: Words) -> str:
    """That a message may have been told before, and why."""
    return words.gettext(
        "This may have been told before: the guard broke off before it had noted that it was sent."
    )


def _outcome(teller: Teller, finding: Finding) -> str:
    """The outcome of the call, with its error code."""
    outcome = (
        teller.words.gettext("outcome not known")
        if finding.outcome is None
        else word(teller.words, OUTCOMES, finding.outcome)
    )
    codes = [one.value for one in finding.evidence if one.name == "error-code" and isinstance(one.value, str)]
    if not codes:
        return outcome
    return teller.words.gettext("{outcome} ({code})").format(outcome=outcome, code=codes[0])


def _how_often(teller: Teller, alert: Alert) -> str:
    return teller.words.gettext("{times}, from {since} until {until}").format(
        times=times_of(teller.words, alert.count),
        since=told(teller.words, alert.since, teller.zone),
        until=told(teller.words, alert.until, teller.zone),
    )


def _advice(teller: Teller, alert: Alert) -> Sequence[Line]:
    finding, said = alert.finding, teller.words.gettext
    if alert.ended is not None and not teller.own_language:
        after = word(teller.words, AFTER_ENDINGS, alert.ended)
        return (Line(after), Line(finding.advice, said("Original text")))
    if teller.own_language or teller.text is None:
        return (Line(finding.advice),)
    advice = rule_advice(teller.words, finding.rule, teller.text)
    # A rule without a translation speaks its own language, and its finding says it best.
    if advice == teller.text.advice:
        return (Line(finding.advice),)
    if finding.advice == teller.text.advice:
        return (Line(advice),)
    return (Line(advice), Line(finding.advice, said("Original text")))


def _heading_of_caller(teller: Teller, alert: Alert) -> str:
    said = teller.words.gettext
    return said("Who") if alert.ended is None else said("Whose call the plan is about")


def _caller(teller: Teller, finding: Finding) -> Sequence[Line]:
    return () if finding.actor is None else caller_lines(teller.words, finding.actor)


def _resources(teller: Teller, finding: Finding) -> Sequence[Line]:
    said, words = teller.words.gettext, teller.words
    lines = [_resource(teller, one) for one in finding.resources[:MOST]]
    lines += left_over(words, len(finding.resources))
    if finding.account_id is not None:
        lines.append(Line(finding.account_id, said("Account"), code=True))
    if finding.region is not None:
        lines.append(Line(finding.region, said("Region"), code=True))
    return lines


def _resource(teller: Teller, resource: Resource) -> Line:
    """An id, with whether it is managed and by whom, where that is known."""
    said, kind = teller.words.gettext, KINDS.get(resource.kind)
    # A kind of a rule of the user's own is no word of ours, and so no label.
    label = headed(said("resource") if kind is None else said(kind))
    text = f"{resource.kind} {resource.id}" if kind is None else resource.id
    if not resource.managed:
        return Line(text, label, code=True)
    if resource.owner_service is None:
        return Line(said("{id} (managed)").format(id=text), label, code=True)
    managed = said("{id} (managed by {service})").format(id=text, service=resource.owner_service)
    return Line(managed, label, code=True)


def _times(teller: Teller, alert: Alert) -> Sequence[Line]:
    said, finding = teller.words.gettext, alert.finding
    at = seconds_of(finding.event_time)
    here = told(teller.words, alert.at, teller.zone)
    lines = [] if alert.ended is None else [Line(here, said("The plan ended"))]
    if at is not None:
        label = said("Last event") if alert.kind == "summary" else said("Event")
        return (*lines, Line(told(teller.words, at, teller.zone), label))
    if finding.event_time is not None:
        return (*lines, Line(finding.event_time, said("Event")))
    return lines or (Line(here, said("Found")),)


def _fix(teller: Teller, alert: Alert) -> Sequence[Line]:
    """What could be put back; nothing where a plan says it."""
    said, fix = teller.words.gettext, alert.finding.fix
    if fix is None or alert.proposal is not None:
        return ()
    lines = [
        Line(fix.summary, None if teller.own_language else said("Original text")),
        Line(fix.action, said("Call"), code=True),
    ]
    lines += [Line(value, name, code=True) for name, value in fix.parameters.items()]
    lines.append(Line(word(teller.words, LIMITS, fix.limit), said("It may be made")))
    return lines


def _plan(teller: Teller, alert: Alert) -> Sequence[Line]:
    if alert.kind == "summary" and alert.finding.fix is not None:
        return counted_plan_lines(teller.words)
    if alert.proposal is None:
        return ()
    return plan_lines(teller.words, alert.proposal, teller.zone, teller.now)


def _why(teller: Teller, finding: Finding) -> Sequence[Line]:
    said = teller.words.gettext
    lines = [] if teller.text is None else [Line(rule_why(teller.words, finding.rule, teller.text))]
    lines += [Line(_reference(teller, one), said("Document")) for one in finding.references]
    return lines


def _reference(teller: Teller, reference: Reference) -> str:
    if reference.row is None:
        return reference.document
    return teller.words.gettext("{document}, {row}").format(document=reference.document, row=reference.row)


def _expired(teller: Teller, alert: Alert) -> Sequence[Line]:
    if not alert.expired_waivers:
        return ()
    text = teller.words.gettext(
        "These would have held this finding back, and are over: renew or remove them."
    )
    return (Line(text), *[Line(one, code=True) for one in alert.expired_waivers])


def _hidden(teller: Teller, alert: Alert) -> Sequence[Line]:
    lines = [_lesser(teller, one) for one in alert.hidden[:MOST]]
    return (*lines, *left_over(teller.words, len(alert.hidden)))


def _lesser(teller: Teller, hidden: Hidden) -> Line:
    severity = word(teller.words, SEVERITIES, hidden.severity)
    label = teller.words.gettext("{rule} ({severity})").format(rule=hidden.rule, severity=severity)
    return Line(hidden.subject, label, code=True)


def _ids(teller: Teller, alert: Alert) -> Sequence[Line]:
    said, finding = teller.words.gettext, alert.finding
    lines = [Line(finding.finding_id, said("Finding"), code=True)]
    if finding.event_id is not None:
        lines.append(Line(finding.event_id, said("Event"), code=True))
    return lines
