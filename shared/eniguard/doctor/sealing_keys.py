"""The secrets of putting things back: they are there, are long enough, and no two of them are one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from msgspec import Struct

from eniguard.doctor.check import Check, asked, ok, unknown, wrong
from eniguard.doctor.setup import Setup
from eniguard.errors import ConfigError, NotFound
from eniguard.remediation.seal import LEAST_KEY
from eniguard.settings import Policy
from eniguard.settings.approving import Keys

_MAKE = "openssl rand -hex 32 makes one"


class Reference(Struct, frozen=True):
    """A secret of guard.yml: what it is for, where it stands under ``remediation``, and its reference."""

    use: str
    place: str
    reference: str


def references(policy: Policy) -> list[Reference]:
    """The secrets that guard.yml names for decisions and for the page."""
    settings, approval = policy.remediation, policy.remediation.approval
    found = list(_both("keys", settings.keys))
    if approval is not None:
        found += _both("approval/link_keys", approval.link_keys)
        found += _both("approval/session_keys", approval.session_keys)
        found.append(Reference("client_secret", "approval/client_secret", approval.client_secret))
    return found


def sealing_keys(setup: Setup) -> Iterator[Check]:
    """One check for each key, and one on whether they are different ones."""
    values: dict[Reference, str] = {}
    named = references(setup.policy)
    for one in named:
        yield from asked(f"remediation/{one.place}", _key, setup, one, values)
    yield _apart(named, values)


def _both(place: str, keys: Keys | None) -> Iterator[Reference]:
    if keys is None:
        return
    use = place.rpartition("/")[2]
    yield Reference(use, f"{place}/current", keys.current)
    if keys.previous is not None:
        yield Reference(use, f"{place}/previous", keys.previous)


def _key(setup: Setup, one: Reference, values: dict[Reference, str]) -> Check:
    """Whether a secret can be read and is long enough; its value is put down, and told to nobody."""
    check = f"remediation/{one.place}"
    try:
        value = setup.secret(one.reference)
    except NotFound:
        found = f"KMS has no secret of the name of {one.reference} in {setup.region}"
        return wrong(check, found, f"put a key of {LEAST_KEY} characters or more there: {_MAKE}")
    except ConfigError as error:
        if not one.reference.startswith("env:"):
            return wrong(check, str(error), f"put a key of {LEAST_KEY} characters or more there: {_MAKE}")
        return unknown(
            check,
            f"{one.reference} is a variable of the functions, and is not set here",
            "set it here to what it is there, and ask again; or keep it in KMS, as kms:NAME",
        )
    values[one] = value
    length = len(value.encode())
    if length < LEAST_KEY and one.use != "client_secret":
        return wrong(check, f"it has {length} bytes; {LEAST_KEY} are needed", f"put another there: {_MAKE}")
    return ok(check, "it can be read" if one.use == "client_secret" else "it can be read, and is long enough")


def _apart(named: list[Reference], values: dict[Reference, str]) -> Check:
    check = "remediation/keys/apart"
    same = [
        f"{a.place} and {b.place}"
        for a, b in combinations(values, 2)
        if a.use != b.use and values[a] == values[b]
    ]
    if same:
        return wrong(
            check,
            f"one and the same secret: {', '.join(same)}",
            "make each a secret of its own: what sends alerts knows the keys of links, and is not to approve",
        )
    if len(values) < len(named):
        return unknown(check, "not all of them can be read", "see the checks of each")
    return ok(check, "each is a secret of its own")
