"""One call answered: signature, faults, RAM, the handler of its API, and the record in the trail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakealiyun import policies
from fakealiyun.errors import ApiError, NotImplementedByTheFake
from fakealiyun.faults import Fault
from fakealiyun.identities import Identity
from fakealiyun.services import Call, Service
from fakealiyun.wire.answers import Answer
from fakealiyun.wire.dialects import RPC, Dialect
from fakealiyun.wire.request import ApiRequest, HttpRequest

if TYPE_CHECKING:
    from fakealiyun.cloud import Cloud


def answered(
    cloud: Cloud, request: ApiRequest, request_id: str, dialect: Dialect
) -> tuple[Answer, Fault | None]:
    """The answer to a request as it arrived, and the fault that struck it, if one did."""
    service = service_of(request)
    caller = cloud.callers.find(request.access_key_id)
    try:
        if caller is None:
            raise ApiError("InvalidAccessKeyId.NotFound", 404, "Specified access key is not found.")
        if cloud.check_signatures:
            dialect.check(request, caller.keys)
        if service is None or request.action not in service.handlers:
            product = service.product if service else request.product or request.version
            raise NotImplementedByTheFake(f"{product}:{request.action} ({request.version})")
        if service.in_process:
            raise NotImplementedByTheFake(f"{service.product} over HTTP; use Cloud.call")
    except ApiError as error:
        return dialect.failure(request_id, request.http, request.host, error), None
    return served(cloud, request, request_id, service, caller, dialect=dialect)


def served(
    cloud: Cloud,
    request: ApiRequest,
    request_id: str,
    service: Service,
    caller: Identity,
    *,
    dialect: Dialect = RPC,
) -> tuple[Answer, Fault | None]:
    """The answer to a request of a known caller for an API that there is."""
    action = f"{service.product}:{request.action}"
    region = cloud.region(request.region if not service.global_service else None, caller.account_id)
    fault = cloud.faults.strike(action, region)
    if fault is not None and fault.drops and not fault.carried_out:
        return Answer(0, b""), fault
    if fault is not None and fault.kind == "stale":
        region = cloud.faults.before(region)
    call = Call(cloud, action, caller, region, request.parameters, request_id, request.http)
    answer = _carried_out(call, service, request, dialect, fault.error if fault is not None else None)
    if fault is not None and fault.kind == "truncated":
        announced = {**answer.headers, "Content-Length": str(len(answer.body))}
        answer = Answer(answer.status, answer.body[: len(answer.body) // 2], announced)
    return answer, fault


def _carried_out(
    call: Call, service: Service, request: ApiRequest, dialect: Dialect, asked: ApiError | None
) -> Answer:
    cloud = call.cloud
    try:
        if asked is not None:
            raise asked
        policies.authorise(call, service.rights.get(request.action))
        cloud.faults.remember(call.action, call.region)
        result = service.handlers[request.action](call)
    except ApiError as error:
        cloud.trail.record(call, service, request, error=error)
        return dialect.failure(call.request_id, request.http, request.host, error)
    cloud.trail.record(call, service, request, fields={} if isinstance(result, Answer) else result)
    return dialect.success(call.request_id, result)


def dialect_of(http: HttpRequest) -> Dialect:
    """The form of a request."""
    from fakealiyun.catalogue import DIALECTS

    return next(one for one in DIALECTS if one.speaks(http))


def service_with(product: str, api: str) -> Service:
    """The service of a product, or with a host of that name, that has an API.

    Raises
    ------
    NotImplementedByTheFake
        There is none.
    """
    having = [one for one in services() if api in one.handlers]
    found = next((one for one in having if product in (one.product, *one.hosts)), None)
    if found is None:
        raise NotImplementedByTheFake(f"{product}:{api}")
    return found


def service_of(request: ApiRequest) -> Service | None:
    """The service of a request, by product and version; by version alone if the address names no product."""
    versioned = [service for service in services() if service.version == request.version]
    for service in versioned:
        if request.product in service.hosts:
            return service
    if request.product is not None:
        return None
    for service in versioned:
        if request.action in service.handlers:
            return service
    return versioned[0] if versioned else None


def services() -> tuple[Service, ...]:
    """Every service of the fake; imported late, for the services know the cloud."""
    from fakealiyun.catalogue import SERVICES

    return SERVICES
