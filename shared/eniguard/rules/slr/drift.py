"""Policies of service roles that are no longer what the stored documents say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from eniguard.events.catalog import APIS
from eniguard.facts.kinds import RamPolicy
from eniguard.facts.refs import Unknown
from eniguard.facts.view import View
from eniguard.model import Finding, Reference, Resource
from eniguard.model.kinds import POLICY
from eniguard.roles import PRODUCTS, Earlier, RolePolicy, ServiceRole, matches, policy_of, role_of_policy
from eniguard.rules.base import Verdict, Verdicts
from eniguard.rules.slr.granted import policy_evidence, version_of
from eniguard.rules.slr.named import DOCUMENT, role_resource
from eniguard.rules.sweep import SweepRule, from_view

#: How the names of calls begin that change nothing.
_READS = ("describe", "list", "get", "query", "check", "lookup")
#: Actions that are known by name, in lower case.
_KNOWN = frozenset([api.action.lower() for api in APIS.values() if api.product in PRODUCTS])
#: How many actions a sentence names; the evidence has all of them.
_NAMED = 3


class _Drift(Struct, frozen=True):
    """What a policy has gained and lost against a stored document, in lower case and in order.

    ``added`` is empty when the stored document is not complete: then nothing can be told to be new.
    """

    added: tuple[str, ...]
    removed: tuple[str, ...]

    @property
    def any(self) -> bool:
        """Whether the two differ."""
        return bool(self.added or self.removed)

    @property
    def grave(self) -> bool:
        """Whether it has a new wildcard, or lost the right to change something."""
        return any("*" in action for action in self.added) or any(map(_writes, self.removed))


class SlrPolicyDrift(SweepRule):
    """SLR009: rights in ECS, VPC and RAM; of other products the stored documents do not have every action."""

    code = "SLR009"
    name = "slr-policy-drift"
    severity = "info"
    kinds = (POLICY,)
    summary = "The policy of a service's role is no longer what the stored document says."
    why = (
        "Services widen their policies every few weeks. What is new here may be done in the account from now "
        "on, and what was taken away the service can no longer do."
    )
    advice = (
        "Read what changed. New rights explain calls that the stored document does not have; if a right to "
        "change something is gone or a wildcard is new, ask the product's support whether that is meant."
    )
    references = (Reference(DOCUMENT, "Permissions"),)
    permissions = ("ram:ListPolicies", "ram:GetPolicy")
    false_positives = (
        "Most changes are new features of a service. A stored document may be older than the guard itself."
    )

    def evaluate(self, view: View, params: Any, now: float) -> Verdicts:
        policies = view.all_of(POLICY, RamPolicy)
        if isinstance(policies, Unknown):
            return (self.undecided(policies.reason, view.ref(POLICY)),)
        verdicts = (self._one(view, policy) for policy in policies if policy.type != "Custom")
        return [verdict for verdict in verdicts if verdict is not None]

    def _one(self, view: View, policy: RamPolicy) -> Verdict | None:
        role = role_of_policy(policy.id)
        stored = None if role is None else policy_of(role.name)
        # The system policies of all services are listed in every account, whether it uses them or not.
        if role is None or stored is None or policy.attachments == 0:
            return None
        live = _rights(policy)
        if live is None:
            return self._cannot_tell(view, policy, role, "its document is not known or not plain")
        drift = _drift(live, stored.actions, complete=stored.complete)
        if drift.any:
            return self._drifted(view, policy, stored, drift, live)
        if stored.complete or (policy.version is not None and policy.version == stored.version):
            return None
        return self._cannot_tell(
            view, policy, role, "the stored document is not complete, nor of this version"
        )

    def _drifted(
        self, view: View, policy: RamPolicy, stored: RolePolicy, drift: _Drift, live: frozenset[str]
    ) -> Finding:
        earlier = next((one for one in stored.earlier if _is_earlier(one, live)), None)
        evidence = [*policy_evidence(stored), from_view(view, "version", policy.version, policy.updated)]
        if drift.added:
            evidence.append(from_view(view, "added", list(drift.added)))
        if drift.removed:
            evidence.append(from_view(view, "removed", list(drift.removed)))
        if earlier is not None:
            evidence.append(from_view(view, "as-published-earlier", earlier.source, earlier.updated))
        return self.finding(
            view,
            Resource(POLICY, policy.id, owner_service=stored.role.service),
            f"{policy.id} {policy.version or ''} is not the stored {version_of(stored)}: {_told(drift)}",
            severity="medium" if drift.grave and earlier is None else None,
            evidence=evidence,
            others=(role_resource(stored.role.name),),
            advice=None if earlier is None else _RENEW,
        )

    def _cannot_tell(self, view: View, policy: RamPolicy, role: ServiceRole, why: str) -> Verdict:
        reason = f"whether {policy.id} has changed cannot be told: {why}"
        subject = Resource(POLICY, policy.id, owner_service=role.service)
        return self.undecided(reason, view.ref(POLICY, policy.id), subject=subject)


_RENEW = (
    "The role still has the policy as it was published earlier: the service may be denied what it needs "
    "today. Ask the product's support to renew the role."
)


def _rights(policy: RamPolicy) -> frozenset[str] | None:
    """What the document in force allows, in lower case; ``None`` when it is not known or not plain."""
    if policy.statements is None or not all(one.allow and not one.not_actions for one in policy.statements):
        return None
    return frozenset([action.lower() for one in policy.statements for action in one.actions])


def _drift(live: frozenset[str], stored: frozenset[str], *, complete: bool) -> _Drift:
    """What two sets of patterns, in lower case, allow apart from each other.

    A wildcard counts for the actions that are known by name, and is new itself when no other covers it.
    """
    known = _KNOWN.union(_plain(live), _plain(stored))
    ours, theirs = _expanded(stored, known), _expanded(live, known)
    wildcards = [one for one in live if "*" in one and _of_products(one) and not matches(one, stored)]
    return _Drift(
        added=tuple(sorted({*(theirs - ours), *wildcards})) if complete else (),
        removed=tuple(sorted(ours - theirs)),
    )


def _is_earlier(earlier: Earlier, live: frozenset[str]) -> bool:
    return earlier.complete and not _drift(live, earlier.actions, complete=True).any


def _plain(patterns: frozenset[str]) -> Iterator[str]:
    return (one for one in patterns if "*" not in one and "?" not in one and _of_products(one))


def _expanded(patterns: frozenset[str], known: frozenset[str]) -> frozenset[str]:
    return frozenset([action for action in known if matches(action, patterns)])


def _of_products(action: str) -> bool:
    return action.partition(":")[0] in PRODUCTS or action.startswith("*")


def _writes(action: str) -> bool:
    return not action.partition(":")[2].startswith(_READS)


def _told(drift: _Drift) -> str:
    parts = [(drift.added, "new"), (drift.removed, "gone")]
    return "; ".join(f"{len(actions)} {word} ({_listed(actions)})" for actions, word in parts if actions)


def _listed(actions: tuple[str, ...]) -> str:
    more = len(actions) - _NAMED
    shown = ", ".join(actions[:_NAMED])
    return f"{shown} and {more} more" if more > 0 else shown
