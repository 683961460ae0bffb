"""Pages of RAM: by ``Marker`` and ``MaxItems``."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from fakealiyun.ram.exceptions import invalid
from fakealiyun.wire.parameters import Parameters

Item = TypeVar("Item")

#: Items on a page: when none are asked for, and at most (RAM, ListRoles).
_DEFAULT, _MOST = 100, 1000


def by_marker(parameters: Parameters, items: Sequence[Item]) -> tuple[Sequence[Item], Mapping[str, Any]]:
    """The items of a page, and what the answer says of it.

    Raises
    ------
    ApiError
        The marker is none of this fake's, or the size is out of range.
    """
    size = parameters.integer("MaxItems")
    size = _DEFAULT if size is None else size
    if not 1 <= size <= _MOST:
        raise invalid("MaxItems")
    start = _start(parameters.text("Marker"))
    end = start + size
    if end >= len(items):
        return items[start:], {"IsTruncated": False}
    return items[start:end], {
        "IsTruncated": True,
        "Marker": base64.urlsafe_b64encode(f"at:{end}".encode()).decode(),
    }


def _start(marker: str | None) -> int:
    if marker is None:
        return 0
    try:
        kind, _, start = base64.urlsafe_b64decode(marker.encode()).decode().partition(":")
        return int(start) if kind == "at" else -1
    except (binascii.Error, ValueError):
        raise invalid("Marker") from None
