"""One suite for every back end: whatever is asked of a store, it answers as plain dicts in memory would."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from eniguard.model import History, Observation, Series
from eniguard.state import Due, Item, Store

#: For the machines: fifty steps an example.
FEWER = settings(max_examples=60)
#: As docs/state.md says; the stores have their own.
WEEK = 7 * 86_400.0

KEYS = ("", "event-1", "a b\x00c", "{x}:}", "ключ-😀", "half \ud800", "k" * 3_000)
MEMBERS = ("m1", "m2", "Mß", "half \ud800", "z" * 2_000, "m 1 2")
VALUES = (b"", b"\x00\xff 1", b"v" * 65_536)


@dataclass
class Clock:
    """A clock that goes when it is told to."""

    now: float = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Model:
    """What a store holds, in dicts; versions are those that the store gave."""

    clock: Clock
    items: dict[str, Item] = field(default_factory=dict)
    series: dict[str, tuple[Series, float]] = field(default_factory=dict)
    queues: dict[str, dict[str, Due]] = field(default_factory=dict)

    def get(self, key: str) -> Item | None:
        item = self.items.get(key)
        return None if item is None or (item.expires or self.clock.now + 1) <= self.clock.now else item

    def observe(self, marks: Iterable[Observation]) -> dict[str, History]:
        return {mark.series: self._mark(mark) for mark in marks}

    def _mark(self, mark: Observation) -> History:
        series, expires = self.series.get(mark.series, (None, 0.0))
        later = self.clock.now + mark.window + WEEK
        if series is None or expires <= self.clock.now:
            self.series[mark.series] = (made := Series(mark)), later
            return made.latest[1]
        if series.given(mark.member) is None and not series.too_late(mark):
            self.series[mark.series] = series, max(expires, later)
        return series.mark(mark)

    def due(self, queue: str, now: float, limit: int) -> list[Due]:
        waiting = self.queues.get(queue, {}).values()
        ripe = sorted(
            (one for one in waiting if one.at <= now),
            key=lambda one: (one.at, one.member.encode("utf-8", "surrogatepass")),
        )
        return ripe[:limit]


keys = st.sampled_from(KEYS)
values = st.sampled_from(VALUES)
ttls = st.sampled_from((None, None, 0.5, 60, 86_400.0))
queues = st.sampled_from(("retries", "", "}half \ud800"))
members = st.sampled_from(MEMBERS)
moments = st.sampled_from((-90_000.0, -61.0, -60.0, -0.5, 0.0, 0.25, 30.0, 90_000.0))


@st.composite
def observations(draw: st.DrawFn, now: float) -> Observation:
    return Observation(
        series=draw(st.sampled_from(("ENI002:a", "}{", "half \ud800"))),
        member=draw(st.sampled_from(MEMBERS)) + draw(st.sampled_from(("", "1", "2"))),
        value=draw(st.sampled_from(("", "eni-1", "1 2", "ß\ud800", "x" * 3_000))),
        at=now + draw(st.one_of(moments, st.integers(-130, 10))),
        window=draw(st.sampled_from((60.0, 60.0, 120.0, 0.0))),
        most=draw(st.sampled_from((10_000, 10_000, 3, 1))),
    )


class StoreMachine(RuleBasedStateMachine):
    """Asks a store and the model the same; a back end's own machine says how its store is opened."""

    @abstractmethod
    def opened(self, clock: Clock) -> Store:
        """An empty store."""

    @initialize()
    def begin(self) -> None:
        self.clock = Clock()
        self.model = Model(self.clock)
        self.store = self.opened(self.clock)
        self.versions = ["no such version"]

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()

    @rule(seconds=st.sampled_from((0.0, 0.5, 1.0, 59.5, 60.0, 3_600.0, 86_400.0, WEEK, WEEK + 60)))
    def time_passes(self, seconds: float) -> None:
        self.clock.now += seconds

    @rule(key=keys, ttl=st.sampled_from((0.5, 60)))
    def the_time_of_an_item_comes(self, key: str, ttl: float) -> None:
        item = self.store.create(key, b"short", ttl=ttl)
        self.clock.now += ttl
        if item is not None:
            self._written(key, b"short", None, item, expires=self.clock.now)
        made = self.store.create(key, b"next")
        assert (made is None) == (self.model.get(key) is not None)
        if made is not None:
            self._written(key, b"next", None, made)

    @rule(key=keys)
    def get(self, key: str) -> None:
        assert self.store.get(key) == self.model.get(key)

    @rule(key=keys, value=values, ttl=ttls)
    def create(self, key: str, value: bytes, ttl: float | None) -> None:
        item = self.store.create(key, value, ttl=ttl)
        assert (item is None) == (self.model.get(key) is not None)
        if item is not None:
            self._written(key, value, ttl, item)

    @rule(key=keys, value=values, ttl=ttls, data=st.data())
    def replace(self, key: str, value: bytes, ttl: float | None, data: st.DataObject) -> None:
        there, version = self.model.get(key), self._version(key, data)
        item = self.store.replace(key, value, version=version, ttl=ttl)
        assert (item is not None) == (there is not None and there.version == version)
        if item is not None:
            self._written(key, value, ttl, item)

    @rule(key=keys, data=st.data())
    def delete(self, key: str, data: st.DataObject) -> None:
        there, version = self.model.get(key), self._version(key, data)
        wanted = there is not None and there.version == version
        assert self.store.delete(key, version=version) == wanted
        if wanted:
            del self.model.items[key]

    @rule(data=st.data())
    def observe(self, data: st.DataObject) -> None:
        marks = data.draw(st.lists(observations(self.clock.now), max_size=6))
        assert dict(self.store.observe(marks)) == self.model.observe(marks)

    @rule(queue=queues, member=members, after=moments, value=values)
    def schedule(self, queue: str, member: str, after: float, value: bytes) -> None:
        at = self.clock.now + after
        self.store.schedule(queue, member, at, value)
        self.model.queues.setdefault(queue, {})[member] = Due(member, at, value)

    @rule(queue=queues, after=moments, limit=st.sampled_from((1, 2, 100)))
    def due(self, queue: str, after: float, limit: int) -> None:
        now = self.clock.now + after
        assert self.store.due(queue, now, limit) == self.model.due(queue, now, limit)

    @rule(queue=queues, member=members, moved=st.sampled_from((0.0, 0.0, 0.25)))
    def unschedule(self, queue: str, member: str, moved: float) -> None:
        waiting = self.model.queues.get(queue, {})
        there = waiting.get(member)
        at = (self.clock.now if there is None else there.at) + moved
        wanted = there is not None and there.at == at
        assert self.store.unschedule(queue, member, at=at) == wanted
        if wanted:
            del waiting[member]

    def _version(self, key: str, data: st.DataObject) -> str:
        there = self.model.get(key)
        known = self.versions if there is None else [there.version, *self.versions]
        return data.draw(st.one_of(st.just(known[0]), st.sampled_from(known)))

    def _written(
        self, key: str, value: bytes, ttl: float | None, item: Item, expires: float | None = None
    ) -> None:
        if ttl is not None:
            expires = self.clock.now + ttl
        assert item == Item(key, value, item.version, expires)
        assert item.version not in self.versions
        self.versions.append(item.version)
        self.model.items[key] = item


def marks_of_many() -> st.SearchStrategy[list[Observation]]:
    """Marks as rules set them, in any order of arrival: some come twice, some late, some too late."""
    return st.lists(observations(1_700_000_000.0), max_size=60)
