"""The full card of one alert: a block for each question that its reader has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from eniguard.alerts.actors import caller_lines, who
from eniguard.alerts.alert import Alert, Hidden, Proposal
from eniguard.alerts.catalogue import RuleText, Words, rule_advice, rule_title, rule_why, word
from eniguard.alerts.evidence import MOST, evidence_lines, headed, left_over, listed
from eniguard.alerts.message import Block, Line
from eniguard.alerts.times import seconds_of, told
from eniguard.alerts.words import ENDINGS, GOING, INVENTORY, KINDS, LIMITS, OUTCOMES, SEVERITIES
from eniguard.model import Finding, Fix, Reference, Resource


class Teller(Struct, frozen=True):
    """What a card is written with.

    ``own_language``: whether the texts of the language are those that findings have. ``text`` is what the
    rule of the finding says of itself.
    """

    words: Words
    own_language: bool
    zone: str
    text: RuleText | None


def title_of(teller: Teller, alert: Alert) -> str:
    """One line: severity, rule, what it is, on what, and of a summary how often."""
    said, finding = teller.words.gettext, alert.finding
    title = said("[{severity}] {rule} {what}: {subject}").format(
        severity=word(teller.words, SEVERITIES, finding.severity),
        rule=finding.rule,
        what=what_of(teller, finding),
        subject=finding.subject.id,
    )
    if alert.ended is not None:
        return said("[{ended}] {rule}: {subject}").format(
            ended=word(teller.words, ENDINGS, alert.ended), rule=finding.rule, subject=finding.subject.id
        )
    if alert.kind == "first":
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
    if alert.ended is not None:
        return said("The plan for {subject}: {ended}.").format(
            subject=named(teller.words, finding.subject), ended=word(teller.words, ENDINGS, alert.ended)
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
        (said("Owner, and what to release"), 8, _owners(teller, finding)),
        (said("Who"), 8, () if finding.actor is None else caller_lines(teller.words, finding.actor)),
        (said("On what"), 8, _resources(teller, finding)),
        (said("When"), 7, _times(teller, alert)),
        (said("Plan"), 8, () if alert.proposal is None else _plan(teller, alert.proposal)),
        (said("Fix"), 7, _fix(teller, finding.fix) if finding.fix is not None and not alert.proposal else ()),
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
    if finding.action is not None:
        lines += [
            Line(finding.action, said("Call"), code=True),
            Line(_outcome(teller, finding), said("Outcome")),
        ]
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
    finding = alert.finding
    if alert.ended is not None:
        return (Line(finding.advice, None if teller.own_language else teller.words.gettext("Original text")),)
    if teller.own_language or teller.text is None:
        return (Line(finding.advice),)
    advice = rule_advice(teller.words, finding.rule, teller.text)
    # A rule without a translation speaks its own language, and its finding says it best.
    if advice == teller.text.advice:
        return (Line(finding.advice),)
    if finding.advice == teller.text.advice:
        return (Line(advice),)
    return (Line(advice), Line(finding.advice, teller.words.gettext("Original text")))


def _owners(teller: Teller, finding: Finding) -> Sequence[Line]:
    said = teller.words.gettext
    managed = [one for one in finding.resources if one.managed]
    owned: dict[str, list[str]] = {}
    for one in managed:
        if one.owner_service is not None:
            owned.setdefault(one.owner_service, []).append(one.id)
    lines = [
        Line(
            said("{service} owns {ids}").format(service=service, ids=listed(teller.words, ids)),
            said("Service"),
        )
        for service, ids in owned.items()
    ]
    if owned:
        release = said(
            "Change or release the instance of that service: what it manages is changed or removed with it."
        )
        lines.append(Line(release, said("What to release")))
    nameless = [one.id for one in managed if one.owner_service is None]
    if nameless:
        ids = listed(teller.words, nameless)
        lines.append(Line(said("Which service owns {ids} is not known.").format(ids=ids)))
    if managed:
        lines += _descriptions(teller, finding)
    return lines


def _descriptions(teller: Teller, finding: Finding) -> Iterator[Line]:
    """What the managed resource says of itself, which mostly names its service and instance."""
    label = teller.words.gettext("Its Description")
    for one in finding.evidence:
        if one.name == "Description" and isinstance(one.value, str) and one.value:
            yield Line(one.value, label)


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
    if at is not None:
        label = said("Last event") if alert.kind == "summary" else said("Event")
        return (Line(told(teller.words, at, teller.zone), label),)
    if finding.event_time is not None:
        return (Line(finding.event_time, said("Event")),)
    return (Line(told(teller.words, alert.at, teller.zone), said("Found")),)


def _fix(teller: Teller, fix: Fix) -> Sequence[Line]:
    said = teller.words.gettext
    lines = [
        Line(fix.summary, None if teller.own_language else said("Original text")),
        Line(fix.action, said("Call"), code=True),
    ]
    lines += [Line(value, name, code=True) for name, value in fix.parameters.items()]
    lines.append(Line(word(teller.words, LIMITS, fix.limit), said("It may be made")))
    return lines


def _plan(teller: Teller, plan: Proposal) -> Sequence[Line]:
    said = teller.words.gettext
    lines = [Line(word(teller.words, GOING, plan.goes))]
    lines += [Line(one, said("Call"), code=True) for one in plan.calls]
    lines += [Line(one, said("To take it back"), code=True) for one in plan.inverse]
    lines.append(Line(told(teller.words, plan.expires, teller.zone), said("Open until")))
    lines.append(Line(f"eniguard plans show {plan.plan}", said("To look at it"), code=True))
    return lines


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
