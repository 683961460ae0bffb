"""The fake cloud: accounts, regions, callers, and one way in for every call."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from typing import Any

from fakealiyun.answering import answered, dialect_of, served, service_with, services
from fakealiyun.callers import Callers
from fakealiyun.clock import Clock, Ids
from fakealiyun.documents import Assumptions
from fakealiyun.ecs.models import EcsState
from fakealiyun.errors import ApiError
from fakealiyun.faults import Fault, FaultKind, Faults
from fakealiyun.identities import Identity, Keys
from fakealiyun.ram.models import RamState
from fakealiyun.region import Account, Region
from fakealiyun.services import Service
from fakealiyun.snapshot import snapshot_of
from fakealiyun.trail import Trail
from fakealiyun.vpc.models import VpcState
from fakealiyun.wire.answers import Answer
from fakealiyun.wire.parameters import Parameters, flatten
from fakealiyun.wire.request import ApiRequest, HttpRequest

#: A documentation value.
ACCOUNT = "1234567890123456"


class Dropped(Exception):
    """The connection ends without an answer: a time-out, or a reset."""

    def __init__(self, kind: FaultKind, seconds: float) -> None:
        self.kind = kind
        self.seconds = seconds
        super().__init__(kind)


class Cloud:
    """One fake cloud.

    Parameters
    ----------
    region
        The region of calls that name none.
    account_id
        The account of the callers that `account`, `service` and `role` make.
    clock, ids
        Time and ids; give your own to have the same bytes each time.
    check_signatures
        Refuse calls whose signature is wrong.
    assumptions
        What no document says: error codes of refused prefixes, delays, quotas.
    """

    def __init__(
        self,
        region: str = "cn-hangzhou",
        *,
        account_id: str = ACCOUNT,
        clock: Clock | None = None,
        ids: Ids | None = None,
        check_signatures: bool = False,
        assumptions: Assumptions | None = None,
    ) -> None:
        self.region_id = region
        self.account_id = account_id
        self.clock = clock or Clock()
        self.ids = ids or Ids()
        self.check_signatures = check_signatures
        self.assumptions = assumptions or Assumptions()
        self.faults = Faults()
        self.trail = Trail(self)
        self._accounts: dict[str, Account] = {}
        self._regions: dict[tuple[str, str], Region] = {}
        self.callers = Callers(self)
        self._lock = threading.RLock()

    # -- callers -------------------------------------------------------------------------------------------

    def account(
        self, name: str = "root", *, policy: Mapping[str, Any] | None = None, account_id: str | None = None
    ) -> Keys:
        """Keys of a caller of the account: ``root``, or a RAM user of that name.

        Parameters
        ----------
        policy
            All that the user may do; a new user without one may do everything.
        account_id
            Another account than the cloud's own.

        Raises
        ------
        ValueError
            A policy for root, which may do everything.
        """
        return self.callers.account(name, policy, account_id or self.account_id)

    def service(
        self, trusted_service: str, session: str = "session", *, account_id: str | None = None
    ) -> Keys:
        """Keys of a cloud service that acts through its service-linked role, which is made if need be."""
        return self.callers.service(trusted_service, session, account_id or self.account_id)

    def role(
        self,
        name: str,
        policy: Mapping[str, Any] | None = None,
        session: str = "session",
        *,
        account_id: str | None = None,
    ) -> Keys:
        """Keys of somebody who assumed an ordinary role; a new one without a policy may do everything."""
        return self.callers.role(name, policy, session, account_id or self.account_id)

    def assume(
        self, role: str, session: str, *, service: str | None = None, account_id: str | None = None
    ) -> Keys:
        """Temporary keys for a session of a role that exists.

        Raises
        ------
        ApiError
            ``EntityNotExist.Role``.
        """
        return self.callers.assumed(role, session, service, account_id or self.account_id)

    def identity_of(self, keys: Keys) -> Identity:
        """The caller behind keys.

        Raises
        ------
        KeyError
            The keys are none of this cloud's.
        """
        found = self.callers.find(keys.access_key_id)
        if found is None:
            raise KeyError(keys.access_key_id)
        return found

    # -- state ---------------------------------------------------------------------------------------------

    def region(self, region_id: str | None = None, account_id: str | None = None) -> Region:
        """The state of an account in a region, as it is now; both default to those of the cloud."""
        key = (account_id or self.account_id, region_id or self.region_id)
        with self._lock:
            if key not in self._regions:
                account = self.in_account(key[0])
                self._regions[key] = Region(key[1], account, EcsState(), VpcState())
            self._regions[key].settle(self.clock.now())
            return self._regions[key]

    def in_account(self, account_id: str | None = None) -> Account:
        """What an account has everywhere."""
        key = account_id or self.account_id
        with self._lock:
            if key not in self._accounts:
                self._accounts[key] = Account(key, RamState(key))
            return self._accounts[key]

    def regions_of(self, account_id: str) -> list[Region]:
        """The regions in which an account has been used."""
        with self._lock:
            ids = [region for account, region in self._regions if account == account_id]
            return [self.region(region, account_id) for region in ids]

    def snapshot(self, region_id: str | None = None) -> dict[str, Any]:
        """The state of a region as a state snapshot: describe items by kind."""
        with self._lock:
            return snapshot_of(self, self.region(region_id))

    def reset(self) -> None:
        """Forget all state, events and faults; callers keep their keys, and RAM keeps what it has."""
        with self._lock:
            self._accounts = {key: Account(key, account.ram) for key, account in self._accounts.items()}
            self._regions.clear()
        self.faults.clear()
        self.trail.clear()

    # -- faults --------------------------------------------------------------------------------------------

    def fail(
        self,
        action: str,
        *,
        code: str | None = None,
        status: int = 400,
        message: str = "A fault was asked for.",
        kind: FaultKind = "error",
        retry_after: int | None = None,
        seconds: float = 0.0,
        times: int | None = 1,
        carried_out: bool = False,
    ) -> None:
        """Let the next calls of an action fail.

        Parameters
        ----------
        action
            As in ``ecs:DescribeNetworkInterfaces``; ``ecs:*`` for all of a service, ``*`` for any.
        code, status, message, retry_after
            The error answer, for ``kind="error"``; ``retry_after`` (milliseconds) makes it a throttling.
        kind
            ``error``, ``timeout``, ``reset``, ``truncated`` (the body is cut), ``slow`` (answers after
            ``seconds``), ``stale`` (a read after a write shows the state before it; ask before the write).
        seconds
            For ``slow``; for ``timeout`` how long the server keeps silent before it closes the connection.
        times
            How many calls; ``None`` for all.
        carried_out
            With ``timeout`` or ``reset``: the call is carried out and only its answer is lost.

        Raises
        ------
        ValueError
            The fake has no such action, so that the fault would never strike.
        """
        known = {f"{one.product}:{name}" for one in services() for name in (*one.handlers, "*")}
        if action != "*" and action not in known:
            raise ValueError(f"fakealiyun has no action {action!r}, so it cannot fail.")
        error = ApiError(code or "InternalError", status, message, retry_after=retry_after)
        self.faults.add(action, Fault(kind, error if kind == "error" else None, seconds, times, carried_out))

    # -- calls ---------------------------------------------------------------------------------------------

    def handle(self, http: HttpRequest, *, patience: float | None = None) -> Answer:
        """Answer one HTTP request.

        Parameters
        ----------
        http
            What arrived.
        patience
            Seconds that the client waits; a slow answer comes no later. ``None`` where the client sees to it.

        Raises
        ------
        Dropped
            A fault ends the connection without an answer.
        """
        request_id = self.ids.request()
        dialect = dialect_of(http)
        try:
            request = dialect.read(http)
        except ApiError as error:
            return dialect.failure(request_id, http, "", error)
        with self._lock:
            answer, fault = answered(self, request, request_id, dialect)
        if fault is not None and fault.drops:
            raise Dropped(fault.kind, fault.seconds)
        if fault is not None and fault.kind == "slow":
            if patience is not None and patience < fault.seconds:
                time.sleep(patience)
                raise Dropped("timeout", patience)
            time.sleep(fault.seconds)
        return answer

    def call(
        self,
        action: str,
        keys: Keys,
        region: str | None = None,
        *,
        payload: bytes = b"",
        **parameters: Any,
    ) -> Mapping[str, Any]:
        """Make a call without HTTP, for setting a scene.

        Parameters
        ----------
        action, keys, region
            As in ``ecs:DescribeNetworkInterfaces``; who calls, and where.
        payload
            The body of calls that send data, as PutObject does.
        parameters
            In flat form (``**{"Tag.1.Key": "team"}``), or as lists and mappings (``Tag=[{"Key": "team"}]``).

        Raises
        ------
        ApiError
            What the API answers instead.
        Dropped
            A fault leaves the call without an answer.
        """
        product, _, name = action.partition(":")
        service = service_with(product, name)
        host = f"{service.hosts[0]}.{region or self.region_id}.aliyuncs.com"
        http = HttpRequest("POST", f"https://{host}/", {}, payload)
        request = ApiRequest(
            product=product,
            version=service.version,
            action=name,
            region=region or self.region_id,
            parameters=Parameters({"RegionId": region or self.region_id, **flatten(parameters)}),
            access_key_id=keys.access_key_id,
            token=keys.token,
            host=host,
            user_agent="fakealiyun",
            source_ip="203.0.113.10",
            http=http,
        )
        return self._called(request, service, keys)

    def _called(self, request: ApiRequest, service: Service, keys: Keys) -> Mapping[str, Any]:
        with self._lock:
            answer, fault = served(self, request, self.ids.request(), service, self.identity_of(keys))
        if fault is not None and (fault.drops or fault.kind == "truncated"):
            raise Dropped(fault.kind, fault.seconds)
        if answer.status < 400 and not answer.is_json:
            return {"Body": answer.body, "Headers": dict(answer.headers)}
        body: dict[str, Any] = json.loads(answer.body)
        if answer.status >= 400:
            raise ApiError(body["Code"], answer.status, body["Message"])
        return body
