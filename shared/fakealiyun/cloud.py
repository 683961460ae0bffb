"""The fake cloud: accounts, regions, callers, and one way in for every call."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Mapping
from typing import Any

from fakealiyun import policies
from fakealiyun.clock import Clock, Ids
from fakealiyun.documents import Assumptions
from fakealiyun.ecs.models import EcsState
from fakealiyun.errors import ApiError, NotImplementedByTheFake
from fakealiyun.faults import Fault, FaultKind, Faults
from fakealiyun.identities import Identity, IdentityType, Keys
from fakealiyun.ram.models import RamState
from fakealiyun.region import Account, Region
from fakealiyun.services import Call, Service
from fakealiyun.snapshot import snapshot_of
from fakealiyun.trail import Trail
from fakealiyun.vpc.models import VpcState
from fakealiyun.wire import answers, signature
from fakealiyun.wire.answers import Answer
from fakealiyun.wire.parameters import Parameters
from fakealiyun.wire.request import ApiRequest, HttpRequest, read

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
        self._callers: dict[str, Identity] = {}
        self._lock = threading.RLock()

    # -- callers -------------------------------------------------------------------------------------------

    def account(self, name: str = "root") -> Keys:
        """Keys of a caller of the account: ``root``, or a RAM user of that name."""
        kind: IdentityType = "root-account" if name == "root" else "ram-user"
        principal = self.account_id if name == "root" else f"2000000000{self.ids.number('user'):08d}"
        return self._known(kind, principal, name, "LTAI")

    def service(self, trusted_service: str, session: str = "session") -> Keys:
        """Keys of a cloud service that acts through its service-linked role, which is made if need be."""
        role = self._account(self.account_id).ram.linked_role(self, trusted_service)
        return self.assume(role.name, session, service=trusted_service)

    def role(self, name: str, policy: Mapping[str, Any] | None = None, session: str = "session") -> Keys:
        """Keys of somebody who assumed an ordinary role; without a policy it may do everything."""
        self._account(self.account_id).ram.ordinary_role(self, name, policy)
        return self.assume(name, session)

    def assume(self, role: str, session: str, *, service: str | None = None) -> Keys:
        """Temporary keys for a session of a role that exists."""
        principal = f"3000000000{self.ids.number('role session'):08d}:{session}"
        return self._known(
            "assumed-role", principal, f"{role}:{session}", "STS.", role=role, session=session, service=service
        )

    def identity_of(self, keys: Keys) -> Identity:
        """The caller behind keys."""
        return self._callers[keys.access_key_id]

    def _known(self, kind: IdentityType, principal: str, user_name: str, prefix: str, **more: Any) -> Keys:
        number = self.ids.number("access key")
        token = f"fake-token-{number:08d}" if prefix == "STS." else None
        keys = Keys(f"{prefix}fake{number:012d}", secrets.token_hex(16), token)
        self._callers[keys.access_key_id] = Identity(kind, self.account_id, principal, user_name, keys, **more)
        return keys

    # -- state ---------------------------------------------------------------------------------------------

    def region(self, region_id: str | None = None, account_id: str | None = None) -> Region:
        """The state of an account in a region; both default to those of the cloud."""
        key = (account_id or self.account_id, region_id or self.region_id)
        with self._lock:
            if key not in self._regions:
                account = self._account(key[0])
                self._regions[key] = Region(key[1], account, EcsState(), VpcState())
            return self._regions[key]

    def _account(self, account_id: str) -> Account:
        with self._lock:
            if account_id not in self._accounts:
                self._accounts[account_id] = Account(account_id, RamState())
            return self._accounts[account_id]

    def snapshot(self, region_id: str | None = None) -> dict[str, Any]:
        """The state of a region as a state snapshot: describe items by kind."""
        return snapshot_of(self, self.region(region_id))

    def reset(self) -> None:
        """Forget all state, events and faults; callers keep their keys."""
        with self._lock:
            self._accounts.clear()
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
        seconds: float = 0.0,
        times: int | None = 1,
    ) -> None:
        """Let the next calls of an action fail.

        Parameters
        ----------
        action
            As in ``ecs:DescribeNetworkInterfaces``; ``*`` for any.
        code, status, message
            The error answer, for ``kind="error"``.
        kind
            ``error``, ``timeout``, ``reset``, ``truncated`` (the body is cut), ``slow`` (answers after
            ``seconds``), ``stale`` (a read shows the state before the last write).
        times
            How many calls; ``None`` for all.
        """
        error = ApiError(code or "InternalError", status, message) if kind == "error" else None
        self.faults.add(action, Fault(kind, error, seconds, times))

    # -- calls ---------------------------------------------------------------------------------------------

    def handle(self, http: HttpRequest) -> Answer:
        """Answer one HTTP request.

        Raises
        ------
        Dropped
            A fault ends the connection without an answer.
        """
        request_id = self.ids.request()
        try:
            request = read(http)
        except ApiError as error:
            return answers.failure(request_id, "", error)
        with self._lock:
            return self._answer(request, request_id)

    def _answer(self, request: ApiRequest, request_id: str) -> Answer:
        service = _service(request)
        caller = self._callers.get(request.access_key_id)
        try:
            if caller is None:
                raise ApiError("InvalidAccessKeyId.NotFound", 404, "Specified access key is not found.")
            if self.check_signatures:
                signature.check(request.http, caller.keys.access_key_secret)
            if service is None or request.action not in service.handlers:
                product = service.product if service else request.product or request.version
                raise NotImplementedByTheFake(f"{product}:{request.action} ({request.version})")
        except ApiError as error:
            return answers.failure(request_id, request.host, error)
        return self._served(request, request_id, service, caller)

    def _served(self, request: ApiRequest, request_id: str, service: Service, caller: Identity) -> Answer:
        action = f"{service.product}:{request.action}"
        region = self.region(request.region if not service.global_service else None, caller.account_id)
        call = Call(self, action, caller, region, request.parameters, request_id)
        fault = self.faults.strike(action)
        if fault is not None and fault.kind in ("timeout", "reset"):
            raise Dropped(fault.kind, fault.seconds)
        if fault is not None and fault.kind == "slow":
            time.sleep(fault.seconds)
        try:
            if fault is not None and fault.error is not None:
                raise fault.error
            policies.authorise(call)
            fields = service.handlers[request.action](call)
        except ApiError as error:
            self.trail.record(call, service, request, error=error)
            return answers.failure(request_id, request.host, error)
        self.trail.record(call, service, request, fields=fields)
        answer = answers.success(request_id, fields)
        if fault is not None and fault.kind == "truncated":
            return Answer(answer.status, answer.body[: len(answer.body) // 2], answer.headers)
        return answer

    def call(self, action: str, keys: Keys, region: str | None = None, **parameters: Any) -> Mapping[str, Any]:
        """Make a call without HTTP, for setting a scene; keys with dots go in a mapping: ``**{"Tag.1.Key": "a"}``.

        Raises
        ------
        ApiError
            What the API answers instead.
        """
        product, _, name = action.partition(":")
        service = next((one for one in _services() if one.product == product and name in one.handlers), None)
        if service is None:
            raise NotImplementedByTheFake(action)
        values = {key: _wire(value) for key, value in parameters.items() if value is not None}
        host = f"{service.hosts[0]}.{region or self.region_id}.aliyuncs.com"
        http = HttpRequest("POST", f"https://{host}/", {}, b"")
        request = ApiRequest(
            product=product,
            version=service.version,
            action=name,
            region=region or self.region_id,
            parameters=Parameters({"RegionId": region or self.region_id, **values}),
            access_key_id=keys.access_key_id,
            token=keys.token,
            host=host,
            user_agent="fakealiyun",
            source_ip="203.0.113.10",
            http=http,
        )
        return self._called(request, service, keys)

    def _called(self, request: ApiRequest, service: Service, keys: Keys) -> Mapping[str, Any]:
        import json

        with self._lock:
            answer = self._served(request, self.ids.request(), service, self._callers[keys.access_key_id])
        body: dict[str, Any] = json.loads(answer.body)
        if answer.status >= 400:
            raise ApiError(body["Code"], answer.status, body["Message"])
        return body


def _wire(value: object) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _services() -> tuple[Service, ...]:
    from fakealiyun.catalogue import SERVICES

    return SERVICES


def _service(request: ApiRequest) -> Service | None:
    """The service a request is for: by its host, else by version and API name together."""
    for service in _services():
        if request.product in service.hosts and request.version == service.version:
            return service
    for service in _services():
        if request.version == service.version and request.action in service.handlers:
            return service
    return None
