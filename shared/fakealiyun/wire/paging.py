"""Pages of an answer: by ``NextToken`` and ``MaxResults``, or by ``PageNumber`` and ``PageSize``."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from fakealiyun.errors import ApiError
from fakealiyun.wire.parameters import Parameters

Item = TypeVar("Item")


@dataclass(frozen=True)
class Sizes:
    """How long the pages of an API may be.

    Attributes
    ----------
    default, least, most
        Items on a page.
    clamped
        Whether a size out of range is moved to the nearest that is allowed, as DescribeNetworkInterfaces
        publishes it; the other APIs refuse it.
    """

    default: int = 10
    least: int = 1
    most: int = 100
    clamped: bool = False


@dataclass(frozen=True)
class TokenPage(Generic[Item]):
    """One page with the token of the next; an empty token ends the list."""

    items: Sequence[Item]
    next_token: str
    size: int
    total: int

    @property
    def fields(self) -> dict[str, object]:
        """What the answer says of its page."""
        return {"NextToken": self.next_token, "MaxResults": self.size, "TotalCount": self.total}


@dataclass(frozen=True)
class NumberedPage(Generic[Item]):
    """One page with its number, from 1."""

    items: Sequence[Item]
    number: int
    size: int
    total: int

    @property
    def fields(self) -> dict[str, object]:
        """What the answer says of its page."""
        return {"PageNumber": self.number, "PageSize": self.size, "TotalCount": self.total}


def by_token(parameters: Parameters, items: Sequence[Item], sizes: Sizes) -> TokenPage[Item]:
    """The page that ``NextToken`` and ``MaxResults`` ask for.

    Raises
    ------
    ApiError
        The token is none of this fake's, or the size is out of range.
    """
    start = _start(parameters.text("NextToken"))
    size = _size(parameters, "MaxResults", sizes)
    end = start + size
    return TokenPage(items[start:end], _token(end) if end < len(items) else "", size, len(items))


def by_number(parameters: Parameters, items: Sequence[Item], sizes: Sizes) -> NumberedPage[Item]:
    """The page that ``PageNumber`` and ``PageSize`` ask for; one past the end is empty.

    Raises
    ------
    ApiError
        The number or the size is out of range.
    """
    number = parameters.integer("PageNumber")
    number = 1 if number is None else number
    if number < 1:
        raise ApiError("InvalidParameter", 400, "The parameter PageNumber is less than 1.")
    size = _size(parameters, "PageSize", sizes)
    return NumberedPage(items[(number - 1) * size : number * size], number, size, len(items))


def asks_by_token(parameters: Parameters) -> bool:
    """Whether a call of an API that has both ways asks by token."""
    return "NextToken" in parameters.values or "MaxResults" in parameters.values


def _size(parameters: Parameters, name: str, sizes: Sizes) -> int:
    asked = parameters.integer(name)
    if asked is None:
        return sizes.default
    nearest = min(max(asked, sizes.least), sizes.most)
    if nearest != asked and not sizes.clamped:
        raise ApiError(
            "InvalidParameter", 400, f"The parameter {name} is not between {sizes.least} and {sizes.most}."
        )
    return nearest


def _token(start: int) -> str:
    return base64.urlsafe_b64encode(f"fake:{start}".encode()).decode()


def _start(token: str | None) -> int:
    if token is None:
        return 0
    try:
        kind, _, start = base64.urlsafe_b64decode(token.encode()).decode().partition(":")
        if kind != "fake":
            raise ValueError(kind)
        return int(start)
    except (binascii.Error, ValueError):
        raise ApiError("InvalidParameter.NextToken", 400, "The parameter NextToken is not valid.") from None
