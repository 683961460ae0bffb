"""``TrailEvent``: what ActionTrail recorded, defined once.

Everything that the fast lane does not take goes through this model, and its messages are what a user reads
about an event that cannot be judged. It types only the fields that something reads: a field nobody looks at
is no reason to refuse an event.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from eniguard.errors import InputError
from eniguard.events.calls import Call, call_of, caller_of
from eniguard.events.catalog import Api
from eniguard.events.header import NO_ERROR
from eniguard.events.routes import NAMES, Reason, api_for, api_without_service, not_a_call
from eniguard.events.times import parsed

_NO_NAME = "eventName is missing; expected the name of an API, as in DeleteNetworkInterface"


def _named(name: str) -> Any:
    """An optional field under its camelCase name and, as in platform exports, under its PascalCase name."""
    return Field(default=None, validation_alias=AliasChoices(name, name[:1].upper() + name[1:]))


def _blank_is_absent(value: object) -> object:
    return None if value == "" else value


def _success_is_absent(value: object) -> object:
    return None if isinstance(value, str) and value in NO_ERROR else value


def _account(value: object) -> object:
    """Account ids are texts of digits; ``stsTokenPlayerUid`` shows that they come as numbers too."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return _blank_is_absent(value)


def _nested(value: object) -> object:
    """An object, also as JSON text; the empty forms of a missing object become ``None``."""
    if isinstance(value, str) and value.strip() in ("", "null"):
        return None
    if isinstance(value, str):
        try:
            value = msgspec.json.decode(value)
        except (msgspec.MsgspecError, RecursionError):
            raise ValueError("is a text that does not hold JSON") from None
    return None if value == [] else value


def _nested_or_nothing(value: object) -> object:
    """As :func:`_nested`; a response of another shape names no resource, so nothing is lost with it."""
    try:
        found = _nested(value)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


Text = Annotated[str | None, BeforeValidator(_blank_is_absent)]
AccountId = Annotated[str | None, BeforeValidator(_account)]
ErrorCode = Annotated[str | None, BeforeValidator(_success_is_absent)]
Object = Annotated[dict[str, Any] | None, BeforeValidator(_nested)]
Response = Annotated[dict[str, Any] | None, BeforeValidator(_nested_or_nothing)]


class TrailIdentity(BaseModel):
    """``userIdentity``: who called, in any of the identity types."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    type: Text = _named("type")
    principal_id: AccountId = _named("principalId")
    account_id: AccountId = _named("accountId")
    user_name: Text = _named("userName")


class TrailEvent(BaseModel):
    """One event as ActionTrail records it, in every spelling seen (docs/sources.md, Events).

    Names may be camelCase or PascalCase; ``userIdentity``, ``requestParameters`` and ``responseElements``
    may be objects or JSON texts, and the parameters may stand only in ``requestParameterJson``. Unknown
    fields are ignored.
    """

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    event_id: Text = _named("eventId")
    event_name: Text = _named("eventName")
    service_name: Text = _named("serviceName")
    event_type: Text = _named("eventType")
    event_time: Text = _named("eventTime")
    acs_region: Text = _named("acsRegion")
    request_id: Text = _named("requestId")
    recipient_account_id: AccountId = _named("recipientAccountId")
    source_ip_address: Text = _named("sourceIpAddress")
    user_agent: Text = _named("userAgent")
    error_code: ErrorCode = _named("errorCode")
    user_identity: Annotated[TrailIdentity | None, BeforeValidator(_nested)] = _named("userIdentity")
    request_parameters: Object = _named("requestParameters")
    request_parameter_json: Any = _named("requestParameterJson")
    response_elements: Response = _named("responseElements")
    referenced_resources: Response = _named("referencedResources")

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> TrailEvent:
        """The event with these top-level fields.

        Raises
        ------
        InputError
            A field that something reads has the wrong type; the message names it.
        """
        try:
            return cls.model_validate(fields)
        except ValidationError as error:
            raise InputError(_complaint(error)) from None

    def parameters(self) -> dict[str, Any]:
        """The request parameters, from whichever field holds them; the JSON copy is read only if needed.

        Events of OSS have none and name the bucket among the resources they refer to: for an event without
        parameters these stand in, by resource type (docs/sources.md, Events).

        Raises
        ------
        InputError
            Only the JSON copy is there, and it cannot be read.
        """
        if self.request_parameters:
            return self.request_parameters
        try:
            found = _nested(self.request_parameter_json)
        except ValueError as error:
            raise InputError(f"requestParameterJson {error}; expected an object") from None
        if found is not None and not isinstance(found, dict):
            raise InputError(f"requestParameterJson is {kind_of(found)}; expected an object")
        return found or self.referenced_resources or {}

    @property
    def account_id(self) -> str | None:
        """The account of the caller, else the one that received the event (docs/sources.md, Events)."""
        identity = self.user_identity
        return (identity.account_id if identity else None) or self.recipient_account_id

    def call(self, api: Api, *, account_id: str | None, forgeable: bool) -> Call:
        """The call in the form both lanes produce.

        Parameters
        ----------
        api
            The catalogue entry.
        account_id
            The account the call is of.
        forgeable
            See :class:`~eniguard.events.calls.Call`.

        Raises
        ------
        InputError
            The event lacks an id, a time or a region.
        """
        parameters = self.parameters()
        region = self.acs_region or parameters.get("RegionId")
        event_id = self.event_id or self.request_id
        if not event_id:
            raise InputError("eventId and requestId are missing; expected at least one of them")
        if not isinstance(region, str) or not region:
            raise InputError("acsRegion and requestParameters.RegionId are missing; expected one of them")
        time, at = self._time()
        return call_of(
            api,
            event_id=event_id,
            type=self.event_type,
            time=time,
            at=at,
            region=region,
            account_id=account_id,
            request_id=self.request_id,
            error_code=self.error_code,
            caller=caller_of(self.user_identity or TrailIdentity(), self.source_ip_address, self.user_agent),
            recorded=parameters,
            response=self.response_elements or {},
            forgeable=forgeable,
        )

    def _time(self) -> tuple[str, float]:
        expected = "expected a time such as 2025-07-07T01:39:09Z"
        if self.event_time is None:
            raise InputError(f"eventTime is missing; {expected}")
        try:
            return parsed(self.event_time)
        except ValueError as error:
            raise InputError(f"eventTime {self.event_time[:40]!r}: {error}; {expected}") from None


def _spellings(model: type[BaseModel]) -> frozenset[str]:
    found: set[str] = set()
    for field in model.model_fields.values():
        if isinstance(field.validation_alias, AliasChoices):
            found.update(str(choice) for choice in field.validation_alias.choices)
    return frozenset(found)


#: Every top-level name the model reads.
SPELLINGS = _spellings(TrailEvent)


def values_of(fields: Mapping[str, msgspec.Raw]) -> dict[str, Any]:
    """The fields the model reads, decoded; the others stay unread, whatever is in them."""
    return {name: msgspec.json.decode(raw) for name, raw in fields.items() if name in SPELLINGS}


def routed(fields: Mapping[str, msgspec.Raw]) -> Api | Reason:
    """The catalogue entry of an event, or why it is none of our business, before anything else is judged.

    Raises
    ------
    InputError
        The fields that decide it are missing or no texts.
    """
    name = _word(fields, "eventName")
    if not name:
        if SPELLINGS.isdisjoint(fields):
            found = ", ".join(repr(field[:40]) for field in sorted(fields)[:5]) or "no fields"
            raise InputError(f"no ActionTrail event: it has {found}; expected eventName, or an envelope")
        raise InputError(_NO_NAME)
    if name not in NAMES:
        return not_a_call(None, name) or "other_call"
    service = _word(fields, "serviceName")
    api = api_for(service, name) if service else api_without_service(_endpoint(fields), name)
    reason = not_a_call(_word(fields, "eventType"), name)
    return reason or api or "other_call"


def _word(fields: Mapping[str, msgspec.Raw], name: str) -> str | None:
    spelling = name if name in fields else name[:1].upper() + name[1:]
    value = msgspec.json.decode(fields[spelling]) if spelling in fields else None
    if value is not None and not isinstance(value, str):
        raise InputError(f"{spelling} is {kind_of(value)}; expected a text")
    return value


def _endpoint(fields: Mapping[str, msgspec.Raw]) -> str | None:
    """``eventSource``, which is read only where ``serviceName`` is missing."""
    raw = fields.get("eventSource") or fields.get("EventSource")
    found = None if raw is None else msgspec.json.decode(raw)
    return found if isinstance(found, str) else None


_TYPES = (
    (bool, "true or false"),
    ((int, float), "a number"),
    (str, "a text"),
    (list, "a list"),
    (dict, "an object"),
)


def kind_of(value: object) -> str:
    """The JSON type of a value, for messages."""
    return next((name for types, name in _TYPES if isinstance(value, types)), "null")


def _complaint(error: ValidationError) -> str:
    parts = []
    for found in error.errors(include_url=False, include_context=False):
        field = ".".join(str(part) for part in found["loc"])
        if found["type"] == "value_error":
            parts.append(f"{field} {found['msg'].removeprefix('Value error, ')}; expected an object")
            continue
        expected = "a text" if found["type"] == "string_type" else "an object"
        parts.append(f"{field} is {kind_of(found['input'])}; expected {expected}")
    return ", ".join(parts)
