"""A replay: recorded events read from files, decided in event order, given out as they are decided."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter

from msgspec import Struct
from msgspec.structs import replace

from eniguard.errors import InputError
from eniguard.events.envelopes import Batch, Concerned
from eniguard.events.wrappers import Way
from eniguard.model import Decision, Finding
from eniguard.replay.files import File, Meter, Source, StateFile, events, quiet_heap, sources
from eniguard.replay.options import Options
from eniguard.replay.sequence import CallSequence
from eniguard.replay.states import States
from eniguard.replay.sweeps import SweepEntry, judged
from eniguard.replay.tally import Tally
from eniguard.replay.units import Arrived, Due, Origin, Place, Result, Units, decided, share_of, share_of_text
from eniguard.replay.waiving import judged_by_waivers
from eniguard.rule_modules import registry_of


class Entry(Struct, frozen=True):
    """One decided event: where it stood, and what the rules said.

    ``path`` is relative to the replay root; ``alone`` marks a case with a state snapshot of its own.
    """

    path: str
    event_id: str
    index: int
    decision: Decision
    alone: bool = False

    @property
    def key(self) -> str:
        """The name of the event: ``path#eventId``."""
        return f"{self.path}#{self.event_id}"

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the rules found."""
        return self.decision.findings


_DECISION = attrgetter("decision")


class Share(Struct, frozen=True):
    """The part of a replay that one process decides: unit by unit, one of ``of``."""

    number: int = 0
    of: int = 1

    @property
    def counts(self) -> bool:
        """Whether this process counts, and reports, what belongs to no unit."""
        return self.number == 0


#: What a replay reads: files, and paths that are none.
Input = File | InputError
#: Ways whose events anybody with access to a bucket or a function can write (design, "Trust").
FORGEABLE: tuple[Way, ...] = ("oss", "bare")

#: What a process gives out, with its place in the output.
Emitted = tuple[Place, "Entry | SweepEntry | InputError"]


class Pass:
    """One reading of the whole input that decides the units of one share.

    Parameters
    ----------
    options
        What to replay.
    inputs
        What stands behind the paths, in order.
    share
        Which units to decide.
    report
        Told of the tally after each batch of events, and each file.

    Raises
    ------
    ConfigError
        The policy or ``only`` names a rule that does not exist, or the given state snapshot cannot be read.
    """

    def __init__(
        self,
        options: Options,
        inputs: tuple[Input, ...],
        share: Share,
        report: Callable[[Tally], None] | None = None,
    ) -> None:
        self._options = options
        self._inputs = inputs
        self._share = share
        self._report = report
        self._registry = registry_of(options.policy, only=options.only)
        self._states = States(options.state)
        self._units = Units(self._new_sequence)
        self._waivers = options.policy.waivers
        self._position = 0
        self._broken_states: set[str] = set()
        self.tally = Tally()

    def __iter__(self) -> Iterator[Emitted]:
        for found in self._inputs:
            if isinstance(found, InputError):
                yield from self._unreadable(found)
                continue
            before = self.tally.size
            yield from self._sweep(found) if isinstance(found, StateFile) else self._source(found)
            self._come_to(before + found.size)
        yield from self._given_out(decided(self._units.flush()))
        self.tally.unreadable_items.update((one.path, one.problem) for one in self._states.unreadable())

    def _new_sequence(self) -> CallSequence:
        options = self._options
        read_by_nobody = options.watch is None and not options.every
        return CallSequence(options.policy, self._registry, options.watch, brief=read_by_nobody)

    def _source(self, source: Source) -> Iterator[Emitted]:
        try:
            own = self._states.own(source)
            shared = None if own is not None else self._states.shared(source)
        except InputError as error:
            yield from self._left_out(source, error)
            return
        alone = None if own is None else self._new_sequence()
        mine = own is None or share_of_text(source.relative, self._share.of) == self._share.number
        origin = Origin(source.relative, shared if own is None else own, own is not None)
        options = self._options
        before, meter = self.tally.size, Meter()
        for batch in events(
            source, now=options.now, forgeable=FORGEABLE, cap=options.most_expanded, meter=meter
        ):
            self._count(batch)
            for unreadable in batch.errors:
                yield from self._unreadable(unreadable)
            if not mine:
                self._position += len(batch.concerned)
            elif alone is None:
                due = self._in_sequence(self._arrivals(batch.concerned, origin))
                yield from self._given_out(decided(due))
            else:
                arrivals = self._arrivals(batch.concerned, origin)
                yield from self._given_out(decided([(alone, (one[1], False, one)) for one in arrivals]))
            self._come_to(before + min(meter.at, source.size))  # it may have grown meanwhile

    def _sweep(self, file: StateFile) -> Iterator[Emitted]:
        """A state snapshot without events, judged as a whole by one of the processes."""
        self._position += 1
        if share_of_text(file.relative, self._share.of) != self._share.number:
            return
        place = (self._position, 0.0, self._position)
        try:
            snapshot = self._states.alone(file)
            sweep = judged(snapshot, self._registry, self._options.policy)
        except InputError as error:
            self.tally.unreadable += 1
            yield place, error
            return
        if self._waivers:
            sweep = replace(sweep, findings=self._waived(sweep.findings, snapshot.as_of))
        self.tally.count_sweep(sweep)
        if self._options.every or sweep.findings:
            yield place, SweepEntry(file.relative, sweep)

    def _come_to(self, size: int) -> None:
        """So many bytes of all files are done with."""
        self.tally.size = size
        if self._report is not None:
            self._report(self.tally)

    def _count(self, batch: Batch) -> None:
        self.tally.read += batch.count
        if self._share.counts:
            self.tally.concerned += len(batch.concerned)
            self.tally.not_concerned += sum(batch.not_concerned.values())

    def _unreadable(self, error: InputError) -> Iterator[Emitted]:
        if self._share.counts:
            self.tally.unreadable += 1
            yield self._in_passing(), error

    def _left_out(self, source: Source, error: InputError) -> Iterator[Emitted]:
        """A file of events whose state cannot be read; what is wrong with that is told before the first."""
        if error.path not in self._broken_states:
            self._broken_states.add(error.path)
            yield from self._unreadable(error)
        if self._share.counts:
            self.tally.left_out += 1
            problem = f"left out, no event of it is decided: its state snapshot {error.path} cannot be read"
            yield self._in_passing(), InputError(problem, path=source.shown)

    def _in_passing(self) -> Place:
        """The place of what is no event: after all that came before it."""
        return self._position, float("inf"), self.tally.unreadable + self.tally.left_out

    def _arrivals(self, events: Sequence[Concerned], origin: Origin) -> list[Arrived]:
        """The calls behind events.

        All are read before any is decided: a processor is faster at one step of many events (by 7 %).
        """
        first = self._position + 1
        self._position += len(events)
        return [
            ((call := one.call).at, position, call, one.index, origin)
            for position, one in enumerate(events, first)
        ]

    def _in_sequence(self, arrivals: list[Arrived]) -> list[Due]:
        """What arrivals let out of their units; nothing for duplicates and others' units."""
        if self._share.of > 1:
            arrivals = [one for one in arrivals if share_of(one[2], self._share.of) == self._share.number]
        due = self._units.arrive(arrivals)
        self.tally.duplicates = self._units.duplicates
        return due

    def _given_out(self, results: Sequence[Result]) -> Iterator[Emitted]:
        """Count decisions, and give out those that are wanted."""
        if self._waivers:
            results = [self._with_waivers(one) if one.decision.findings else one for one in results]
        self.tally.count(list(map(_DECISION, results)))
        every = self._options.every
        for result in results:
            if every or result.decision.findings:
                _, _, _, index, origin = result.arrived
                decision = result.decision
                yield result.place, Entry(origin.path, decision.event_id, index, decision, origin.alone)

    def _with_waivers(self, result: Result) -> Result:
        """A decision, each finding that a waiver hides at the time of the event marked."""
        at, *_ = result.arrived
        findings = self._waived(result.decision.findings, at)
        return replace(result, decision=replace(result.decision, findings=findings))

    def _waived(self, findings: tuple[Finding, ...], at: float) -> tuple[Finding, ...]:
        judged, expired = judged_by_waivers(self._waivers, findings, at)
        self.tally.count_waivers(judged, expired)
        return judged


class Replay:
    """One replay; iterate it once.

    Parameters
    ----------
    options
        What to replay.

    Raises
    ------
    ConfigError
        The policy or ``only`` names a rule that does not exist, the given state snapshot cannot be read, or
        several processes are asked to read the standard input.
    """

    def __init__(self, options: Options) -> None:
        quiet_heap()
        self._options = options
        self._inputs = tuple(sources(options.paths))
        self._pass = Pass(options, self._inputs, Share())
        self.total_size = _total_size(self._inputs)

    @property
    def tally(self) -> Tally:
        """The counts so far."""
        return self._pass.tally

    def __iter__(self) -> Iterator[Entry | SweepEntry | InputError]:
        start = time.perf_counter()
        try:
            for _, emitted in self._pass if self._options.jobs == 1 else self._parallel():
                yield emitted
            yield from self._unreadable_items()
        finally:
            self.tally.seconds = time.perf_counter() - start

    def _unreadable_items(self) -> Iterator[InputError]:
        """The items of snapshots that could not be read, each once: several processes may have met it.

        A snapshot may have been found under two paths, of which the one as it was given is told.
        """
        items = sorted(self.tally.unreadable_items)
        paths = {(os.path.abspath(path), problem): path for path, problem in items}
        for (_, problem), path in paths.items():
            self.tally.unreadable += 1
            yield InputError(problem, path=path)

    def _parallel(self) -> Iterator[Emitted]:
        from eniguard.replay.workers import in_parallel

        return in_parallel(self._options, self._inputs, self.tally)


def _total_size(inputs: tuple[Input, ...]) -> int | None:
    """Bytes of all files, or ``None`` when one of them is the standard input."""
    files = [one for one in inputs if not isinstance(one, InputError)]
    return None if any(file.root is None for file in files) else sum(file.size for file in files)
