"""The ActionTrail event of one call, in the shape of those that are public (docs/sources.md, Events).

camelCase, request parameters flattened and as texts, identities as the samples have them: no access key
secrets, no tokens, no passwords.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from fakealiyun.clock import text_of
from fakealiyun.errors import ApiError
from fakealiyun.identities import Identity, service_number
from fakealiyun.services import Call, Fields, Service, reads
from fakealiyun.wire.request import ApiRequest

Event = dict[str, Any]

#: Resource types by the start of an id (ActionTrail names them so since 2021-02-28).
_TYPES = {
    "i": "ACS::ECS::Instance",
    "eni": "ACS::ECS::NetworkInterface",
    "sg": "ACS::ECS::SecurityGroup",
    "pl": "ACS::ECS::PrefixList",
    "vpc": "ACS::VPC::VPC",
    "vsw": "ACS::VPC::VSwitch",
    "eip": "ACS::EIP::EipAddress",
    "ipv6": "ACS::VPC::Ipv6Address",
    "ipv6gw": "ACS::VPC::Ipv6Gateway",
}
#: Resource types by the parameter that names one.
_TYPES_BY_NAME = {
    "RoleName": "ACS::RAM::Role",
    "UserName": "ACS::RAM::User",
    "PolicyName": "ACS::RAM::Policy",
    "bucket": "ACS::OSS::Bucket",
}
_ID = re.compile(r"(?P<start>[a-z0-9]+)-[a-z0-9]+\Z")
#: How the names of parameters and answer fields end that a trail must not hold.
_SECRETS = ("Password", "UserData", "AccessKeySecret", "SecurityToken", "SecretData")


def event_of(
    call: Call, service: Service, request: ApiRequest, fields: Fields | None, error: ApiError | None
) -> Event:
    """The event of a call with its answer: ``fields`` of a success, or an ``error``."""
    write = not reads(call.action)
    shown = dict(_without_secrets(request.parameters.values.items()))
    event: Event = {
        "eventId": call.request_id,
        "eventVersion": "1",
        "eventName": request.action,
        "eventSource": _source(service, request),
        "eventType": "ApiCall",
        "eventRW": "Write" if write else "Read",
        "eventCategory": "Management",
        "eventTime": call.cloud.clock.text(),
        "serviceName": service.name,
        "apiVersion": service.version,
        "acsRegion": call.region.id,
        "isGlobal": service.global_service,
        "requestId": call.request_id,
        **({"requestParameters": {**shown, **_noise(call, service)}} if service.shows_parameters else {}),
        "sourceIpAddress": _address(call, request),
        "userAgent": request.user_agent or "fakealiyun",
        "recipientAccountId": call.caller.account_id,
        "userIdentity": identity_of(call),
        "additionalEventData": {"Scheme": request.http.url.partition(":")[0]},
    }
    answered = dict(_clean(fields)) if fields is not None and write else {}
    _add_resources(event, shown, answered)
    if error is not None:
        event["errorCode"], event["errorMessage"] = error.code, error.message
    elif write:
        event["responseElements"] = {"RequestId": call.request_id, **answered}
    return event


def identity_of(call: Call) -> Event:
    """``userIdentity`` of a call."""
    caller = call.caller
    identity: Event = {
        "type": caller.type,
        "accountId": caller.account_id,
        "principalId": caller.principal_id,
        "userName": _user_name(caller, lower_case=call.cloud.assumptions.lower_case_role_names),
        "accessKeyId": caller.keys.access_key_id,
    }
    if caller.since is not None:
        attributes = {"mfaAuthenticated": "false", "creationDate": text_of(caller.since)}
        identity["sessionContext"] = {"attributes": attributes}
    return identity


def _user_name(caller: Identity, *, lower_case: bool) -> str:
    if caller.role is None or not (lower_case and caller.is_service):
        return caller.user_name
    return f"{caller.role.lower()}:{caller.session}"


def _source(service: Service, request: ApiRequest) -> str:
    """The endpoint that was called, which is not the same for every region; behind a server the service's."""
    return request.host if request.host.endswith(".aliyuncs.com") else f"{service.hosts[0]}.aliyuncs.com"


def _address(call: Call, request: ApiRequest) -> str:
    return call.cloud.assumptions.service_address if call.caller.is_service else request.source_ip


def _noise(call: Call, service: Service) -> Event:
    """What the platform puts beside the parameters: who plays a role from another account, among others."""
    noise: Event = {"AcsProduct": service.name, "RequestId": call.request_id}
    caller = call.caller
    if caller.service is not None:
        noise["stsTokenPlayerUid"] = str(service_number(caller.service))
    elif caller.assumed_by is not None and caller.assumed_by.account_id != caller.account_id:
        noise["stsTokenPlayerUid"] = caller.assumed_by.account_id
        noise["stsTokenPrincipalName"] = f"{caller.role}/{caller.session}"
    return noise


def _without_secrets(pairs: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    for key, value in pairs:
        if not key.endswith(_SECRETS):
            yield key, value


def _clean(fields: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """An answer of its own for the event, without secrets."""
    for key, value in _without_secrets(json.loads(json.dumps(fields)).items()):
        yield key, dict(_clean(value)) if isinstance(value, dict) else value


def _add_resources(event: Event, shown: Mapping[str, str], answered: Mapping[str, Any]) -> None:
    """What the call names, by type; and the same as two texts: ``;`` parts types, ``,`` names of one."""
    found: dict[str, list[str]] = {}
    for kind, name in (*_named(shown.items()), *_named(_texts(answered))):
        if name not in found.setdefault(kind, []):
            found[kind].append(name)
    if found:
        event["referencedResources"] = found
        event["resourceType"] = ";".join(found)
        event["resourceName"] = ";".join(",".join(names) for names in found.values())


def _named(pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for key, value in pairs:
        name = re.sub(r"(\.\d+)+\Z", "", key).rpartition(".")[2]
        if name in _TYPES_BY_NAME and value:
            yield _TYPES_BY_NAME[name], value
        elif name.endswith(("Id", "Ids")):
            for one in _listed(value):
                found = _ID.match(one)
                kind = _TYPES.get(found["start"]) if found is not None else None
                if kind is not None:
                    yield kind, one


def _listed(value: str) -> list[str]:
    """The ids of a parameter; some lists are JSON texts."""
    if not value.startswith("["):
        return [value]
    try:
        return [str(one) for one in json.loads(value)]
    except ValueError:
        return []


def _texts(answered: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The ids at the top of an answer, and those of instances that RunInstances made."""
    for key, value in answered.items():
        if isinstance(value, str):
            yield key, value
    for instance in answered.get("InstanceIdSets", {}).get("InstanceIdSet", []):
        yield "InstanceId", instance
