"""The limit on the prefixes of an ENI that no instance uses."""

from __future__ import annotations

from eniguard.model import Evidence, Reference
from eniguard.rules.base import Verdict, Verdicts
from eniguard.rules.case import Case
from eniguard.rules.pfx.base import PrefixRule, unclear
from eniguard.rules.pfx.known import Missing
from eniguard.rules.pfx.place import needs_eni
from eniguard.rules.pfx.request import ASSIGN_IPV4, CREATE, IPV4, asked, asked_for, subject_of

#: Seed 002, Number of IP prefixes: an available ENI takes up to 9 in the console and up to 49 by API.
MOST_BY_API = 49
MOST_BY_CONSOLE = 9


class PrefixEniLimit(PrefixRule):
    """PFX009: the running total of an ENI that no instance uses, the prefixes assigned by number included."""

    code = "PFX009"
    name = "prefix-eni-limit"
    actions = frozenset((ASSIGN_IPV4, CREATE))
    summary = "An ENI that is not attached would hold more than 49 IPv4 prefixes."
    why = "An available ENI takes up to 49 IPv4 prefixes by API, over all calls, and up to 9 in the console."
    advice = (
        "Spread the prefixes over several ENIs, or attach the ENI: then its instance type sets the limit."
    )
    references = (Reference("IP prefixes", "Limitations: Number of IP prefixes"),)
    permissions = ("ecs:DescribeNetworkInterfaces",)
    false_positives = (
        "Prefixes that were unassigned since the snapshot, by calls that are not in the trail, still count."
    )

    needs = staticmethod(needs_eni)

    def evaluate(self, case: Case) -> Verdicts:
        if not [one for one in case.call.once(asked) if one.family is IPV4 and one.number]:
            return ()
        total = _total(case)
        if type(total) is Missing:
            return unclear(self, case, case.once(subject_of), [total])
        if total is None:
            return ()
        count = total.value if isinstance(total.value, int) else 0
        if case.check(
            f"the ENI would hold more than {MOST_BY_API} IPv4 prefixes", count > MOST_BY_API, count
        ):
            summary = (
                f"{case.call.name} takes an available ENI to {count} IPv4 prefixes (at most {MOST_BY_API})"
            )
            return (self.reported(case, case.once(subject_of), summary, (total,)),)
        if case.call.console and case.check(
            f"made in the console, where {MOST_BY_CONSOLE} is the limit", count > MOST_BY_CONSOLE, count
        ):
            return (self._over_console_limit(case, count, total),)
        return ()

    def _over_console_limit(self, case: Case, count: int, total: Evidence) -> Verdict:
        return self.finding(
            case,
            case.once(subject_of),
            f"{case.call.name} in the console brings an available ENI to {count} IPv4 prefixes; "
            f"the console offers up to {MOST_BY_CONSOLE}",
            severity="info",
            evidence=(total,),
            advice=f"Assign more than {MOST_BY_CONSOLE} prefixes with AssignPrivateIpAddresses.",
        )


def _total(case: Case) -> Evidence | Missing | None:
    """The IPv4 prefixes of the ENI after the call; ``None`` when an instance uses the ENI."""
    call = case.call
    if call.action == CREATE:
        number = next(one.number for one in call.once(asked) if one.family is IPV4)
        return Evidence("IPv4 prefixes", number, "on the ENI that is created")
    found = case.once(asked_for)
    if found is None:
        return Missing("the call names no ENI")
    if type(found) is Missing:
        return found
    holder, eni = found
    if eni.attached is None:
        return holder.missing("its status is not known")
    if not case.check(f"no instance uses {eni.id}", not eni.attached, eni.status):
        return None
    count = eni.prefix_count(4)
    if count is None:
        return holder.missing("its prefixes are not known")
    return holder.evidence("IPv4 prefixes", count, f"on {eni.id} after the call")
