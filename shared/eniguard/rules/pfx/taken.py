"""What somebody takes from the ENIs of a container platform."""

from __future__ import annotations

from eniguard.facts.blocks import cidrs
from eniguard.facts.kinds import Eni
from eniguard.model import Evidence, Reference
from eniguard.model.finding import Inventory
from eniguard.model.kinds import ENI
from eniguard.rules.base import SUCCEEDED, Rule, Verdicts
from eniguard.rules.callers import caller_name
from eniguard.rules.case import Case
from eniguard.rules.owners import same_role
from eniguard.rules.pfx.base import unclear
from eniguard.rules.pfx.given_up import ACCOUNT, UNASSIGN, GivenUp, held, unassigned
from eniguard.rules.pfx.known import Known, known
from eniguard.rules.pfx.request import subject_of, target_eni
from eniguard.rules.pfx.terway import CREATOR, TERWAY
from eniguard.rules.subjects import eni_resource, needs_enis


class PrefixTakenFromController(Rule):
    """PFX016.

    A controller that guard.yml does not name looks like any other role of the account. As long as it names
    none, only users and the account itself can be told from one.
    """

    code = "PFX016"
    name = "prefix-taken-from-controller"
    severity = "high"
    actions = UNASSIGN | {"ecs:DeleteNetworkInterface", "ecs:DetachNetworkInterface"}
    outcomes = SUCCEEDED
    actors = ACCOUNT
    summary = "Prefixes or addresses were taken from an ENI that a container platform runs."
    why = (
        "The platform gives the addresses to pods and does not notice that they are gone: the pods go on "
        "running without a network, cluster services such as DNS among them."
    )
    advice = (
        "Look at which pods had addresses of it and let the platform start them anew. Do not assign the "
        "range again by hand; leave ENIs with the tag `creator` to the platform that set it."
    )
    references = (
        Reference("IP prefixes", "Unassign IP prefixes from ENIs"),
        Reference("Terway", "IP prefixes"),
    )
    permissions = ("ecs:DescribeNetworkInterfaces",)
    false_positives = (
        "A platform whose role is not among `actors.controllers`, once others are; and clearing up after a "
        "cluster that no longer exists."
    )

    needs = staticmethod(needs_enis)

    def evaluate(self, case: Case) -> Verdicts:
        call = case.call
        eni_id = target_eni(call)
        takes = call.action not in UNASSIGN or unassigned(call).number > 0
        if not case.check("the call takes something from an ENI", takes and eni_id is not None, eni_id):
            return ()
        controllers, caller = bool(case.policy.actors.controllers), call.caller.type
        told = controllers or caller != "assumed-role"
        if case.trace is not None:
            seen = "guard.yml names controllers" if controllers else caller
            case.check("the caller can be told from a controller", told, seen)
        if not told:
            return ()
        holder = known(case, ENI, eni_id or "")
        if not isinstance(holder.value, Eni) or holder.value.tags is None:
            return self._tags_not_known(case, holder)
        creator = dict(holder.value.tags).get(CREATOR, "")
        if not case.check("the ENI is tagged as one of Terway", creator.startswith(TERWAY), creator):
            return ()
        return self._of_terway(case, holder, holder.value)

    def _of_terway(self, case: Case, holder: Known, eni: Eni) -> Verdicts:
        if not case.check("another role made the ENI", not _made_by_caller(case, eni), eni.created_by):
            return ()
        unassigns = case.call.action in UNASSIGN
        taken = unassigned(case.call) if unassigns else held(eni)
        number = None if taken is None else taken.number
        if not case.check("it held something beside its primary address", number != 0, number):
            return ()
        what = "whatever it held" if number is None else f"prefixes or addresses ({number})"
        evidence = (
            holder.evidence(f"tag {CREATOR}", dict(eni.tags or ())[CREATOR]),
            _what(holder, taken, unassigns),
        )
        summary = f"{caller_name(case.call.caller)} took {what} from {eni.id}, an ENI of Terway"
        certain: Inventory = "partial" if taken is None else "known"
        blocks = () if taken is None or taken.more else cidrs(taken.texts)
        return (
            self.finding(
                case, eni_resource(eni), summary, inventory=certain, evidence=evidence, cidrs=blocks
            ),
        )

    def _tags_not_known(self, case: Case, holder: Known) -> Verdicts:
        """Undecided where there is a controller to take from; most ENIs that are deleted are nobody's."""
        if not case.check(
            "guard.yml names controllers, so that the ENI may be one of theirs",
            bool(case.policy.actors.controllers),
        ):
            return ()
        return unclear(self, case, case.once(subject_of), [holder.missing("its tags are not known")])


def _made_by_caller(case: Case, eni: Eni) -> bool:
    role = case.actor.role
    return role is not None and eni.created_by is not None and same_role(eni.created_by, role)


def _what(holder: Known, taken: GivenUp | None, unassigns: bool) -> Evidence:
    if taken is None:
        return holder.evidence("held", None, "its prefixes or addresses are not known")
    if unassigns:
        return Evidence("unassigned", taken.texts)
    return holder.evidence("held", taken.texts, f"and {taken.more} more" if taken.more else None)
