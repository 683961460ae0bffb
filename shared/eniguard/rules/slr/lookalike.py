"""Ordinary roles with names that pass for a service's."""

from __future__ import annotations

from msgspec import Struct

from eniguard.events.calls import Call
from eniguard.facts.items import trusted
from eniguard.model import Evidence, Finding, Reference, Resource
from eniguard.model.kinds import ROLE
from eniguard.roles import ServiceRole, lent_to_the_account, near, role_named, service_linked_form
from eniguard.rules.base import CUSTOMERS, SUCCEEDED, Rule, Verdicts
from eniguard.rules.case import Case
from eniguard.rules.slr.named import DOCUMENT

_DOCUMENTS = ("AssumeRolePolicyDocument", "NewAssumeRolePolicyDocument")


class _Trust(Struct, frozen=True, gc=False):
    """Whom a role trusts, as the call states it; ``None`` when it does not, or cannot be read."""

    services: tuple[str, ...] | None
    others: tuple[str, ...] | None

    @property
    def known(self) -> bool:
        return self.services is not None

    @property
    def only_services(self) -> bool:
        """Whether only cloud services can use the role, none of which would lend it to the account."""
        return bool(self.services) and not self.others and not lent_to_the_account(self.services or ())

    def shown(self) -> list[str] | None:
        return None if self.services is None else [*self.services, *(self.others or ())]


class SlrLookAlike(Rule):
    """SLR006."""

    code = "SLR006"
    name = "slr-look-alike-role"
    severity = "high"
    summary = "Somebody made an ordinary role whose name passes for a service's role."
    why = (
        "Calls through it look like a cloud service's in every log, and whoever sorts events by role name "
        "lets them pass."
    )
    advice = (
        "Find out who wanted this role and what uses it. Unless there is a good answer, take its policies "
        "away, delete it, and go through what was done with it."
    )
    actions = frozenset(("ram:CreateRole", "ram:UpdateRole"))
    outcomes = SUCCEEDED
    actors = CUSTOMERS
    references = (Reference(DOCUMENT, "Create the role"),)
    false_positives = (
        "Authorisation pages in consoles make service roles as ordinary roles; a role that trusts cloud "
        "services only is left alone, unless such a service runs the account's own code."
    )

    def evaluate(self, case: Case) -> Verdicts:
        found = [self._judged(case, name) for name in case.call.ids(ROLE, "subject")]
        return [finding for finding in found if finding is not None]

    def _judged(self, case: Case, name: str) -> Finding | None:
        trust = _trust(case.call)
        original = role_named(name)
        if original is not None and (case.call.name == "UpdateRole" or self._set_up(case, original, trust)):
            return None
        original = original or near(name)
        alike = original is not None or service_linked_form(name)
        taken_for = original.name if original is not None else "a service-linked role" if alike else "nothing"
        if not case.check(f"{name} can be taken for a service's role", alike, taken_for):
            return None
        if not case.check("the account can use the role", not trust.only_services, trust.shown()):
            return None
        return self.finding(
            case,
            Resource(ROLE, name),
            f"the role {name} was {_DONE[case.call.name]} and can be taken for {taken_for}",
            evidence=(
                Evidence("looks-like", taken_for),
                Evidence("trusts", trust.shown(), None if trust.known else "the event does not show it"),
            ),
        )

    def _set_up(self, case: Case, role: ServiceRole, trust: _Trust) -> bool:
        """Whether an older service role is made under its own name, as authorisation pages do."""
        own = not role.service_linked and (not trust.known or trust.only_services)
        return case.check(f"{role.name} is made the way authorisation pages make it", own, trust.shown())


_DONE = {"CreateRole": "created", "UpdateRole": "changed"}


def _trust(call: Call) -> _Trust:
    for name in _DOCUMENTS:
        document = call.parameters.text(name)
        if document is not None:
            return _Trust(*trusted(document))
    return _Trust(None, None)
