"""The rules on what stands there, asked about every place on a schedule of their own."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence

from eniguard.errors import DeadlineNear
from eniguard.facts.refs import GLOBAL
from eniguard.facts.view import Listing
from eniguard.intake import Telling
from eniguard.model import Sweep, Undecided
from eniguard.rules.sweep import Swept, swept
from eniguard.settings import Policy
from eniguard.sources.asking import Caller
from eniguard.sources.live_view import LiveListings
from eniguard.state import Store
from eniguard.sweeping.parts import Each, Place, time_is_up
from eniguard.sweeping.told_once import ToldOnce
from eniguard.sweeping.turns import Turns
from eniguard.toolkit import Invocation


class Standing:
    """Asks the rules of the sweep about live facts, and tells what is new.

    Parameters
    ----------
    rules
        The enabled ones (`eniguard.rules.registry.Registry.sweeps`).
    policy
        The compiled guard.yml.
    store
        Keeps when they were asked, and what was told.
    clients
        Gives the client of an account, ``None`` for one without a role.
    telling
        Tells what is found; by default in the log alone.
    clock
        Gives seconds since 1970 (UTC).
    """

    def __init__(
        self,
        rules: Sequence[Swept],
        policy: Policy,
        store: Store,
        clients: Callable[[str], Caller | None],
        telling: Telling | None = None,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._rules = tuple(rules)
        self._policy = policy
        self._clients = clients
        self._clock = clock
        self._turns = Turns(store, clock=clock)
        self._told = ToldOnce(store, telling, clock=clock)

    def run(self, places: Sequence[Place], call: Invocation) -> None:
        """Ask about the places whose time has come; errors are those of `GapFill.run`."""
        firsts = {place.account: place for place in reversed(places)}
        of_accounts: dict[str, dict[str, Listing]] = {account: {} for account in firsts}
        last = {place: self._turns.last(_turn(place)) for place in places}
        due = [
            place
            for place in places
            if self._clock() - (last[place] or 0.0) >= self._policy.sweep.rules_every
        ]
        each = Each("rules", call)

        def ask(place: Place) -> None:
            first = firsts[place.account] == place
            rules = [rule for rule in self._rules if first or not GLOBAL.issuperset(rule.kinds)]
            self._place(place, rules, of_accounts[place.account], call)

        # By when they were begun: one that never comes to an end takes no other's turn.
        begun = {place: self._turns.last(_begun(place)) or 0.0 for place in due}
        each.run(sorted(due, key=lambda place: begun[place]), ask)
        each.close()

    def _place(
        self, place: Place, rules: Sequence[Swept], of_account: dict[str, Listing], call: Invocation
    ) -> None:
        """Ask about one place; what belongs to no region is judged in the first one of its account.

        Where the listings took all the time that there was, what they had so far is told, and the place is
        asked about again: its other rules are undecided.
        """
        client = self._clients(place.account)
        if client is None:
            return
        self._turns.done(_begun(place))
        listings = LiveListings(client, place.account, place.region, of_account=of_account, clock=self._clock)
        view = listings.view(self._policy.actors.service_ids)
        said = swept(rules, view, self._clock())
        told = [self._told.tell(finding, call) for finding in said.findings]
        _tell(said, sum(told), listings.calls, call)
        if time_is_up(call):
            raise DeadlineNear("the listings took all the time that there was; the rules are asked again")
        self._turns.done(_turn(place))


def _tell(said: Sweep, told: int, calls: int, call: Invocation) -> None:
    """One line for the place; rules that could not be decided are told of with their first reason."""
    undecided: dict[str, Undecided] = {}
    for one in said.undecided:
        undecided.setdefault(one.rule, one)
    counts = Counter(one.rule for one in said.undecided)
    call.logger.write(
        "rules_swept",
        account_id=said.account_id,
        region=said.region,
        findings=len(said.findings),
        told=told,
        calls=calls,
        undecided={
            code: {"count": counts[code], "reason": one.reason, "failed": one.failed}
            for code, one in undecided.items()
        },
    )
    for code, count in counts.items():
        call.metrics.add("undecided", count, rule=code)


def _begun(place: Place) -> str:
    return f"rules_begun/{place.account}/{place.region}"


def _turn(place: Place) -> str:
    return f"rules/{place.account}/{place.region}"
