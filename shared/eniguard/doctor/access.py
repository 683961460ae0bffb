"""Who asks, by which clock, and which member accounts can be looked into."""

from __future__ import annotations

from collections.abc import Iterator
from email.utils import parsedate_to_datetime

from eniguard.cloud import Client
from eniguard.doctor.answers import Identity, read
from eniguard.doctor.check import Check, asked, not_configured, ok, unknown, wrong
from eniguard.doctor.setup import Setup
from eniguard.errors import CloudError, ConfigError, Denied

#: Seconds that a clock may be off. Requests are refused from 15 minutes on (docs/sources.md, API); a clock
#: that is off by more than a few minutes drifts there.
_OFF = 300.0


def credentials(setup: Setup) -> Iterator[Check]:
    """Whose keys these are."""
    try:
        caller = setup.caller
    except ConfigError as error:
        yield wrong("credentials", str(error), "configure credentials, and ask again")
        return
    except Denied as error:
        yield wrong(
            "credentials", f"the keys of {setup.keys_from} were refused: {error.code}", "renew the keys"
        )
        return
    yield ok(
        "credentials", f"{caller.arn or 'somebody'} of account {caller.account_id}, by {setup.keys_from}"
    )


def clock(setup: Setup) -> Iterator[Check]:
    """How far the clock of this machine is off that of the cloud."""
    advice = "let this machine keep its time by NTP"
    try:
        said = setup.answered_at
    except CloudError as error:
        if not (error.code or "").lower().startswith("invalidtimestamp"):
            raise
        yield wrong("clock", "the cloud refuses the time of this machine", advice)
        return
    if said is None:
        yield unknown("clock", "the answer of STS has no date", "compare the clock with another machine")
        return
    off = setup.clock() - parsedate_to_datetime(said).timestamp()
    found = f"{abs(off):.0f} seconds {'ahead of' if off > 0 else 'behind'} the cloud"
    yield ok("clock", found) if abs(off) <= _OFF else wrong("clock", found, advice)


def members(setup: Setup) -> Iterator[Check]:
    """Whether the roles in member accounts can be assumed."""
    if not setup.policy.accounts:
        yield not_configured(
            "account", "guard.yml names no member account", "name them under accounts, if there are any"
        )
    for account in setup.policy.accounts:
        yield from asked(f"account/{account}", _member, setup, account)


def _member(setup: Setup, account: str) -> Iterator[Check]:
    check, role = f"account/{account}", setup.policy.account_roles.get(account)
    if account == setup.caller.account_id:
        yield ok(check, "it is the account that the guard runs in")
        return
    if role is None:
        yield not_configured(
            check,
            "no role is named for it: nothing can be looked up there",
            f"name one as role under accounts in guard.yml, that trusts account {setup.caller.account_id}",
        )
        return
    client = setup.accounts(setup.caller.account_id, setup.policy.account_roles)(account)
    if client is None or (code := refused(client)) is None:
        yield ok(check, f"{role} can be assumed by {setup.caller.arn}")
        return
    yield wrong(
        check,
        f"{role} of account {account} cannot be assumed by {setup.caller.arn}: {code}",
        f"make the role in that account (eniguard generate ram-policy --account {account}), let it trust "
        f"whoever runs eniguard doctor as well, and allow sts:AssumeRole on acs:ram:*:{account}:role/{role}",
    )


def refused(client: Client) -> str | None:
    """The code by which STS refuses the role of a client; ``None`` when it can be assumed."""
    try:
        read(client, "sts", "GetCallerIdentity", Identity)
    except CloudError as error:
        if error.action == "AssumeRole" and error.code is not None:
            return error.code
        raise
    return None
