"""What the kinds of remedies share: what each would change, what it relies on, and how that is looked at."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from msgspec import Struct

from eniguard.errors import RemediationError
from eniguard.facts.refs import FactValue, Ref, Unknown
from eniguard.model import Fix
from eniguard.remediation.plan import Plan, PlannedCall, Precondition, Purpose
from eniguard.settings import Guard
from eniguard.sources.asking import Asker, Caller
from eniguard.sources.live import LiveSource
from eniguard.sources.questions import QUESTIONS, Item

#: What a precondition or a goal says of something that is not there.
GONE = "gone"


class Seen(Struct, frozen=True, gc=False):
    """What is there now.

    Attributes
    ----------
    values
        By the names of preconditions and goals.
    vanished
        The resource itself is not there any more.
    managed
        Whether a service manages it; ``None`` when that is not known.
    default
        Whether it is a default one; ``None`` when that is not known.
    tags
        ``None`` when they are not known.
    relied_on
        Whether a service may rely on it; ``None`` when that is not known.
    """

    values: dict[str, str]
    vanished: bool = False
    managed: bool | None = False
    default: bool | None = False
    tags: dict[str, str] | None = {}
    relied_on: bool | None = False


class Reader:
    """Reads in the account and region of a plan, and changes nothing.

    Parameters
    ----------
    caller
        Makes the calls.
    plan
        Whose account and region.
    clock
        Gives seconds since 1970 (UTC).
    """

    def __init__(self, caller: Caller, plan: Plan, clock: Callable[[], float]) -> None:
        self._caller = caller
        self._plan = plan
        self._clock = clock

    def items(self, kind: str, value: str, by: str = "id") -> list[Item]:
        """What the cloud shows of one resource, or of all in a relation.

        Raises
        ------
        CloudError
            There was no answer.
        RemediationError
            There was one that is not complete.
        """
        found = Asker(self._caller, self._plan.region).items(QUESTIONS[kind, by], [value])
        if isinstance(found, Unknown):
            raise RemediationError(f"{kind} {by}={value} cannot be read: {found.reason}")
        return found

    def fact(self, kind: str, value: str, by: str) -> FactValue:
        """What is known of it; Unknown when there was no answer."""
        source = LiveSource(lambda _account: self._caller, clock=self._clock)
        ref = Ref(self._plan.account, self._plan.region, kind, by, value)
        return source.read([ref], self._clock())[ref].value

    def call(self, product: str, action: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """The answer of a reading call; raises CloudError."""
        return self._caller.call(product, action, parameters, region=self._plan.region)


class Place(Struct, frozen=True):
    """Where a remedy may write: its account, and what is the guard's own."""

    account: str
    guard: Guard


class Remedy(ABC):
    """One kind of remedy.

    Attributes
    ----------
    action, inverse
        The call that puts something back, and the one that takes that back.
    reads
        The RAM actions of looking at it.
    """

    action: ClassVar[str]
    inverse: ClassVar[str]
    reads: ClassVar[tuple[str, ...]]

    def calls(self, fix: Fix) -> tuple[PlannedCall, ...]:
        """The calls that put it back."""
        return (PlannedCall(self.action, dict(fix.parameters), fix.summary),)

    def inverse_calls(self, fix: Fix) -> tuple[PlannedCall, ...]:
        """The calls that take that back."""
        return (PlannedCall(self.inverse, dict(fix.undo), self.taken_back(fix)),)

    @abstractmethod
    def taken_back(self, fix: Fix) -> str:
        """What the inverse call changes, in one sentence."""

    @abstractmethod
    def start(self, fix: Fix) -> tuple[Precondition, ...]:
        """What has to hold before."""

    @abstractmethod
    def goal(self, fix: Fix) -> tuple[Precondition, ...]:
        """What has to hold after."""

    @abstractmethod
    def look(self, plan: Plan, purpose: Purpose, reader: Reader) -> Seen:
        """What is there now.

        Raises
        ------
        CloudError, RemediationError
            It cannot be read.
        """

    @abstractmethod
    def places(self, place: Place) -> tuple[str, ...]:
        """The full names of what the calls are made on, for a RAM policy."""


def numbered(parameters: Mapping[str, str], name: str) -> tuple[str, ...]:
    """The values of a list among flat parameters, in its order."""
    found = [(key.rpartition("."), value) for key, value in parameters.items()]
    listed = [(int(number), value) for (front, _, number), value in found if front == name]
    return tuple([value for _, value in sorted(listed)])
