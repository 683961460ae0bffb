"""What the doctor looks at: the policy, the cloud and the store, each thing asked for once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from urllib.parse import quote

import msgspec

from eniguard.cloud import Accounts, Client
from eniguard.doctor.answers import Function, Identity, Trail, Trails, missing, read, read_path
from eniguard.doctor.check import Once
from eniguard.errors import CloudError
from eniguard.rule_modules import registry_of
from eniguard.rules.registry import Registry
from eniguard.settings import Policy
from eniguard.state.store import Store

#: The functions of the guard, which are told apart by their names (design, "Layout").
KINDS = ("trail_event", "trail_log", "trail_file", "sweep", "remediate", "approval")
#: Those that decide events.
DECIDING = ("trail_event", "trail_log", "trail_file", "sweep")


class Setup:
    """The guard as guard.yml describes it, and ways to ask for what there is.

    Parameters
    ----------
    policy
        The compiled guard.yml.
    client
        Asks the cloud, in the region of the guard.
    accounts
        Gives the clients of member accounts, by the id of the guard's own and the roles to take there.
    open_store
        Opens the state store; the argument says whether as a deployed function would.
    secret
        Gives the value of a reference, as functions read it.
    clock
        Gives seconds since 1970 (UTC).
    keys_from
        Where the credentials come from, in words.
    """

    def __init__(
        self,
        policy: Policy,
        client: Client,
        *,
        accounts: Callable[[str, Mapping[str, str]], Accounts],
        open_store: Callable[[bool], Store],
        secret: Callable[[str], str],
        clock: Callable[[], float],
        keys_from: str,
    ) -> None:
        self.policy = policy
        self.client = client
        self.accounts = accounts
        self.secret = secret
        self.clock = clock
        self.keys_from = keys_from
        self._open_store = open_store
        self._registry = Once(lambda: registry_of(policy))
        self._caller = Once(self._asked_caller)
        self._trails = Once(self._asked_trails)
        self._functions = {name: Once(partial(self._asked, name)) for name in policy.guard.functions}

    @property
    def region(self) -> str:
        """The region of the guard."""
        return self.client.region

    @property
    def caller(self) -> Identity:
        """Who asks; errors are those of `read`, as in all that follow."""
        return self._caller()[0]

    @property
    def answered_at(self) -> str | None:
        """The time in the answer to who asks, as HTTP writes it."""
        return self._caller()[1]

    @property
    def registry(self) -> Registry:
        """The enabled rules; raises `ConfigError` when guard.yml says something wrong of them."""
        return self._registry()

    @property
    def trails(self) -> Mapping[str, Trail]:
        """The trails of the account by their names in lower case."""
        return self._trails()

    def function(self, name: str) -> Function | None:
        """A function of the guard; ``None``: there is none of that name."""
        return self._functions[name]()

    def functions_of(self, *kinds: str) -> list[str]:
        """The names of the functions of some kinds in guard.yml, those of Function Compute 2.0 left out."""
        return [one for one in self.policy.guard.functions if kind_of(one) in kinds and not is_old(one)]

    @contextmanager
    def store(self, *, deployed: bool = False) -> Iterator[Store]:
        """The state store, open for as long as the block lasts."""
        store = self._open_store(deployed)
        try:
            yield store
        finally:
            store.close()

    def _asked_caller(self) -> tuple[Identity, str | None]:
        answer = self.client.call_path("sts", "GetCallerIdentity", "POST", "/")
        return msgspec.json.decode(answer.body, type=Identity), answer.headers.get("date")

    def _asked_trails(self) -> Mapping[str, Trail]:
        found = read(self.client, "actiontrail", "DescribeTrails", Trails, IncludeShadowTrails=True)
        return {one.name.lower(): one for one in found.trail_list}

    def _asked(self, name: str) -> Function | None:
        try:
            return read_path(self.client, "GetFunction", f"/functions/{quote(name, safe='')}", Function)
        except CloudError as error:
            if missing(error):
                return None
            raise


def kind_of(name: str) -> str | None:
    """Which function of the guard a name stands for, as in ``example-trail-event``; else ``None``."""
    plain = f"_{name.rpartition('/')[2].lower().replace('-', '_')}_"
    return next((kind for kind in KINDS if f"_{kind}_" in plain), None)


def is_old(name: str) -> bool:
    """Whether a function is one of Function Compute 2.0, which has another API."""
    return "/" in name
