"""One check of the doctor: what was looked at, what was found, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Generic, Literal, ParamSpec, TypeVar

import msgspec
from msgspec import Struct

from eniguard.errors import CloudError, Denied, EniguardError, StateError

#: ``unknown``: the check could not be made, and what was found says why.
Status = Literal["ok", "wrong", "unknown", "not_configured"]
_Found = TypeVar("_Found")
_Given = ParamSpec("_Given")


class Check(Struct, frozen=True):
    """One check.

    Attributes
    ----------
    id
        Its parts from the general to the special, as in ``trail/example-trail/logging``.
    status
        What came of it.
    found
        What was found; where nothing could be, why.
    advice
        What to do, a command where there is one; ``None`` where nothing is to be done.
    """

    id: str
    status: Status
    found: str
    advice: str | None = None
    schema: Literal[1] = 1


def ok(check: str, found: str) -> Check:
    """All is as it has to be."""
    return Check(check, "ok", found)


def wrong(check: str, found: str, advice: str) -> Check:
    """Something has to be done."""
    return Check(check, "wrong", found, advice)


def unknown(check: str, why: str, advice: str) -> Check:
    """It could not be found out."""
    return Check(check, "unknown", why, advice)


def not_configured(check: str, found: str, advice: str) -> Check:
    """guard.yml does not name what there would be to look at."""
    return Check(check, "not_configured", found, advice)


def asked(
    check: str, checks: Callable[_Given, Check | Iterable[Check]], *given: _Given.args, **named: _Given.kwargs
) -> Iterator[Check]:
    """What ``checks`` makes of the rest; what keeps it from that is a check of its own, called ``check``."""
    try:
        made = checks(*given, **named)
        yield from [made] if isinstance(made, Check) else made
    except EniguardError as error:
        yield unknown(check, _why(error), _help(error))
    except msgspec.MsgspecError as error:
        yield unknown(
            check, f"an answer of the cloud has another form than expected: {error}", "report this as a bug"
        )


class Once(Generic[_Found]):
    """Finds something out when first asked; asked again, it gives or raises the same."""

    def __init__(self, find: Callable[[], _Found]) -> None:
        self._find = find
        self._answer: tuple[_Found] | None = None
        self._error: EniguardError | None = None

    def __call__(self) -> _Found:
        """What was found, or the error by which finding it out failed."""
        if self._error is not None:
            raise self._error
        if self._answer is None:
            try:
                self._answer = (self._find(),)
            except EniguardError as error:
                self._error = error
                raise
        return self._answer[0]


def _why(error: EniguardError) -> str:
    """An error without the advice that its message ends with."""
    return str(error).rpartition("; ")[0] or str(error) if isinstance(error, CloudError) else str(error)


def _help(error: EniguardError) -> str:
    if isinstance(error, Denied):
        return f"allow {error.product}:{error.action} to whoever runs eniguard doctor, and ask again"
    if isinstance(error, CloudError):
        return "ask again; if it stays so, look at the network, the region and the endpoints"
    if isinstance(error, StateError):
        return "see the check store"
    return "put right what is said here, and ask again"
