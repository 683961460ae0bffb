"""Calls that failed because there was no address left."""

from __future__ import annotations

from collections.abc import Sequence

from eniguard.events.calls import Call
from eniguard.facts.gathered import Facts
from eniguard.facts.refs import Ref
from eniguard.model import Evidence, Reference, Resource
from eniguard.model.kinds import ENI, VSWITCH
from eniguard.rules.base import REFUSED, Rule, Verdict, Verdicts
from eniguard.rules.case import Case
from eniguard.rules.pfx.known import Missing
from eniguard.rules.pfx.place import eni_refs, vswitch_of
from eniguard.rules.pfx.request import ASSIGN, ATTACH, NOT_NAMED

#: The codes of one condition, no address left, and what each says (docs/sources.md, Domain). That ECS
#: answers with the second in place of the first was seen in practice (terway pull request 720).
EXHAUSTION = {
    "InvalidVSwitchId.IpNotEnough": "the vSwitch has not enough free addresses",
    "QuotaExceeded.PrivateIpAddress": "the vSwitch has not enough free addresses, in another spelling",
    "InvalidOperation.Ipv4CountExceeded": "no further IPv4 address or prefix can be assigned",
    "InvalidOperation.Ipv6CountExceeded": "no further IPv6 address or prefix can be assigned",
}


def needs_exhausted(call: Call, facts: Facts) -> Sequence[Ref]:
    """ENI → its vSwitch, for a call that was refused for want of addresses."""
    return eni_refs(call) if call.error_code in EXHAUSTION else ()


class AddressExhaustion(Rule):
    """PFX014: whichever code says so, the subject is the vSwitch."""

    code = "PFX014"
    name = "address-exhaustion"
    severity = "high"
    actions = ASSIGN | {ATTACH, "ecs:RunInstances", "ecs:CreateInstance"}
    outcomes = REFUSED
    summary = "A call was refused because no address was left to assign."
    why = "Without addresses nothing new starts in this vSwitch, and container platforms retry without end."
    advice = (
        "Compare the free addresses of the vSwitch and of its reserved blocks (ListVSwitchCidrReservations) "
        "with what is needed. Free what is unused, reserve a further block, or add a vSwitch. If the "
        "vSwitch has room, the ENI is at the limit of its instance type."
    )
    references = (Reference("IP prefixes", "Limitations: Number of IP prefixes"),)
    permissions = ("ecs:DescribeNetworkInterfaces",)
    false_positives = "A scale-out that retries in another vSwitch on its own is reported all the same."

    needs = staticmethod(needs_exhausted)

    def evaluate(self, case: Case) -> Verdicts:
        code = case.call.error_code or ""
        if not case.check("the error code says that no address was left", code in EXHAUSTION, code):
            return ()
        evidence = (Evidence("error-code", code, EXHAUSTION[code]),)
        named = dict.fromkeys(case.call.ids(VSWITCH, "vswitch"))
        if len(named) > 1:
            return tuple(self._one_of(case, vswitch_id, list(named), evidence) for vswitch_id in named)
        vswitch_id = case.once(vswitch_of)
        if isinstance(vswitch_id, Missing):
            return (self._unresolved(case, vswitch_id, evidence),)
        enis = tuple(Resource(ENI, one) for one in case.call.ids(ENI, "subject", "used"))
        summary = f"{case.call.name} was refused with {code}: no address left in {vswitch_id}"
        return (self.finding(case, Resource(VSWITCH, vswitch_id), summary, evidence=evidence, others=enis),)

    def _one_of(
        self, case: Case, vswitch_id: str, named: list[str], evidence: tuple[Evidence, ...]
    ) -> Verdict:
        """One of several vSwitches of a call; the refusal does not say which."""
        return self.finding(
            case,
            Resource(VSWITCH, vswitch_id),
            f"{case.call.name} was refused with {case.call.error_code}: "
            f"no address left in one of {', '.join(named)}",
            inventory="partial",
            evidence=evidence,
        )

    def _unresolved(self, case: Case, missing: Missing, evidence: tuple[Evidence, ...]) -> Verdict:
        """Which vSwitch it is cannot be told; the ENI stands for it."""
        enis = case.call.ids(ENI, "subject", "used")
        subject = Resource(ENI, enis[0]) if enis else Resource(VSWITCH, NOT_NAMED)
        return self.finding(
            case,
            subject,
            f"{case.call.name} was refused with {case.call.error_code}: no address left for {subject.id}",
            inventory="unknown",
            evidence=(*evidence, Evidence("vSwitch", None, f"not known: {missing.reason}")),
        )
