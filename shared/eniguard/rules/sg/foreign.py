"""Service roles that write to security groups which are not their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta, Struct

from eniguard.model import Evidence, Finding, Observation, Reference
from eniguard.roles import may_edit_customer_group
from eniguard.rules.base import SERVICES, SUCCEEDED, Rule, Verdicts
from eniguard.rules.case import Case
from eniguard.rules.foreign import ForeignWrite
from eniguard.rules.managed import managed_evidence, not_known
from eniguard.rules.owners import same_role
from eniguard.rules.permissions import Row, sg_row
from eniguard.rules.rule_texts import stated_rules
from eniguard.rules.sg.writes import ALL_WRITES, MEMBERSHIP
from eniguard.rules.subjects import GroupSubject, groups_written, needs_groups

_DAY = 86_400.0


class ManagedGroupForeignService(ForeignWrite):
    """SG005."""

    code = "SG005"
    name = "managed-sg-foreign-service"
    severity = "info"
    summary = "A service's role wrote to a security group that another service manages."
    why = "The table lets only the service that a managed group was made for change it."
    advice = (
        "Ask both products' support whether they work together here. If not, look at who can assume the "
        "calling role. A ServiceID that you know the service of belongs into `actors.service_ids`."
    )
    actions = ALL_WRITES
    references = (Reference("Managed security groups", "Permissions on API operations"),)
    permissions = ("ecs:DescribeSecurityGroups",)
    false_positives = (
        "Products that are built on others share groups, and a description is free text: until the call that "
        "made the group is on record, this is info."
    )

    needs = staticmethod(needs_groups)

    def subjects(self, case: Case) -> Sequence[GroupSubject]:
        return case.once(groups_written)

    def row(self, case: Case) -> Row | None:
        return sg_row(case.call.action)


class LearningParams(Struct, frozen=True, forbid_unknown_fields=True):
    """``days`` is how long a role that was reported counts as known to write to your groups."""

    days: Annotated[int, Meta(ge=1, le=365)] = 30


class ServiceEditedCustomerGroup(Rule):
    """SG010."""

    code = "SG010"
    name = "service-edited-customer-sg"
    severity = "medium"
    summary = "A service's role changed a security group of yours, which that service is not known to do."
    why = (
        "Few services change groups that they did not make (Cloud Firewall, WAF, Bastionhost, SASE, "
        "DataWorks, EMR Serverless Spark, egress rules by Function Compute); from any other "
        "it may be a misused role."
    )
    advice = (
        "See in the service's console whether somebody switched on a feature that needs this. If not, look "
        "at where the role was used from, and undo the change yourself."
    )
    actions = ALL_WRITES
    outcomes = SUCCEEDED
    actors = SERVICES
    Params = LearningParams
    references = (Reference("Managed security groups", "Background information"),)
    permissions = ("ecs:DescribeSecurityGroups",)
    false_positives = (
        "A service that newly edits groups of yours: its role is reported once, then not again within the "
        "window (once for rules and settings, once for members)."
    )

    needs = staticmethod(needs_groups)

    def evaluate(self, case: Case) -> Verdicts:
        role = case.actor.role
        if not case.check(
            "the caller acts through a service's role", role is not None, role or "the platform"
        ):
            return ()
        if not case.check("the service is not known to edit groups of yours", not _is_habit(case), role):
            return ()
        edited = self._of_others(case)
        unsure = [one for one in case.once(groups_written) if one.managed is None]
        if not edited or not self._first(case):
            return not_known(self, case, unsure)
        return [*self._all_edited(case, edited), *not_known(self, case, unsure)]

    def observes(self, case: Case) -> Sequence[Observation]:
        if case.actor.role is None or case.actor.kind != "service" or _is_habit(case):
            return ()
        edited = self._of_others(case)
        return _marks(case, edited) if edited else ()  # nearly always nothing

    def _of_others(self, case: Case) -> list[GroupSubject]:
        """The groups of yours that the call changes and that its role did not make."""
        subjects = case.once(groups_written)
        return [one for one in subjects if self._is_yours(case, one) and self._of_another(case, one)]

    def _all_edited(self, case: Case, edited: Sequence[GroupSubject]) -> list[Finding]:
        return [self._edited(case, one) for one in edited]

    def _is_yours(self, case: Case, subject: GroupSubject) -> bool:
        yours = subject.managed is False
        if case.trace is not None:
            case.check(f"{subject.name} is not a managed group", yours, subject.reason or subject.managed)
        return yours

    def _of_another(self, case: Case, subject: GroupSubject) -> bool:
        """Whether the role itself did not make the group."""
        maker = subject.owner.role
        own = maker is not None and case.actor.role is not None and same_role(maker, case.actor.role)
        if case.trace is not None:
            case.check(f"{subject.name} was not made by the caller", not own, maker or "not on record")
        return not own

    def _first(self, case: Case) -> bool:
        seen = case.series(_series(case)).count
        return case.check("it is the role's first such call within the window", seen <= 1, seen)

    def _edited(self, case: Case, subject: GroupSubject) -> Finding:
        service = case.actor.service or "a service"
        return self.finding(
            case,
            subject.resource(),
            f"{case.call.name} by {service} changed security group {subject.name}, which is yours",
            evidence=(
                Evidence("role", case.actor.role),
                *stated_rules(case.call),
                *managed_evidence(case, subject),
            ),
        )


def _is_habit(case: Case) -> bool:
    actor = case.actor
    return actor.role is not None and may_edit_customer_group(actor.service, actor.role, case.call.action)


def _marks(case: Case, edited: Sequence[GroupSubject]) -> list[Observation]:
    call, series, window = case.call, _series(case), case.params.days * _DAY
    return [Observation(series, call.event_id, one.name, call.at, window) for one in edited]


def _series(case: Case) -> str:
    """Rules and members are learned apart: a role that joins groups does not thereby edit their rules."""
    call = case.call
    what = "members" if call.action in MEMBERSHIP else "group"
    return f"SG010:{call.account_id}:{call.region}:{(case.actor.role or '').lower()}:{what}"
