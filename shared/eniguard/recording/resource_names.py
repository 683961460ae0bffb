"""Names, ARNs and RAM documents with everything in them that tells whose they are replaced."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from eniguard.recording.pseudonyms import Pseudonyms, is_service
from eniguard.roles import (
    index,
    looks_like_service_role,
    near,
    role_named,
    role_of_policy,
    service_linked_form,
)

#: Parts of ARNs that say what kind of resource a name is of (RAM, the authorisation tables of the products).
_KINDS = frozenset(
    (
        "LATEST",
        "eni",
        "eventbus",
        "function",
        "functions",
        "group",
        "instance",
        "layers",
        "logstore",
        "messages",
        "networkinterface",
        "policy",
        "project",
        "queues",
        "role",
        "root",
        "rule",
        "saml-provider",
        "secret",
        "securitygroup",
        "service",
        "services",
        "table",
        "topics",
        "trail",
        "user",
        "versions",
        "vpc",
        "vswitch",
    )
)
#: Keys of RAM documents whose values are words of RAM, or services.
_WORDS = frozenset(("Action", "Effect", "NotAction", "Service", "Version"))
#: Of a function's name: a service of Function Compute 2.0 may be followed by its qualifier or a dollar sign.
_OF_FUNCTION = re.compile(r"([.$])")
_WILD = re.compile(r"([*?]+)")
_SUFFIX = "_"
_MOST = 4_096


class ResourceNames:
    """Replaces names that say more than that somebody chose them.

    Parameters
    ----------
    pseudonyms
        Give the replacements.
    """

    def __init__(self, pseudonyms: Pseudonyms) -> None:
        self._pseudonyms = pseudonyms
        self.role = lru_cache(maxsize=_MOST)(self._role)

    def policy(self, name: str) -> str:
        """The name of a policy; those of cloud services and other system policies of theirs stay."""
        if name.lower().startswith("aliyun") or role_of_policy(name) is not None:
            return name
        return self._pseudonyms.name(name)

    def principal(self, text: str) -> str:
        """A role as Resource Management writes it: ``NAME@role.ALIAS.onaliyunservice.com``."""
        name, at, where = text.partition("@")
        kind, dot, rest = where.partition(".")
        if not at or not dot or kind != "role":
            return self.role(text) if not at else self._pseudonyms.name(text)
        alias, dot, domain = rest.partition(".")
        return f"{self.role(name)}@{kind}.{self._pseudonyms.name(alias)}{dot}{domain}"

    def task(self, text: str) -> str:
        """The id of a deletion task, ``task/acs-service-role/SERVICE/ROLE/ID``."""
        parts = text.split("/")
        if parts[0] != "task" or len(parts) < 4:
            return self._pseudonyms.exact(text)
        return "/".join([*parts[:3], self.role(parts[3]), *map(self._pseudonyms.exact, parts[4:])])

    def function(self, text: str) -> str:
        """A function: ``function``, ``service/function``, ``service$function``, or an ARN."""
        if _is_arn(text):
            return self.arn(text)
        return "/".join(map(self._of_function, text.split("/")))

    def named(self, text: str) -> str:
        """A name or an ARN."""
        return self.arn(text) if _is_arn(text) else self._pseudonyms.name(text)

    def endpoint(self, text: str) -> str:
        """Where an event target is: a function's name, an ARN, or an address of which the scheme stays."""
        scheme, separator, host = text.partition("://")
        if separator:
            return f"{scheme}://{host if is_service(host) else self._pseudonyms.name(host)}"
        return self.function(text)

    def arn(self, text: str) -> str:
        """``acs:PRODUCT:REGION:ACCOUNT:WHAT``; wildcards, products, regions and kinds of resources stay."""
        parts = text.split(":", 4)
        if not _is_arn(text) or len(parts) < 5:
            return self._plain(text)
        account = self._wild(parts[3], self._pseudonyms.account)
        kind, slash, name = parts[4].partition("/")
        if kind.lower() == "role" and slash:
            what = f"{kind}/{self._wild(name, self.role)}"
        else:
            what = self._path(parts[4], self._of_function if parts[1].lower() == "fc" else self._plain)
        return ":".join([*parts[:3], account, what])

    def document(self, given: Any) -> Any:
        """A RAM document, as a JSON text or as an object, in the same form."""
        if not isinstance(given, str):
            return self._walked(given, "")
        try:
            found = json.loads(given)
        except (ValueError, RecursionError):
            return self._pseudonyms.exact(given)
        return json.dumps(self._walked(found, ""))

    def _role(self, name: str) -> str:
        """Roles of services stay, and so do those that could be taken for one: rules go by their names."""
        if role_named(name) is not None:
            base, mark, suffix = name.partition(_SUFFIX)
            custom = bool(mark) and name.lower() not in index()
            return f"{base}{mark}{self._pseudonyms.name(suffix)}" if custom else name
        if looks_like_service_role(name) or service_linked_form(name) or near(name) is not None:
            return name
        return self._pseudonyms.name(name)

    def _path(self, path: str, replace: Callable[[str], str]) -> str:
        """``KIND/NAME/KIND/NAME``: kinds stay where one can be."""
        return "/".join(
            part if part in _KINDS and number % 2 == 0 else replace(part)
            for number, part in enumerate(path.split("/"))
        )

    def _of_function(self, text: str) -> str:
        """A part of a function's name, each piece of it on its own, so that it is the same again alone."""
        return "".join(
            part if number % 2 else self._plain(part) for number, part in enumerate(_OF_FUNCTION.split(text))
        )

    def _plain(self, text: str) -> str:
        return self._wild(text, self._pseudonyms.name)

    def _wild(self, text: str, replace: Callable[[str], str]) -> str:
        """What stands between wildcards, replaced."""
        return "".join(
            part if number % 2 or not part else replace(part) for number, part in enumerate(_WILD.split(text))
        )

    def _walked(self, node: Any, key: str) -> Any:
        if isinstance(node, dict):
            return {name: self._walked(value, name) for name, value in node.items()}
        if isinstance(node, list):
            return [self._walked(one, key) for one in node]
        return self._leaf(node, key) if isinstance(node, str) else node

    def _leaf(self, text: str, key: str) -> str:
        if key in _WORDS or is_service(text) or text in ("*", "true", "false"):
            return text
        if _is_arn(text):
            return self.arn(text)
        if text.isascii() and text.isdecimal():
            return self._pseudonyms.account(text)
        found = self._pseudonyms.addresses.text(text)
        return found if found != self._pseudonyms.exact(text) else self._pseudonyms.name(text)


def _is_arn(text: str) -> bool:
    return text.lower().startswith("acs:")
