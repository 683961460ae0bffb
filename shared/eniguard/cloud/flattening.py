"""Parameters of an API as the wire has them: lists and objects flattened, numbers from 1."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def flatten(parameters: Mapping[str, Any]) -> dict[str, str]:
    """The parameters of a call as flat texts.

    ``None`` and empty lists are left out, ``0`` and empty texts are sent. Booleans are written as the
    official Python SDK writes them, ``True`` (docs/sources.md, API).

    Examples
    --------
    >>> flatten({"Tag": [{"Key": "team", "Value": "net"}], "Ipv4Prefix": ["10.0.0.16/28"], "PageSize": 0})
    {'Tag.1.Key': 'team', 'Tag.1.Value': 'net', 'Ipv4Prefix.1': '10.0.0.16/28', 'PageSize': '0'}
    """
    return {name: text for key, value in parameters.items() for name, text in _flat(key, value)}


def _flat(name: str, value: object) -> Iterator[tuple[str, str]]:
    if value is None:
        return
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(f"{name}.{key}", inner)
    elif isinstance(value, (list, tuple)):
        for number, inner in enumerate(value, 1):
            yield from _flat(f"{name}.{number}", inner)
    else:
        yield name, value.decode() if isinstance(value, bytes) else str(value)
