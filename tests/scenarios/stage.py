"""The cloud that a scenario plays on: it cuts its events into cases and takes a snapshot for each."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import Any, Literal

from fakealiyun import ApiError, Assumptions, Clock, Cloud, Ids, Keys
from fakealiyun.errors import NotImplementedByTheFake

Event = dict[str, Any]
Snapshot = dict[str, Any]
#: How a case is delivered: bare event, CloudEvents, log rows, gzip object of a trail, JSON lines, a page.
Form = Literal["bare", "eventbridge", "sls", "oss", "lines", "lookup"]
#: Where the snapshot of a case comes from; ``shared`` is that of the folder.
State = Literal["before", "after", "shared"]

#: Seconds that pass with each call: long enough for whatever it started to be done.
STEP = 60
_FIRST_DAY = datetime(2026, 3, 1, 8, tzinfo=timezone.utc)
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "scenarios.example.com")


@dataclass(frozen=True)
class Case:
    """One file of recorded calls, or a snapshot alone; ``path`` is below events/, without an ending."""

    path: str
    sentence: str
    form: Form
    state: Snapshot | None
    events: tuple[Event, ...]


class StageIds(Ids):
    """Ids that no other scenario gives out."""

    def __init__(self, tag: str) -> None:
        super().__init__()
        self._tag = tag

    def next(self, prefix: str) -> str:
        """As in ``eni-bp1natgw0001``."""
        return f"{prefix}-bp1{self._tag}{self.number(prefix):04d}"

    def request(self) -> str:
        """A GUID made of the scenario and a number."""
        return str(uuid.uuid5(_NAMESPACE, f"{self._tag} {self.number('request')}")).upper()


class Stage(Cloud):
    """A fake cloud with a fixed clock and ids of its own.

    Parameters
    ----------
    name
        The name of the scenario.
    day
        The day on which it begins, counted from March 1, 2026.
    """

    def __init__(self, name: str, day: int) -> None:
        super().__init__(
            clock=Clock(_FIRST_DAY + timedelta(days=day)),
            ids=StageIds(re.sub(r"[^a-z0-9]", "", name)),
            assumptions=Assumptions(service_address="Internal"),
        )
        self.name = name
        self.cases: list[Case] = []
        self.folders: dict[str, Snapshot] = {}
        self._assumed: list[str] = []

    # -- calls ---------------------------------------------------------------------------------------------

    def call(
        self, action: str, keys: Keys, region: str | None = None, **parameters: Any
    ) -> Mapping[str, Any]:
        """Make a call, and let time pass."""
        try:
            return super().call(action, keys, region, **parameters)
        finally:
            self.clock.advance(STEP)

    def refused(self, action: str, keys: Keys, region: str | None = None, **parameters: Any) -> str:
        """Make a call that has to be refused, and give its error code."""
        try:
            self.call(action, keys, region, **parameters)
        except NotImplementedByTheFake:
            raise
        except ApiError as error:
            return error.code
        raise AssertionError(f"{self.name}: {action} was not refused")

    @contextmanager
    def assuming(self, **changed: Any) -> Iterator[None]:
        """Let the cloud behave otherwise for a while, as in ``contract_broken=True``."""
        self._assumed += [name for name in changed if name not in self._assumed]
        kept, self.assumptions = self.assumptions, replace(self.assumptions, **changed)
        try:
            yield
        finally:
            self.assumptions = kept

    # -- cases ---------------------------------------------------------------------------------------------

    def share(self, folder: str, region: str | None = None) -> None:
        """Take the snapshot that all cases of a folder share."""
        self.folders[folder] = _trimmed(self.snapshot(region), ())
        self.clock.advance(STEP)

    @contextmanager
    def case(
        self,
        path: str,
        sentence: str,
        form: Form = "bare",
        *,
        state: State | Snapshot = "before",
        region: str | None = None,
        change: Callable[[Event], Event] | None = None,
        made: str = "",
        policies: bool = False,
    ) -> Iterator[None]:
        """Cut the calls made meanwhile out as a case.

        Parameters
        ----------
        path, sentence
            Where the case is written, below events/ and without an ending; and what it shows.
        state
            Which snapshot goes with it; one that was taken earlier may be given itself.
        change
            What is done to each event: an encoding the fake does not produce.
        made
            What else has to be said of the origin.
        policies
            Whether the snapshot has RAM policies: they are long, and few rules read them.
        """
        self._assumed.clear()
        before = self.snapshot(region)
        self.clock.advance(STEP)
        first = len(self.trail.events)
        yield
        assumed = f"assuming {' and '.join(self._assumed)}" if self._assumed else ""
        origin = ", ".join(filter(None, (f"synthetic: scenario {self.name}", made, assumed)))
        events = [{"_origin": origin, **event} for event in self.trail.events[first:]]
        if not events or (form in ("bare", "eventbridge") and len(events) > 1):
            raise AssertionError(f"{self.name}: {path} has {len(events)} events")
        changed = tuple(change(event) if change is not None else event for event in events)
        kept = None
        if state != "shared":
            later = self.snapshot(region) if state == "after" else before
            kept = _trimmed(state if isinstance(state, dict) else later, events, policies=policies)
        self.cases.append(Case(path, sentence, form, kept, changed))
        self.clock.advance(STEP)

    def still(self, path: str, sentence: str, region: str | None = None, *, policies: bool = False) -> None:
        """Take what stands there as a case without calls; arguments as for `case`."""
        kept = _trimmed(self.snapshot(region), (), policies=policies)
        self.cases.append(Case(path, sentence, "bare", kept, ()))
        self.clock.advance(STEP)

    def repeat(self, path: str, again: str, times: int) -> None:
        """Deliver the one event of a case again, as CloudEvents in a file of their own."""
        (found,) = [case for case in self.cases if case.path == path]
        events = found.events * times
        self.cases.append(replace(found, path=again, form="eventbridge", events=events))

    def reorder(self, path: str, order: Sequence[int]) -> None:
        """Deliver the events of a case in another order."""
        (place,) = [number for number, case in enumerate(self.cases) if case.path == path]
        case = self.cases[place]
        self.cases[place] = replace(case, events=tuple(case.events[number] for number in order))


def _trimmed(
    snapshot: Snapshot, events: tuple[Event, ...] | list[Event], *, policies: bool = False
) -> Snapshot:
    """A snapshot with the instance types that something in it or in the events is of."""
    resources = dict(snapshot["resources"])
    types, listed = resources.pop("ecs:InstanceType"), resources.pop("ram:Policy", None)
    text = json.dumps([resources, events])
    resources["ecs:InstanceType"] = [one for one in types if f'"{one["InstanceTypeId"]}"' in text]
    if policies:
        resources["ram:Policy"] = listed
    return {**snapshot, "resources": resources}


@dataclass(frozen=True)
class Scenario:
    """One scenario: its name, one sentence, the day it begins, and what is played."""

    name: str
    sentence: str
    day: int
    play: Callable[[Stage], None]

    def stage(self) -> Stage:
        """The cloud after the play."""
        stage = Stage(self.name, self.day)
        self.play(stage)
        return stage
