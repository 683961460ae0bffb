"""What the rules about managed resources share: which subjects are managed, and how to say so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from eniguard.model import Evidence, Finding, Reference, Resource, Severity, Undecided
from eniguard.model.finding import Inventory
from eniguard.model.kinds import ENI, SECURITY_GROUP
from eniguard.rules.base import Rule, Verdicts
from eniguard.rules.case import Case
from eniguard.rules.evidence import FACT_CONFLICT, from_fact
from eniguard.rules.permissions import Row
from eniguard.rules.rule_texts import stated_rules
from eniguard.rules.subjects import Subject

AnySubject = TypeVar("AnySubject", bound=Subject)

_NOUNS = {ENI: "ENI", SECURITY_GROUP: "security group"}


def split(case: Case, subjects: Sequence[AnySubject]) -> tuple[Sequence[AnySubject], Sequence[AnySubject]]:
    """The subjects that were managed before the call, and those of which that is not known."""
    if case.trace is not None:
        _explain(case, subjects)
    if len(subjects) == 1:  # nearly always
        managed = subjects[0].managed
        if managed is None:
            return (), subjects
        return (subjects, ()) if managed else ((), ())
    return [one for one in subjects if one.managed], [one for one in subjects if one.managed is None]


def _explain(case: Case, subjects: Sequence[Subject]) -> None:
    if not subjects:
        case.check("the call leads to a resource that can be managed", False)
    for subject in subjects:
        flag = subject.managed
        seen = flag if flag is not None else f"not known: {subject.reason}"
        case.check(f"{subject.name} was managed before the call", flag is True, seen)


def judged(
    rule: Rule,
    case: Case,
    subjects: Sequence[AnySubject],
    report: Callable[[Case, AnySubject], Finding],
) -> Verdicts:
    """What a rule says that reports each managed subject of a call."""
    if case.brief and len(subjects) == 1 and subjects[0].managed is None:
        return (rule.unsaid,)
    managed, unsure = split(case, subjects)
    if not managed:  # nearly always
        return (undecided_about(rule, case, "is managed", unsure),) if unsure else ()
    return [*_reported(case, managed, report), *not_known(rule, case, unsure)]


def _reported(
    case: Case, managed: Sequence[AnySubject], report: Callable[[Case, AnySubject], Finding]
) -> list[Finding]:
    return [report(case, one) for one in managed]


def blamed(case: Case, subjects: Sequence[AnySubject]) -> tuple[Sequence[AnySubject], Inventory]:
    """Which subjects a refusal is about whose code says that one of them is managed.

    Those that are known to be managed; else those of which it is not known; else, when the facts call none of
    them managed, all: then the facts are out of date, not the platform.
    """
    managed, unsure = split(case, subjects)
    if managed:
        return managed, "known"
    return (unsure, "unknown") if unsure else (subjects, "partial")


def refusals(rule: Rule, case: Case, subjects: Sequence[Subject], row: Row | None) -> list[Finding]:
    """A finding for each subject that a refusal is about, whose code says that one of them is managed.

    When only one subject can be meant, the code proves it managed; its service may still not be known.
    """
    meant, inventory = blamed(case, subjects)
    return [refusal(rule, case, one, row, inventory, proven=len(meant) == 1) for one in meant]


def refusal(
    rule: Rule,
    case: Case,
    subject: Subject,
    row: Row | None,
    inventory: Inventory = "known",
    *,
    proven: bool = False,
    severity: Severity | None = None,
) -> Finding:
    """The finding that a call on a managed resource was refused; ``severity`` replaces the rule's own."""
    resource = subject.resource(proven=proven)
    certain = resource.managed is True
    return rule.finding(
        case,
        resource,
        f"{case.call.name} was refused; {described(resource) if certain else may_be(resource)}",
        severity=severity,
        inventory=inventory,
        evidence=(refusal_code(case), *stated_rules(case.call), *managed_evidence(case, subject)),
        advice=release_advice(resource),
        references=place(row),
    )


def refused_elsewhere(rule: Rule, case: Case, fallback: Resource) -> Finding:
    """The finding on a refusal whose code speaks of a managed resource that the call does not name."""
    named = first_named(case, fallback)
    return rule.finding(
        case,
        named,
        f"{case.call.name} was refused; it touches something managed that the call does not name",
        inventory="unknown",
        evidence=(refusal_code(case),),
    )


def first_named(case: Case, fallback: Resource) -> Resource:
    """The first resource that a call names, of whatever kind."""
    return next((Resource(one.kind, one.id) for one in case.call.targets if one.part != "created"), fallback)


def not_known(rule: Rule, case: Case, subjects: Sequence[Subject]) -> tuple[Undecided, ...]:
    """One verdict for all subjects of a call of which it is not known whether they are managed."""
    return (undecided_about(rule, case, "is managed", subjects),) if subjects else ()


def undecided_about(rule: Rule, case: Case, question: str, subjects: Sequence[Subject]) -> Undecided:
    """One verdict for all subjects of a call of which something (``is managed``) is not known."""
    if case.brief:
        return rule.unsaid
    first = subjects[0]
    reason = f"it is not known whether {first.name} {question}: {first.reason}"
    missing: tuple[str, ...] = (str(first.missing),)
    if len(subjects) > 1:
        reason = f"{reason} (and {len(subjects) - 1} more)"
        missing = tuple([str(one.missing) for one in subjects])
    return Undecided(rule.code, missing, reason, case.call.event_id, first.resource())


def described(resource: Resource) -> str:
    """A managed resource in words: what it is, and whose."""
    owner = f"is managed by {resource.owner_service}" if resource.owner_service else "is managed"
    return f"{_NOUNS.get(resource.kind, 'resource')} {resource.id} {owner}"


def may_be(resource: Resource) -> str:
    """A resource in words that is one of several that could be managed."""
    return f"{_NOUNS.get(resource.kind, 'resource')} {resource.id} may be the managed one"


def release_advice(resource: Resource) -> str | None:
    """What to do about a managed resource whose service is known; ``None`` when it is not."""
    if resource.owner_service is None:
        return None
    return (
        f"Leave {resource.id} to {resource.owner_service}: change or release the instance of that service, "
        "and what it manages is changed or removed with it."
    )


def managed_evidence(case: Case, subject: Subject) -> list[Evidence]:
    """What is on record about a subject: its flag, its Description, who made it, and how it was found."""
    before, ref = case.before, subject.missing
    found = [from_fact(before, ref, "ServiceManaged", subject.managed, subject.reason or None)]
    if subject.managed is False and case.call.outcome == "refused":
        found.append(Evidence(FACT_CONFLICT, True, "the platform calls it managed: the fact is out of date"))
    if subject.description:
        found.append(from_fact(before, ref, "Description", subject.description))
    if subject.owner.role is not None:
        found.append(from_fact(before, ref, "created-by", subject.owner.role))
    if subject.via is not None:
        found.append(Evidence("found-through", subject.via, "the call names this, not the ENI"))
    return found


def refusal_code(case: Case) -> Evidence:
    """The error code of the call."""
    return Evidence("error-code", case.call.error_code)


def place(row: Row | None) -> tuple[Reference, ...]:
    """The row of a permission table as a reference."""
    return () if row is None else (Reference(row.document, f"row {row.number} {row.api}"),)
