"""Who calls the fake cloud: keys by name, by service, by role, and the identities behind them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from fakealiyun.identities import Identity, Keys

if TYPE_CHECKING:
    from fakealiyun.cloud import Cloud
    from fakealiyun.ram.models import RamState, Role


class Callers:
    """The callers of one cloud, by access key."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._callers: dict[str, Identity] = {}

    def find(self, access_key_id: str) -> Identity | None:
        """The caller with an access key, or ``None``."""
        return self._callers.get(access_key_id)

    def account(self, name: str, policy: Mapping[str, Any] | None, account_id: str) -> Keys:
        """Keys of the root of an account (``root``), or of a RAM user of that name.

        Raises
        ------
        ValueError
            A policy for root, which may do everything.
        """
        if name == "root":
            if policy is not None:
                raise ValueError("The root of an account may do everything; a policy needs a RAM user.")
            return self._add(Identity("root-account", account_id, account_id, "root", self._keys("LTAI")))
        user = self._ram(account_id).user(self._cloud, name, policy)
        return self._add(Identity("ram-user", account_id, user.id, user.name, self._keys("LTAI")))

    def service(self, trusted_service: str, session: str, account_id: str) -> Keys:
        """Keys of a cloud service in its service-linked role, which is made if need be."""
        role = self._ram(account_id).linked_role(self._cloud, trusted_service)
        return self.session(role, session, service=trusted_service)

    def role(self, name: str, policy: Mapping[str, Any] | None, session: str, account_id: str) -> Keys:
        """Keys of somebody in an ordinary role, which is made if need be."""
        return self.session(self._ram(account_id).ordinary_role(self._cloud, name, policy), session)

    def assumed(self, name: str, session: str, service: str | None, account_id: str) -> Keys:
        """Keys of a session in a role that exists; ``service`` is the cloud service behind it.

        Raises
        ------
        ApiError
            ``EntityNotExist.Role``.
        """
        return self.session(self._ram(account_id).roles.get(name), session, service=service)

    def session(
        self,
        role: Role,
        session: str,
        *,
        service: str | None = None,
        assumed_by: Identity | None = None,
        policy: Mapping[str, Any] | None = None,
        seconds: int | None = None,
    ) -> Keys:
        """Temporary keys for a session in a role.

        Parameters
        ----------
        service
            The cloud service behind the session.
        assumed_by
            Who asked STS for it.
        policy
            What the session may do at most, beside the policies of the role.
        seconds
            How long the keys are valid; ``None`` for always.
        """
        now = self._cloud.clock.now()
        return self._add(
            Identity(
                "assumed-role",
                role.account_id,
                f"{role.id}:{session}",
                f"{role.name}:{session}",
                self._keys("STS."),
                role=role.name,
                session=session,
                service=service,
                since=now,
                expires=None if seconds is None else now + timedelta(seconds=seconds),
                policy=policy,
                assumed_by=assumed_by,
            )
        )

    def _ram(self, account_id: str) -> RamState:
        return self._cloud.in_account(account_id).ram

    def _keys(self, prefix: str) -> Keys:
        number = self._cloud.ids.number("access key")
        token = f"fake-token-{number:08d}" if prefix == "STS." else None
        return Keys(f"{prefix}fake{number:012d}", secrets.token_hex(16), token)

    def _add(self, identity: Identity) -> Keys:
        self._callers[identity.keys.access_key_id] = identity
        return identity.keys
