"""Calls that name what they are on in their path, told apart by method, path and query."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Route:
    """One API by its method, its path and a query parameter that has to have a value.

    ``pattern`` has a group for each parameter that the path names.
    """

    method: str
    pattern: str
    action: str
    query: tuple[str, str] | None = None

    def match(self, method: str, path: str, query: Mapping[str, str]) -> dict[str, str] | None:
        """The parameters of the path, or ``None`` when the request is for another API."""
        if method != self.method or (self.query is not None and query.get(self.query[0]) != self.query[1]):
            return None
        found = re.fullmatch(self.pattern, path)
        return None if found is None else found.groupdict()


def routed(
    routes: Sequence[Route], method: str, path: str, query: Mapping[str, str]
) -> tuple[str, dict[str, str]] | None:
    """The action of a request and the parameters of its path; ``None``: no route takes it."""
    for route in routes:
        named = route.match(method, path, query)
        if named is not None:
            return route.action, named
    return None
