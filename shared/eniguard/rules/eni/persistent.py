"""Callers that go on trying to change managed ENIs."""

from __future__ import annotations

from eniguard.events.catalog import APIS
from eniguard.events.outcomes import ENI_MANAGED
from eniguard.model import Reference, Resource
from eniguard.model.kinds import EIP, ENI, IPV6_ADDRESS, IPV6_BANDWIDTH
from eniguard.rules.case import Case
from eniguard.rules.eni.refused import ManagedEniWriteRefused, blames_an_eni, needs_refused_enis
from eniguard.rules.managed import blamed, first_named, split
from eniguard.rules.permissions import eni_row
from eniguard.rules.persistent import Attempt, PersistentAttempts
from eniguard.rules.subjects import eni_subjects

#: What a call has to be able to name, so that it can be tried on a managed ENI.
_LEADS_TO_AN_ENI = frozenset((ENI, EIP, IPV6_ADDRESS, IPV6_BANDWIDTH))
_TRIES = frozenset(
    api.action for api in APIS.values() if any(where.kind in _LEADS_TO_AN_ENI for where in api.targets)
)


class ManagedEniPersistentAttempts(PersistentAttempts):
    """ENI002: an attempt is what ENI001 reports, the one write that the account may make left out."""

    code = "ENI002"
    name = "managed-eni-persistent-attempts"
    severity = "medium"
    summary = "One caller goes on trying to change managed ENIs."
    why = (
        "A tool that errs repeats one call. Several ENIs or APIs in a row mean that somebody works on what "
        "is not theirs: a clean-up without a filter, or a search for something that gives way."
    )
    advice = (
        "Ask the caller what it is after. Let scripts leave out ENIs with ServiceManaged = true; if nobody "
        "knows of the calls, look at where the credentials are used from."
    )
    actions = ManagedEniWriteRefused.actions & _TRIES
    references = (Reference("Managed ENIs", "API permissions for managed ENIs"),)
    permissions = ManagedEniWriteRefused.permissions
    false_positives = (
        "Tools that tear down a whole VPC try each ENI in it once. One API repeated on one ENI is not "
        "counted, however often."
    )
    resources_are = "ENIs"

    concerns = staticmethod(blames_an_eni)
    needs = staticmethod(needs_refused_enis)

    def attempt(self, case: Case) -> Attempt | None:
        return case.once(_attempt) if blames_an_eni(case.call) else None


def _attempt(case: Case) -> Attempt | None:
    subjects = case.once(eni_subjects)
    if case.call.error_code != ENI_MANAGED:
        row = eni_row(case.call.action)
        managed, _ = split(case, subjects)
        if not managed or (row is not None and row.account):
            return None
        return Attempt(tuple([one.resource() for one in managed]), "known")
    if not subjects:
        return Attempt((first_named(case, Resource(ENI, "(not named)")),), "unknown")
    meant, inventory = blamed(case, subjects)
    return Attempt(tuple([one.resource(proven=len(meant) == 1) for one in meant]), inventory)
