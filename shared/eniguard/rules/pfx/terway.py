"""ENIs of the Terway network plug-in."""

from __future__ import annotations

from eniguard.model import Reference
from eniguard.rules.base import SUCCEEDED, Rule, Verdicts
from eniguard.rules.case import Case
from eniguard.rules.pfx.base import JUDGED_ACTORS, unclear
from eniguard.rules.pfx.known import Missing
from eniguard.rules.pfx.place import needs_eni
from eniguard.rules.pfx.request import ASSIGN_IPV6, IPV6, asked, asked_for, subject_of
from eniguard.rules.subjects import eni_resource

#: Terway tags its ENIs ``creator=terway`` or ``creator=terway-controller`` (docs/sources.md, Domain).
CREATOR, TERWAY = "creator", "terway"


class ManyIpv6PrefixesOnTerwayEni(Rule):
    """PFX017."""

    code = "PFX017"
    name = "terway-eni-many-ipv6-prefixes"
    severity = "info"
    actions = frozenset((ASSIGN_IPV6,))
    outcomes = SUCCEEDED
    actors = JUDGED_ACTORS
    summary = "An ENI of Terway holds more than one IPv6 prefix."
    why = "In dual stack Terway works with exactly one IPv6 prefix per ENI; it does not use a second one."
    advice = "Leave the prefixes of this ENI to Terway, and unassign the extra one once no pod uses it."
    references = (Reference("IP prefixes", "Use IP prefixes"), Reference("Terway", "IP prefixes: dual stack"))
    permissions = ("ecs:DescribeNetworkInterfaces",)
    false_positives = "A later version of Terway may use several prefixes per ENI."

    needs = staticmethod(needs_eni)

    def evaluate(self, case: Case) -> Verdicts:
        if not any(one.family is IPV6 and one.number for one in case.call.once(asked)):
            return ()
        found = case.once(asked_for)
        if found is None:
            return ()
        if type(found) is Missing:
            return unclear(self, case, case.once(subject_of), (found,))
        holder, eni = found
        if eni.tags is None:
            missing = holder.missing("its tags are not known")
            return unclear(self, case, case.once(subject_of), (missing,))
        creator = dict(eni.tags).get(CREATOR, "")
        if not case.check("the ENI is tagged as one of Terway", creator.startswith(TERWAY), creator):
            return ()
        count = eni.prefix_count(6)
        if count is None:
            return unclear(self, case, case.once(subject_of), [holder.missing("its prefixes are not known")])
        if not case.check("it holds more than one IPv6 prefix", count > 1, count):
            return ()
        evidence = (
            holder.evidence("IPv6 prefixes", count, "after the call"),
            holder.evidence(f"tag {CREATOR}", creator),
        )
        summary = f"{eni.id}, an ENI of Terway, now holds {count} IPv6 prefixes"
        return (self.finding(case, eni_resource(eni), summary, evidence=evidence),)
