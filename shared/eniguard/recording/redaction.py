"""Calls and API items as they are recorded: what the rules read of them, with pseudonyms in it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from eniguard.events.calls import Call
from eniguard.events.kept import kept
from eniguard.model.kinds import POLICY
from eniguard.recording.fields import EVENT_FIELDS, FIELDS, Treatment
from eniguard.recording.pseudonyms import Pseudonyms, is_service
from eniguard.recording.resource_names import ResourceNames
from eniguard.roles import owner_service
from eniguard.rules.exp.open_egress import OpenEgress, RestrictedParams
from eniguard.rules.pfx.terway import CREATOR, TERWAY
from eniguard.settings import DEFAULT_POLICY, IGNORE_TAG, Policy

#: Names that tags have for their keys, and for their values.
_KEYS, _VALUES = ("Key", "TagKey"), ("Value", "TagValue")


class Redaction:
    """Replaces what tells whose events these are; the same input always by the same.

    Parameters
    ----------
    pseudonyms
        Give the replacements.
    policy
        What the recording is decided with: it may name a tag that a rule goes by.
    """

    def __init__(self, pseudonyms: Pseudonyms, policy: Policy = DEFAULT_POLICY) -> None:
        self._restricted = _tag_of_restricted_groups(policy)
        self.pseudonyms = pseudonyms
        self.names = ResourceNames(pseudonyms)
        self._replace: dict[Treatment, Callable[[str], str]] = {
            Treatment.ID: pseudonyms.name,
            Treatment.NAME: pseudonyms.name,
            Treatment.BUS: self.bus,
            Treatment.ROLE: self.names.role,
            Treatment.POLICY: self.names.policy,
            Treatment.PRINCIPAL: self.names.principal,
            Treatment.ACCOUNT: pseudonyms.account,
            Treatment.ADDRESS: pseudonyms.addresses.text,
            Treatment.DESCRIPTION: self.description,
            Treatment.NAMED: self.names.named,
            Treatment.FUNCTION: self.names.function,
            Treatment.TASK: self.names.task,
            Treatment.ENDPOINT: self.names.endpoint,
        }

    def event(self, call: Call) -> dict[str, Any]:
        """The event of a call, in the form in which ActionTrail records it.

        Access keys, user agents, messages and whatever the catalogue does not list are no part of it.
        """
        recorded = msgspec.json.decode(kept(call, "bare", most=sys.maxsize).event)
        found = {name: recorded[name] for name in EVENT_FIELDS if name in recorded}
        if "recipientAccountId" in recorded:
            found["recipientAccountId"] = self.pseudonyms.account(recorded["recipientAccountId"])
        if "sourceIpAddress" in recorded:
            found["sourceIpAddress"] = self.pseudonyms.source(recorded["sourceIpAddress"])
        found["userIdentity"] = self._caller(recorded["userIdentity"], platform=call.platform)
        for name in ("requestParameters", "responseElements"):
            if name in recorded:
                found[name] = self._fields(recorded[name])
        if "requestParameterJson" in recorded:
            parameters = self._fields(msgspec.json.decode(recorded["requestParameterJson"]))
            found["requestParameterJson"] = msgspec.json.encode(parameters).decode()
        return found

    def item(self, kind: str, item: Mapping[str, Any]) -> dict[str, Any]:
        """One resource as a describe call returned it, with the fields that are read of it."""
        found = self._fields(item)
        document = _published(item) if kind == POLICY else None
        if document is not None:
            found.setdefault("DefaultPolicyVersion", {})["PolicyDocument"] = document
        return found

    def user(self, name: str) -> str:
        """The name of a user; root is everybody's, and services stand here as well."""
        return name if name == "root" or is_service(name) else self.pseudonyms.name(name)

    def principal(self, text: str) -> str:
        """The id of a principal; of an assumed role, its session stands behind a colon."""
        head, colon, session = text.partition(":")
        return f"{self.pseudonyms.account(head)}{colon}{self.pseudonyms.name(session)}"

    def bus(self, name: str) -> str:
        """The name of an event bus; every account has one called default."""
        return name if name.lower() == "default" else self.pseudonyms.name(name)

    def description(self, text: str) -> str:
        """What is left of a free text: the service that it names, by which rules tell whose a resource is."""
        return owner_service(text) or self.pseudonyms.exact(text)

    def tag_key(self, key: str) -> str:
        """The key of a tag; those that have a meaning to rules stay."""
        stays = key in (IGNORE_TAG, CREATOR) or key.lower() == self._restricted
        return key if stays else self.pseudonyms.exact(key)

    def tag_value(self, key: str, value: str) -> str:
        """The value of a tag; what Terway marks its own by stays, and the mark of restricted groups."""
        stays = (key == CREATOR and value.startswith(TERWAY)) or value.lower() == self._restricted
        return value if stays else self.pseudonyms.exact(value)

    def _caller(self, who: Mapping[str, str], *, platform: bool) -> dict[str, str]:
        found = {"type": who["type"]}
        if "principalId" in who:
            found["principalId"] = self.principal(who["principalId"])
        if "accountId" in who:
            found["accountId"] = self.pseudonyms.account(who["accountId"])
        if "userName" in who:
            found["userName"] = self._user_name(who["type"], who["userName"], platform=platform)
        return found

    def _user_name(self, type_: str, name: str, *, platform: bool) -> str:
        """Services call under their own names; an assumed role is written ``ROLE:SESSION``."""
        if type_ == "assumed-role":
            role, colon, session = name.partition(":")
            return f"{self.names.role(role)}{colon}{self.pseudonyms.name(session)}"
        return name if platform else self.user(name)

    def _fields(self, node: Mapping[str, Any]) -> dict[str, Any]:
        key = next((str(node[name]) for name in _KEYS if isinstance(node.get(name), str)), None)
        found: dict[str, Any] = {}
        for name, value in node.items():
            if name in _KEYS:
                found[name] = self._each(value, self.tag_key)
            elif name in _VALUES and key is not None:
                found[name] = self.tag_value(key, value) if isinstance(value, str) else value
            elif name in FIELDS:
                found[name] = self._value(value, FIELDS[name])
        return found

    def _value(self, value: Any, treatment: Treatment) -> Any:
        if treatment is Treatment.DOCUMENT:
            return self.names.document(value)
        return self._each(value, self._replace.get(treatment, _same))

    def _each(self, value: Any, replace: Callable[[str], str]) -> Any:
        """A value with its texts replaced; numbers in their place count as texts, flags do not."""
        if isinstance(value, Mapping):
            return self._fields(value)
        if isinstance(value, list):
            return [self._each(one, replace) for one in value]
        if isinstance(value, str):
            return replace(value)
        if replace is _same or value is None or isinstance(value, bool):
            return value
        return replace(str(value))


def _tag_of_restricted_groups(policy: Policy) -> str:
    """The word that marks restricted groups, as key or value of a tag, in lower case."""
    settings = policy.rules.get(OpenEgress.code)
    given = None if settings is None else settings.params.get("tag")
    return (given if isinstance(given, str) else RestrictedParams().tag).lower()


def _same(text: str) -> str:
    return text


def _published(item: Mapping[str, Any]) -> Any:
    """The document of a system policy, which is the same for everybody; ``None`` of a custom one."""
    inner = item.get("Policy")
    fields = {**item, **inner} if isinstance(inner, Mapping) else item
    version = fields.get("DefaultPolicyVersion")
    if fields.get("PolicyType") != "System" or not isinstance(version, Mapping):
        return None
    return version.get("PolicyDocument")
