"""The client of each account: the own one, and member accounts through a role in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from eniguard.cloud.assumed_role import AssumedRole
from eniguard.cloud.client import Client
from eniguard.cloud.credentials import CredentialsProvider


class Accounts:
    """Gives the client of an account; each is made once.

    Parameters
    ----------
    own
        The id of the account that the guard runs in.
    client
        The client of that account.
    roles
        Names of the roles to assume, by the ids of member accounts.
    make
        Makes the client of a member account from its credentials.

    Examples
    --------
    ::

        accounts = Accounts(
            "1234567890123456",
            client,
            {"1234567890123499": "eniguard-reader"},
            lambda credentials: Client(credentials, region="cn-hangzhou"),
        )
        source = LiveSource(accounts)
    """

    def __init__(
        self,
        own: str,
        client: Client,
        roles: Mapping[str, str],
        make: Callable[[CredentialsProvider], Client],
        *,
        assume: Callable[[Client, str], CredentialsProvider] = AssumedRole,
    ) -> None:
        self._client = client
        self._roles = roles
        self._make = make
        self._assume = assume
        self._members: dict[str, Client] = {}
        self._own = own

    @property
    def own(self) -> Client:
        """The client of the account that the guard runs in."""
        return self._client

    def __call__(self, account: str) -> Client | None:
        """The client of an account, ``None`` for one without a role; an empty id is the own account."""
        if not account or account == self._own:
            return self._client
        role = self._roles.get(account)
        if role is None:
            return None
        if account not in self._members:
            arn = f"acs:ram::{account}:role/{role}"
            self._members[account] = self._make(self._assume(self._client, arn))
        return self._members[account]
