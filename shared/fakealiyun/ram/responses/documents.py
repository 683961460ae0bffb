"""Policy documents as parameters: JSON texts with statements."""

from __future__ import annotations

import json
from typing import Any

from fakealiyun.ram.exceptions import invalid, malformed
from fakealiyun.ram.models import Document
from fakealiyun.wire.parameters import Parameters

#: Bytes of a policy document (RAM, limits: a custom policy has at most 6,144 characters).
_MOST = 6_144


def permission_policy(parameters: Parameters, name: str) -> Document:
    """A policy of a caller: each statement has an effect, actions and resources.

    Raises
    ------
    ApiError
        It is absent, too long, or no policy.
    """
    return _document(parameters, name, ("Action", "NotAction"))


def trust_policy(parameters: Parameters, name: str) -> Document:
    """The policy of a role that says who may assume it.

    Raises
    ------
    ApiError
        It is absent, too long, or no policy.
    """
    return _document(parameters, name, ("Principal",))


def _document(parameters: Parameters, name: str, one_of: tuple[str, ...]) -> Document:
    text = parameters.required(name)
    if len(text) > _MOST:
        raise invalid(name, "Length")
    try:
        document: Any = json.loads(text)
    except ValueError:
        raise malformed(name) from None
    if not isinstance(document, dict) or not _statements(document.get("Statement"), one_of):
        raise malformed(name)
    return document


def _statements(statements: Any, one_of: tuple[str, ...]) -> bool:
    listed = statements if isinstance(statements, list) else [statements]
    return bool(listed) and all(
        isinstance(one, dict) and one.get("Effect") in ("Allow", "Deny") and any(key in one for key in one_of)
        for one in listed
    )
