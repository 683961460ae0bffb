"""Callers that go on trying to change or to use managed security groups."""

from __future__ import annotations

from eniguard.events.catalog import APIS
from eniguard.events.outcomes import GROUP_MANAGED
from eniguard.model import Reference, Resource
from eniguard.model.kinds import SECURITY_GROUP
from eniguard.rules.case import Case
from eniguard.rules.managed import blamed, first_named
from eniguard.rules.persistent import Attempt, PersistentAttempts
from eniguard.rules.sg.refused import (
    ManagedGroupUseRefused,
    ManagedGroupWriteRefused,
    blames_a_group,
    needs_refused_groups,
)
from eniguard.rules.subjects import group_subjects

#: Calls that can name a security group.
_TRIES = frozenset(
    api.action for api in APIS.values() if any(where.kind == SECURITY_GROUP for where in api.targets)
)


class ManagedGroupPersistentAttempts(PersistentAttempts):
    """SG003: an attempt is what SG001 or SG002 reports."""

    code = "SG003"
    name = "managed-sg-persistent-attempts"
    severity = "medium"
    summary = "One caller goes on trying to change or to use managed security groups."
    why = (
        "A tool that errs repeats one call. Several groups or APIs in a row mean that somebody looks for a "
        "way to open what a service closed, or cleans up without a filter."
    )
    advice = (
        "Ask the caller what it is after, and set access at the service that the groups belong to. Let "
        "scripts leave out groups with ServiceManaged = true."
    )
    actions = (ManagedGroupWriteRefused.actions | ManagedGroupUseRefused.actions) & _TRIES
    references = (Reference("Managed security groups", "Permissions on API operations"),)
    permissions = ManagedGroupWriteRefused.permissions
    false_positives = (
        "Tools that tear down a whole VPC try each group in it once. One API repeated on one group is not "
        "counted, however often."
    )
    resources_are = "security groups"

    concerns = staticmethod(blames_a_group)
    needs = staticmethod(needs_refused_groups)

    def attempt(self, case: Case) -> Attempt | None:
        return case.once(_attempt) if case.call.error_code == GROUP_MANAGED else None


def _attempt(case: Case) -> Attempt:
    subjects = group_subjects(case)
    if not subjects:
        return Attempt((first_named(case, Resource(SECURITY_GROUP, "(not named)")),), "unknown")
    meant, inventory = blamed(case, subjects)
    return Attempt(tuple([one.resource(proven=len(meant) == 1) for one in meant]), inventory)
