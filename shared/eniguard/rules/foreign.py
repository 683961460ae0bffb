"""Writes by one cloud service on what another cloud service manages."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

from msgspec.structs import replace

from eniguard.model import Finding, Severity
from eniguard.rules.base import SERVICES, SUCCEEDED, Rule, Verdicts
from eniguard.rules.case import Case
from eniguard.rules.managed import described, managed_evidence, not_known, place, split, undecided_about
from eniguard.rules.owners import owned_by
from eniguard.rules.permissions import UNDOCUMENTED_ENI_TAG_WRITES, Row
from eniguard.rules.rule_texts import stated_rules
from eniguard.rules.subjects import EniSubject, GroupSubject

#: Once the role that made the resource is on record, its owner is no longer read off free text.
_ON_RECORD: Severity = "medium"


class ForeignWrite(Rule):
    """A rule about service roles that write to what another service manages."""

    outcomes = SUCCEEDED
    actors = SERVICES

    @abstractmethod
    def subjects(self, case: Case) -> Sequence[EniSubject | GroupSubject]:
        """The resources the call writes to."""

    @abstractmethod
    def row(self, case: Case) -> Row | None:
        """The row of the permission table for the call."""

    def evaluate(self, case: Case) -> Verdicts:
        role = case.actor.role
        if not case.check(
            "the caller acts through a service's role", role is not None, role or "the platform"
        ):
            return ()
        managed, unsure = split(case, self.subjects(case))
        if not managed:  # nearly always
            return not_known(self, case, unsure)
        found: list[Finding] = []
        nobodys: list[EniSubject | GroupSubject] = []
        for subject in managed:
            own = owned_by(subject.owner, case.actor)
            if case.check(f"{subject.name} belongs to another service", own is False, subject.owner.service):
                found.append(self._foreign(case, subject))
            elif own is None:
                nobodys.append(replace(subject, reason=self._why_unknown(case, subject)))
        undecided = [undecided_about(self, case, "belongs to the caller", nobodys)] if nobodys else []
        return [*found, *undecided, *not_known(self, case, unsure)]

    def _severity(self, case: Case, subject: EniSubject | GroupSubject) -> Severity | None:
        """Above the rule's own once the owner is certain; tags change nothing the owner relies on."""
        certain = subject.owner.role is not None and case.call.action not in UNDOCUMENTED_ENI_TAG_WRITES
        return _ON_RECORD if certain else None

    def _why_unknown(self, case: Case, subject: EniSubject | GroupSubject) -> str:
        if subject.owner.service is None:
            return "neither the call that made it nor its Description tells the service"
        return f"it belongs to {subject.owner.service}, and the service behind {case.actor.role} is not known"

    def _foreign(self, case: Case, subject: EniSubject | GroupSubject) -> Finding:
        resource = subject.resource()
        caller = case.actor.service or case.actor.role
        return self.finding(
            case,
            resource,
            f"{case.call.name} by {caller} succeeded although {described(resource)}",
            severity=self._severity(case, subject),
            evidence=(*stated_rules(case.call), *managed_evidence(case, subject)),
            references=place(self.row(case)),
        )
