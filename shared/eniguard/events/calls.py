"""A recorded event read as one API call: what was asked, by whom, of what, and how it went."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from sys import intern
from typing import Any, Protocol, TypeVar

from msgspec import Struct, field

from eniguard.events.catalog import Api, Part
from eniguard.events.outcomes import Outcome, outcome_of
from eniguard.events.parameters import Parameters
from eniguard.events.responses import NOTHING, given_back
from eniguard.events.targets import Places, Target, reading_of, targets_of

_Derived = TypeVar("_Derived")
#: Stands for what was not derived so far.
_NOT_YET: Any = object()


class Caller(Struct, frozen=True, gc=False):
    """The caller as recorded; nothing here is judged yet.

    For assumed roles ``role`` and ``session`` are the two sides of the first ``:`` of ``userName``: a role
    name cannot contain one, a session name can.
    """

    type: str
    principal_id: str | None = None
    account_id: str | None = None
    user_name: str | None = None
    role: str | None = None
    session: str | None = None
    source_ip: str | None = None
    user_agent: str | None = None


class Who(Protocol):
    """``userIdentity`` of an event, in the form of either decoding lane."""

    @property
    def type(self) -> str | None: ...
    @property
    def principal_id(self) -> str | None: ...
    @property
    def account_id(self) -> str | None: ...
    @property
    def user_name(self) -> str | None: ...


class Call(Struct, frozen=True, gc=False):
    """One API call, normalised.

    A replay holds the calls of ten minutes: what many calls share, the entry of the catalogue and the
    places of the ids, stands in one object that all of them point to.

    Attributes
    ----------
    event_id
        ``eventId``, else ``requestId``.
    action, api
        The action and its entry in the catalogue.
    time, at
        ``eventTime`` as ``YYYY-MM-DDThh:mm:ssZ`` and in seconds since 1970 (UTC).
    region
        ``acsRegion``, else ``requestParameters.RegionId``.
    account_id
        ``userIdentity.accountId``, else ``recipientAccountId``; the order of Alibaba Cloud's own SQL
        (docs/sources.md, Events). Where the envelope names one, ``recipientAccountId``, which has to be the
        same, else ``userIdentity.accountId``, which has to be so, too, else the envelope's.
    console
        Whether the call was made in a console.
    platform
        Whether the platform itself made it.
    response
        The ids and addresses the call gave back, in the same shapes as the parameters.
    named, places
        The ids of the targets, and what each stands for; `targets` and `ids` read them.
    forgeable
        Arrived by a way that anybody with access to a bucket or a function can write to.
    memo
        `once`'s.
    """

    event_id: str
    action: str
    api: Api
    outcome: Outcome
    error_code: str | None
    time: str
    at: float
    region: str
    account_id: str | None
    request_id: str | None
    caller: Caller
    console: bool
    platform: bool
    parameters: Parameters
    response: Mapping[str, tuple[str, ...]]
    named: tuple[str, ...]
    places: Places
    forgeable: bool = False

    memo: dict[Any, Any] = field(default_factory=dict)

    @property
    def product(self) -> str:
        """As in ``ecs``."""
        return self.api.product

    @property
    def name(self) -> str:
        """As in ``DeleteNetworkInterface``."""
        return self.api.name

    @property
    def write(self) -> bool:
        """Whether the call changes something."""
        return self.api.write

    @property
    def targets(self) -> tuple[Target, ...]:
        """The resources the call names, each once in each part, in the order of the catalogue."""
        places = self.places
        return tuple(map(Target, places.kinds, self.named, places.parts))

    def ids(self, kind: str, *parts: Part) -> tuple[str, ...]:
        """The ids of the targets of one kind (in the given parts; all parts when none is given)."""
        key, places = (kind, parts), self.places
        return (places.get(key) or places[key])(self.named)

    def once(self, derive: Callable[[Call], _Derived]) -> _Derived:
        """What ``derive`` makes of this call, made once however many rules ask for it."""
        found: _Derived = self.memo.get(derive, _NOT_YET)
        if found is _NOT_YET:
            found = self.memo[derive] = derive(self)
        return found


_CONSOLE = ("ConsoleOperation", "ConsoleCall")


def call_of(  # noqa: PLR0917 - the fast lane gives all by position
    api: Api,
    event_id: str,
    type: str | None,
    time: str,
    at: float,
    region: str,
    account_id: str | None,
    request_id: str | None,
    error_code: str | None,
    caller: Caller,
    recorded: Mapping[str, Any],
    response: Mapping[str, Any],
    forgeable: bool,
) -> Call:
    """The call behind an event: what both decoding lanes end in.

    Parameters
    ----------
    api
        The catalogue entry.
    type
        ``eventType`` (``ApiCall``, ``ConsoleOperation``, ``AliyunServiceEvent`` …), ``None`` if absent.
    error_code
        ``None`` on success, which events write as an absent key, ``""`` or ``"null"``.
    recorded, response
        ``requestParameters`` and ``responseElements``, of unknown shape; the response may be empty where it
        is not `ANSWERED`.
    event_id, time, at, region, account_id, request_id, caller, forgeable
        As in `Call`.
    """
    reading = reading_of(api.action, tuple(recorded))
    parameters = reading.plan.read(recorded)
    named, places = targets_of(reading, parameters, response)
    return Call(
        event_id,
        api.action,
        api,
        "ok" if error_code is None else outcome_of(error_code),
        error_code,
        time,
        at,
        region,
        account_id,
        request_id,
        caller,
        type in _CONSOLE,
        type == "AliyunServiceEvent" or caller.type == "system",
        parameters,
        given_back(api, response) if response else NOTHING,
        named,
        places,
        forgeable,
    )


def caller_of(who: Who, source_ip: str | None, user_agent: str | None) -> Caller:
    """The caller out of ``userIdentity`` and where the call came from; ``None`` for what is not recorded."""
    type, user_name = intern(who.type or "unknown"), who.user_name
    role = session = None
    if type == "assumed-role" and user_name:
        role, _, session = user_name.partition(":")
        role = intern(role)
    return Caller(type, who.principal_id, who.account_id, user_name, role, session, source_ip, user_agent)
