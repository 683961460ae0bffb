"""A replay by several processes, with the same output as by one.

Every process reads all files and decides the units that fall to it. What they give out carries its place in
the output, and is merged by it.
"""

from __future__ import annotations

import heapq
import multiprocessing
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

import msgspec
from msgspec import Struct

from eniguard.errors import ConfigError, EniguardError, InputError
from eniguard.replay.engine import Emitted, Entry, Input, Pass, Share
from eniguard.replay.files import Source
from eniguard.replay.options import Options
from eniguard.replay.reports import Report, Reporter, Reports
from eniguard.replay.sweeps import SweepEntry
from eniguard.replay.tally import Counts, Tally
from eniguard.replay.units import Place

#: Emissions in one message between two processes.
_MESSAGE = 256


class _Trouble(Struct, frozen=True, tag=True):
    problem: str
    path: str
    offset: int | None
    index: int | None


class _Given(Struct, frozen=True):
    place: Place
    entry: Entry | None = None
    sweep: SweepEntry | None = None
    trouble: _Trouble | None = None


class _Message(Struct, frozen=True):
    given: list[_Given]
    tally: Tally
    last: bool = False


_DECODER = msgspec.msgpack.Decoder(_Message)


def in_parallel(options: Options, inputs: tuple[Input, ...], tally: Tally) -> Iterator[Emitted]:
    """What ``options.jobs`` processes give out, in the order in which one process would.

    Parameters
    ----------
    options, inputs
        As for `Pass`.
    tally
        Takes the counts of all processes.

    Raises
    ------
    ConfigError
        The standard input is among the files: it can be read only once.
    EniguardError
        A process ended before its work did.
    """
    if any(isinstance(one, Source) and one.root is None for one in inputs):
        raise ConfigError(
            "-j reads every file in each process: give files or folders, not the standard input"
        )
    context = multiprocessing.get_context("spawn")
    # The sender is kept here, too: reports have no end, also when all processes have ended.
    reported, reporting = context.Pipe(duplex=False) if options.followed else (None, None)
    reports = Reports(options.jobs, tally, reported)
    tallies = [Tally() for _ in range(options.jobs)]
    streams: list[Iterator[Emitted]] = []
    processes = []
    for number in range(options.jobs):
        receiver, sender = context.Pipe(duplex=False)
        share = Share(number, options.jobs)
        arguments = (options, inputs, share, sender, reporting)
        process = context.Process(target=_work, args=arguments, daemon=True)
        with _deaf_to_interrupts():
            process.start()
        sender.close()
        processes.append(process)
        streams.append(_received(receiver, tallies, number, tally, reports))
    try:
        yield from heapq.merge(*streams, key=lambda emitted: emitted[0])
    finally:
        for process in processes:
            process.terminate()
            process.join()


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Let a process that starts meanwhile ignore ctrl-C from its first moment; its starter answers to it."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _work(
    options: Options,
    inputs: tuple[Input, ...],
    share: Share,
    sender: Connection,
    reporting: Connection | None,
) -> None:
    """The work of one process."""
    report = None if reporting is None else Reporter(share.number, reporting)
    one_pass = Pass(options, inputs, share, report)
    given: list[_Given] = []
    for place, emitted in one_pass:
        given.append(_wrapped(place, emitted))
        if len(given) >= _MESSAGE:
            sender.send_bytes(msgspec.msgpack.encode(_Message(given, one_pass.tally)))
            given = []
    sender.send_bytes(msgspec.msgpack.encode(_Message(given, one_pass.tally, last=True)))


def _wrapped(place: Place, emitted: Entry | SweepEntry | InputError) -> _Given:
    if isinstance(emitted, Entry):
        return _Given(place, entry=emitted)
    if isinstance(emitted, SweepEntry):
        return _Given(place, sweep=emitted)
    return _Given(place, trouble=_Trouble(emitted.problem, emitted.path, emitted.offset, emitted.index))


def _received(
    receiver: Connection, tallies: list[Tally], number: int, total: Tally, reports: Reports
) -> Iterator[Emitted]:
    while True:
        reports.take_until_ready(receiver)
        try:
            message = _DECODER.decode(receiver.recv_bytes())
        except EOFError:
            raise EniguardError(f"process {number} of the replay ended early; try again with -j 1") from None
        tallies[number] = message.tally
        _add_up(tallies, total)
        reports.take(Report(number, message.tally.size, message.tally.read))
        for one in message.given:
            if one.entry is not None:
                yield one.place, one.entry
            elif one.sweep is not None:
                yield one.place, one.sweep
            elif one.trouble is not None:
                trouble = one.trouble
                error = InputError(
                    trouble.problem, path=trouble.path, offset=trouble.offset, index=trouble.index
                )
                yield one.place, error
        if message.last:
            return


def _add_up(tallies: list[Tally], total: Tally) -> None:
    """The counts of all processes, but for what each of them reads."""
    for name in (
        "concerned",
        "decided",
        "undecided",
        "duplicates",
        "late",
        "not_concerned",
        "unreadable",
        "left_out",
        "swept",
    ):
        setattr(total, name, sum(getattr(tally, name) for tally in tallies))
    total.findings = _merged([tally.findings for tally in tallies])
    total.waived = _merged_counts([tally.waived for tally in tallies])
    total.outlived = _merged_counts([tally.outlived for tally in tallies])
    total.undecided_rules = _merged([tally.undecided_rules for tally in tallies])
    total.undecided_sweeps = _merged([tally.undecided_sweeps for tally in tallies])
    total.failed_rules = _merged([tally.failed_rules for tally in tallies])
    total.unreadable_items = set().union(*[tally.unreadable_items for tally in tallies])


def _merged_counts(counts: list[Counts]) -> Counts:
    names = dict.fromkeys([name for count in counts for name in count])
    return {name: _merged([count.get(name, {}) for count in counts]) for name in names}


def _merged(counts: list[dict[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for count in counts:
        for name, number in count.items():
            found[name] = found.get(name, 0) + number
    return found
