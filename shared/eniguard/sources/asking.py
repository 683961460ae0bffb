"""Questions put to the cloud: pages followed, errors told apart, a call with a bad value taken apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from eniguard.errors import CloudError, Denied, NotFound, Throttled, Transport
from eniguard.facts.refs import Unknown
from eniguard.sources.questions import Item, Question

#: Pages of one listing at most; with 100 to 1,000 items on each, far more than the quotas of a region let
#: one resource have, and ten seconds of a function's time.
MOST_PAGES = 50
#: Calls of one round for a kind and relation, beside pages, where an API takes one value a call or a bad one
#: has to be found among many.
MOST_CALLS = 50
#: What the size of a page is called, by how pages follow each other.
_SIZES = {"token": "MaxResults", "number": "PageSize", "marker": "MaxItems"}


class Caller(Protocol):
    """What makes calls: `eniguard.cloud.Client`."""

    def call(
        self, product_name: str, action: str, parameters: Mapping[str, Any], *, region: str | None = None
    ) -> dict[str, Any]:
        """The fields of the answer; raises `CloudError`."""


class Asker:
    """Puts questions in one account and region.

    Parameters
    ----------
    caller
        Makes the calls.
    region
        Where to; empty for the caller's own.

    Attributes
    ----------
    calls
        How many calls were made, pages included.
    """

    def __init__(self, caller: Caller, region: str) -> None:
        self.calls = 0
        self._caller = caller
        self._region = region or None

    def answers(self, question: Question, values: Sequence[str]) -> dict[str, list[Item] | Unknown]:
        """The items of each chunk of values, under every value of it, or why there are none.

        Whether an item belongs to one value or another is for the reader of the items to tell.
        """
        found: dict[str, list[Item] | Unknown] = {}
        size = question.most
        waiting = [values[start : start + size] for start in range(0, len(values), size)]
        spent = 0
        while waiting:
            chunk = waiting.pop(0)
            spent += 1
            if spent > MOST_CALLS:
                found.update(dict.fromkeys(chunk, _unknown(question, f"more than {MOST_CALLS} calls needed")))
                continue
            try:
                answered: list[Item] | Unknown = self.items(question, chunk)
            except CloudError as error:
                if len(chunk) > 1 and _blames_a_value(error, question):
                    middle = len(chunk) // 2
                    waiting = [chunk[:middle], chunk[middle:], *waiting]
                    continue
                answered = why(error)
            if question.doubtful and len(chunk) > 1 and not answered:
                waiting = [*([value] for value in chunk), *waiting]
                continue
            found.update(dict.fromkeys(chunk, answered))
        return found

    def items(self, question: Question, values: Sequence[str]) -> list[Item] | Unknown:
        """All items of one question, page by page.

        Raises
        ------
        CloudError
            A page was not answered: the listing would not be complete.
        """
        found: list[Item] = []
        try:
            for variant in question.variants:
                for answer in self._pages(question, {**question.asked(values), **variant}):
                    found += question.items(answer, values)
        except ValueError as error:
            return _unknown(question, str(error))
        return found

    def _pages(self, question: Question, parameters: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        """The answers of one call after the other, as long as there are more.

        Raises
        ------
        ValueError
            There are more than `MOST_PAGES`.
        """
        following: Mapping[str, Any] | None = _first_page(question)
        for number in range(1, MOST_PAGES + 1):
            answer = self._call(question, {**parameters, **(following or {})})
            yield answer
            following = _next_page(question, answer, number)
            if following is None:
                return
        raise ValueError(f"too deep, more than {MOST_PAGES} pages")

    def _call(self, question: Question, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        self.calls += 1
        return self._caller.call(question.product, question.action, parameters, region=self._region)


def _first_page(question: Question) -> Mapping[str, Any]:
    if question.pages is None:
        return {}
    return {_SIZES[question.pages]: question.size}


def _next_page(question: Question, answer: Mapping[str, Any], number: int) -> Mapping[str, Any] | None:
    """What asks for the page after that of a number (from 1); ``None`` when there is none."""
    if question.pages == "token" and (token := answer.get("NextToken")):
        return {**_first_page(question), "NextToken": token}
    if question.pages == "marker" and answer.get("IsTruncated") and (marker := answer.get("Marker")):
        return {**_first_page(question), "Marker": marker}
    total = answer.get("TotalCount")
    if question.pages == "number" and isinstance(total, int) and number * question.size < total:
        return {**_first_page(question), "PageNumber": number + 1}
    return None


def why(error: CloudError) -> Unknown:
    """Why a call left a fact unknown: with its code, and with the RAM action where that is missing."""
    name = f"{error.product}:{error.action}"
    if isinstance(error, Denied):
        return Unknown(f"{name} was denied ({error.code}): the function's role needs {name}")
    if isinstance(error, Throttled):
        return Unknown(f"{name} was throttled ({error.code})")
    if isinstance(error, NotFound):
        return Unknown(f"{name} says that it does not exist ({error.code})")
    if isinstance(error, Transport):
        return Unknown(str(error))
    return Unknown(f"{name} was refused ({error.code})")


def _blames_a_value(error: CloudError, question: Question) -> bool:
    """Whether a call may go through without some of its values; not when its role could not be assumed."""
    return error.action == question.action and not isinstance(error, (Denied, Throttled, Transport))


def _unknown(question: Question, reason: str) -> Unknown:
    return Unknown(f"{question.permission}: {reason}")
