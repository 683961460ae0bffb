"""The parts of a sweep, each on its own: one that fails is told of, and the others are run all the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

import msgspec
from msgspec import Struct

from eniguard.errors import CloudError, DeadlineNear, Throttled, Transport
from eniguard.settings import Policy
from eniguard.toolkit import Deadline, Invocation

#: Seconds below which nothing more is begun: clients send no request then, and say that it was lost.
_NEAR = 1.0
#: How a part ended: all of it was done; the rest of it is for the next sweep; or it failed.
Ended = Literal["done", "left", "failed"]


class Place(Struct, frozen=True):
    """An account and a region that are swept."""

    account: str
    region: str


def places_of(policy: Policy, account: str, region: str) -> tuple[Place, ...]:
    """The places to sweep: the guard's own account and the members with a role, in each region.

    Parameters
    ----------
    policy
        The compiled guard.yml.
    account, region
        The guard's own; the region is the only one where guard.yml names none.
    """
    accounts = dict.fromkeys((account, *policy.account_roles))
    return tuple([Place(one, where) for one in accounts for where in policy.regions or (region,)])


class Part(Struct, frozen=True):
    """A part of a sweep.

    Attributes
    ----------
    name
        As the log calls it.
    run
        Does it, within the deadline of the call it is given.
    share
        How much of the time that is left it may take, so that those behind it have some.
    """

    name: str
    run: Callable[[Invocation], None]
    share: float = 1.0


class Parts:
    """Runs the parts of one sweep.

    Parameters
    ----------
    call
        The call of the function.
    clock
        Gives seconds since 1970 (UTC).
    """

    def __init__(self, call: Invocation, *, clock: Callable[[], float]) -> None:
        self.ended: dict[str, Ended] = {}
        self._call = call
        self._clock = clock
        self._again: Exception | None = None

    def run(self, parts: Iterable[Part]) -> None:
        """Run parts one after the other, and tell of each that fails or is not done."""
        for part in parts:
            self.ended[part.name] = self._one(part)

    def close(self) -> None:
        """Raise the first failure that may go well when the sweep is made again, if there was one."""
        if self._again is not None:
            raise self._again

    def _one(self, part: Part) -> Ended:
        left = self._call.deadline.remaining()
        if left == 0:
            return "left"
        try:
            part.run(self._call if left is None else self._within(left * part.share))
        except DeadlineNear as error:
            self._call.logger.info("sweep_step_left", step=part.name, reason=str(error))
            return "left"
        except Exception as error:  # noqa: BLE001  the others still have to be run
            self._call.logger.error("sweep_step_failed", step=part.name, error=error)
            self._call.metrics.add("sweep_failures", step=part.name)
            if self._again is None and to_be_repeated(error):
                self._again = error
            return "failed"
        return "done"

    def _within(self, seconds: float) -> Invocation:
        deadline = Deadline(self._clock() + seconds, clock=self._clock)
        return msgspec.structs.replace(self._call, deadline=deadline)


class Each:
    """Does the same in many places, each on its own; `close` raises when some of them failed.

    Parameters
    ----------
    part
        What is done, for the log.
    call
        The call of the function.
    """

    def __init__(self, part: str, call: Invocation) -> None:
        self._part = part
        self._call = call
        self._again: Exception | None = None
        self._left = 0

    def run(self, places: Sequence[Place], work: Callable[[Place], None]) -> None:
        """Do the work in each place, as long as there is time."""
        for place in places:
            if time_is_up(self._call):
                self._left += 1
                continue
            try:
                work(place)
            except DeadlineNear as error:
                self._left += 1
                self._tell("sweep_place_left", place, reason=str(error))
            except Exception as error:  # noqa: BLE001  the other places still have their turn
                if isinstance(error, (Throttled, Transport)) and time_is_up(self._call):
                    self._left += 1
                    self._tell("sweep_place_left", place, reason=str(error))
                    continue
                self._call.logger.error(
                    "sweep_place_failed",
                    step=self._part,
                    account_id=place.account,
                    region=place.region,
                    error=error,
                )
                self._call.metrics.add("sweep_failures", step=self._part)
                if self._again is None and to_be_repeated(error):
                    self._again = error

    def close(self) -> None:
        """Raise the first failure to be repeated; else `DeadlineNear` when places are left.

        A place that is denied to the guard stays so until somebody allows it: it is told of, and no more.
        """
        if self._again is not None:
            raise self._again
        if self._left:
            raise DeadlineNear(f"no time left for {self._left} places; the next sweep goes on with them")

    def _tell(self, kind: str, place: Place, **fields: str) -> None:
        told: Mapping[str, str] = {"account_id": place.account, "region": place.region, **fields}
        self._call.logger.info(kind, step=self._part, **told)


def time_is_up(call: Invocation) -> bool:
    """Whether there is too little time left to ask the cloud for anything."""
    left = call.deadline.remaining()
    return left is not None and left < _NEAR


def to_be_repeated(error: Exception) -> bool:
    """Whether a failure may go well when it is tried again, or has to be seen by whoever runs the guard.

    What the cloud refuses for good is told of, and tried by the next sweep in any case.
    """
    return not isinstance(error, CloudError) or isinstance(error, (Throttled, Transport))
