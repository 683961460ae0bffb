"""What a caller of LookupEvents may ask for, and which events answer it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Event = Mapping[str, Any]

#: Keys that go alone (ActionTrail, "How to set the LookupAttribute parameter").
SINGLE_KEYS = frozenset(
    [
        "ServiceName",
        "EventName",
        "User",
        "EventId",
        "ResourceType",
        "ResourceName",
        "EventRW",
        "EventAccessKeyId",
        "SensitiveAction",
        "SourceIpAddress",
        "EventType",
        "RoleName",
    ]
)


def _pairs(first: str, seconds: str) -> set[frozenset[str]]:
    return {frozenset((first, second)) for second in seconds.split()}


#: Keys that go together, in either order (same page).
PAIRS = frozenset(
    _pairs(
        "ServiceName", "EventName User PrincipalId RoleName ResourceName EventRW SensitiveAction EventType"
    )
    | _pairs("ResourceName", "ResourceType EventName User RoleName ServiceName")
    | _pairs("EventType", "EventName")
)


@dataclass(frozen=True)
class Attribute:
    """One condition; compared exactly, with case."""

    key: str
    value: str

    def holds(self, event: Event) -> bool:
        """Whether an event fulfils it."""
        return self.value in _VALUES[self.key](event)


def may_ask(attributes: list[Attribute]) -> bool:
    """Whether these conditions may be asked together: none, one key, or one of the pairs."""
    keys = frozenset(attribute.key for attribute in attributes)
    if len(keys) != len(attributes):
        return False
    return not keys or (len(keys) == 1 and keys <= SINGLE_KEYS) or keys in PAIRS


def _identity(event: Event, key: str) -> str:
    found: str = event["userIdentity"].get(key, "")
    return found


def _user(event: Event) -> list[str]:
    return [_identity(event, "userName")] if _identity(event, "type") != "assumed-role" else []


def _role(event: Event) -> list[str]:
    return (
        [_identity(event, "userName").partition(":")[0]] if _identity(event, "type") == "assumed-role" else []
    )


def _resource_names(event: Event) -> list[str]:
    return [name for names in event.get("referencedResources", {}).values() for name in names]


_VALUES: dict[str, Callable[[Event], list[str]]] = {
    "ServiceName": lambda event: [event["serviceName"]],
    "EventName": lambda event: [event["eventName"]],
    "User": _user,
    "PrincipalId": lambda event: [_identity(event, "principalId")],
    "RoleName": _role,
    "EventId": lambda event: [event["eventId"]],
    "ResourceType": lambda event: list(event.get("referencedResources", {})),
    "ResourceName": _resource_names,
    "EventRW": lambda event: [event["eventRW"]],
    "EventAccessKeyId": lambda event: [_identity(event, "accessKeyId")],
    "SensitiveAction": lambda event: [event.get("eventAttributes", {}).get("SensitiveAction", "false")],
    "SourceIpAddress": lambda event: [event["sourceIpAddress"]],
    "EventType": lambda event: [event["eventType"]],
}
