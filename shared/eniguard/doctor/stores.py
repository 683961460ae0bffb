"""The state store, and the canary that is noted there."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from eniguard.doctor.check import Check, asked, not_configured, ok, unknown, wrong
from eniguard.doctor.setup import Setup
from eniguard.errors import ConfigError, StateError
from eniguard.own_calls.sightings import CANARY_WAYS, Seen, last_seen
from eniguard.settings import CanaryWay

_STATE = "name a store of Tablestore or Redis as url in the section state of guard.yml"
#: Seconds for which the trial entry stays when nobody takes it away.
_TRIAL = 60.0
#: Seconds after which the canary is late: four sweeps of 15 minutes, and no way takes longer than one of them
#: (docs/sources.md, Delivery).
_LATE = 3600.0
#: What has to be at work for each way, to look at when the canary does not come.
_BEHIND = {
    "eventbridge": "the checks linked-role and event-rule",
    "sls": "the checks trail and function of trail_log",
    "oss": "the checks trail and function of trail_file",
    "lookup": "the check function of sweep",
}
_TO_HAVE = {
    "eventbridge": "for the fast path, name an event rule under guard.event_rules",
    "sls": "for the path of record, name trail_log under guard.functions",
    "oss": "for the archive of a trail, name trail_file under guard.functions",
    "lookup": "to fill gaps, name sweep under guard.functions",
}
_KIND = {"sls": "trail_log", "oss": "trail_file", "lookup": "sweep"}


def store(setup: Setup) -> Iterator[Check]:
    """Whether there is a store that functions can use, and whether it takes and gives."""
    if setup.policy.state is None:
        if setup.policy.guard.functions:
            yield wrong("store/kind", "guard.yml names no store: the functions do not start", _STATE)
        else:
            yield not_configured("store/kind", "guard.yml names no store", _STATE)
        return
    yield from asked("store/kind", _kind, setup)
    yield from asked("store/access", _access, setup)


def _kind(setup: Setup) -> Check:
    """Whether it is one that a deployed function takes."""
    if not setup.policy.guard.functions:
        return ok("store/kind", "no function is deployed that could not use it")
    try:
        with setup.store(deployed=True):
            return ok("store/kind", "deployed functions can use it")
    except ConfigError as error:
        return wrong("store/kind", str(error), _STATE)
    except StateError:
        return ok("store/kind", "deployed functions may use it")


def _access(setup: Setup) -> Check:
    check, advice = "store/access", "look at its address, its network and its keys"
    key = f"doctor/{uuid.uuid4()}"
    try:
        with setup.store() as store:
            made = store.create(key, b"trial", ttl=_TRIAL)
            item = store.get(key)
            gone = item is not None and store.delete(key, version=item.version)
    except (StateError, ConfigError) as error:
        return wrong(check, str(error), advice)
    if made is None or item is None or item.value != b"trial" or not gone:
        return wrong(check, "it did not give back what was put there", advice)
    return ok(check, "an entry was put there, read and taken away again")


def canary(setup: Setup) -> Iterator[Check]:
    """When the canary was last seen by each way that the guard has."""
    if setup.policy.state is None:
        yield not_configured("canary", "it is noted in the state store, and there is none", _STATE)
        return
    try:
        with setup.store() as store:
            seen = last_seen(store)
    except (StateError, ConfigError) as error:
        yield unknown("canary", f"the state store does not tell: {error}", "see the check store")
        return
    for way in CANARY_WAYS:
        yield _way(setup, way, seen.get(way))


def _way(setup: Setup, way: CanaryWay, seen: Seen | None) -> Check:
    check = f"canary/{way}"
    if not _used(setup, way):
        return not_configured(check, "guard.yml names nothing that brings events by this way", _TO_HAVE[way])
    advice = f"look at {_BEHIND[way]}; the sweep sends the canary"
    if seen is None:
        return wrong(check, "the canary was never seen by this way", advice)
    late = f"{seen.at - seen.called:.0f} seconds after the call"
    age = setup.clock() - seen.called
    found = f"last seen of a call {age / 60:.0f} minutes ago, {late}"
    return ok(check, found) if age <= _LATE else wrong(check, found, advice)


def _used(setup: Setup, way: CanaryWay) -> bool:
    if way == "eventbridge":
        return bool(setup.policy.guard.event_rules)
    return bool(setup.functions_of(_KIND[way]))
