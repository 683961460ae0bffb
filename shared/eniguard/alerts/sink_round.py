"""One round of sending to one sink, by the instance that holds it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from eniguard.alerts.alert import Alert
from eniguard.alerts.channels import Channel, Reach
from eniguard.alerts.formats.base import Answer, Rendered
from eniguard.alerts.merging import MOST_TOGETHER, Unit, alerts_of, chosen, most_that_fit, units_of
from eniguard.alerts.outbox import MOST, Outbox, Waiting
from eniguard.alerts.pacing import still_counting
from eniguard.alerts.sink_lease import LEASE, Held, Ids, Lost, with_group
from eniguard.alerts.told_alerts import ToldAlerts
from eniguard.alerts.undelivered import UndeliveredAlerts
from eniguard.dead_letters.letter import problem_of
from eniguard.errors import DeliveryError, EniguardError, StateError
from eniguard.settings.alerting import Sink
from eniguard.toolkit import Invocation

#: Seconds between tries where a sink takes nothing: the first, and the most; choices of this project.
BACKOFF, LONGEST_BACKOFF = 5.0, 300.0
#: How often one entry is tried that the sink refuses, and the seconds before the second try.
TRIES, TRIED_AFTER = 3, 60.0
#: Seconds after which an alert that a failing sink did not take is given up.
GIVEN_UP_AFTER = 86_400.0
#: The most seconds that a chat can ask us to wait.
_LONGEST_WAIT = 3_600.0
#: The seconds that a chat is given to answer: the most, and the least that something is posted for.
LONGEST_POST, SHORTEST_POST = 15.0, 5.0
#: Seconds that are kept of a lease and of a call for what comes after a post.
_MARGIN = 2.0
#: The longest pause within a call until the pace has room again, in seconds.
_PAUSE = 2.0


class Parts(Struct, frozen=True):
    """What a round works with."""

    outbox: Outbox
    told: ToldAlerts
    undelivered: UndeliveredAlerts
    reach: Reach
    clock: Callable[[], float]
    sleep: Callable[[float], None]
    random: Callable[[], float]


class Rest(Struct, frozen=True):
    """When the sink is to be looked at again, ``None`` if nothing waits; and the entries that were seen.

    ``out_of_time`` says that the call has no time left for more.
    """

    again: float | None
    seen: frozenset[str]
    out_of_time: bool


class _Ready(Struct, frozen=True):
    """A message that can be posted."""

    entries: tuple[Waiting, ...]
    group: Ids
    ids: Ids
    rendered: Rendered


class Round:
    """Sends to a sink as long as it takes what it is sent, its pace allows it and there is time.

    Parameters
    ----------
    sink, held
        The sink, and its lease.
    call
        The call of the function.
    parts
        What it works with.
    """

    def __init__(self, sink: Sink, held: Held, call: Invocation, parts: Parts) -> None:
        self._sink = sink
        self._held = held
        self._call = call
        self._parts = parts
        self._channel: Channel | None = None
        #: Alerts that were looked up and not told: only who holds the sink tells it.
        self._not_told: set[str] = set()
        self._seen: frozenset[str] = frozenset()
        self._out_of_time = False

    def run(self) -> Rest:
        """Send; raises `StateError`, and `Lost` when another instance holds the sink by now."""
        self._mark_told(self._held.state.told)
        again = self._step()
        while again is not None and again < 0:
            again = self._step()
        return Rest(again, self._seen, self._out_of_time)

    def _step(self) -> float | None:
        """Send one message: a negative number to go on, else as ``Rest.again``."""
        now = self._parts.clock()
        if self._held.left() < LEASE / 2:
            self._held.write()
        waiting = self._waiting(now)
        ready = [one for one in waiting if one.due.at <= now]
        if not ready:
            return min((one.due.at for one in waiting), default=None)
        if self._held.state.not_before > now:
            return self._held.state.not_before
        channel = self._reached()
        if channel is None:
            return _ON
        state, pace = self._held.state, channel.format.pace
        choice = chosen(units_of(ready, state.perhaps), state.times, pace, now, state.at_most)
        if not choice.units:
            return _ON if self._paused(choice.at - now) else choice.at
        if self._within() < SHORTEST_POST:
            self._out_of_time = True
            return now
        if self._settled(choice.units):
            return _ON
        message = self._rendered(choice.units, channel, now)
        if message is not None:
            self._send(message, channel)
        return _ON

    def _waiting(self, now: float) -> list[Waiting]:
        """What waits; what cannot be read becomes a dead letter, so that nothing waits behind it."""
        found = []
        for one in self._parts.outbox.waiting(self._sink.name, now):
            if isinstance(one, Waiting):
                found.append(one)
                continue
            letter = self._parts.undelivered.put_unreadable(one, self._function)
            self._call.logger.write("dead_letter", letter=letter.id, reason=letter.problem)
            self._parts.outbox.settle(one)
        self._seen = frozenset([one.due.member for one in found])
        self._forget_groups(found)
        return found

    def _forget_groups(self, found: Sequence[Waiting]) -> None:
        """Groups of which nothing waits any more are of no use; seen only where all that waits was read."""
        state = self._held.state
        if not state.perhaps or len(found) >= MOST:
            return
        there = {alert.id for one in found for alert in one.entry.alerts}
        perhaps = tuple([group for group in state.perhaps if not there.isdisjoint(group)])
        if perhaps != state.perhaps:
            self._held.write(perhaps=perhaps)

    def _reached(self) -> Channel | None:
        if self._channel is None:
            try:
                self._channel = self._parts.reach(self._sink)
            except StateError:
                raise
            except Exception as error:  # noqa: BLE001  the other sinks still have their turn
                self._failed(Answer("unavailable", problem_of(error)), ())
        return self._channel

    def _settled(self, units: Sequence[Unit]) -> bool:
        """Take out what was told already: its event came again, or it is in two entries."""
        settled = False
        for one in [one for unit in units for one in unit.entries]:
            if all(self._was_told(alert) for alert in one.entry.alerts):
                self._parts.outbox.settle(one)
                settled = True
        return settled

    def _was_told(self, alert: Alert) -> bool:
        if alert.id in self._not_told:
            return False
        if self._parts.told.know(self._sink.name, alert.id):
            return True
        self._not_told.add(alert.id)
        return False

    def _rendered(self, units: Sequence[Unit], channel: Channel, now: float) -> _Ready | None:
        """The message of as many units as fit.

        ``None``: it could not be made, which counts as refused; or a call has more alerts than a message has
        room for, and is told in parts.
        """
        made: dict[int, Rendered] = {}
        repeat = bool(units[0].group)

        def fits(many: int) -> bool:
            alerts = [one for one in alerts_of(units[:many]) if not self._was_told(one)]
            message = channel.compose(alerts, self._sink, at=now, repeat=repeat)
            made[many] = channel.format.render(message)
            return not made[many].cut

        try:
            many = most_that_fit(len(units), fits)
            if many not in made:
                fits(many)
            if made[many].cut and self._parted_by_length(units[0]):
                return None
        except StateError:
            raise
        except Exception as error:  # noqa: BLE001  hostile content must not hold up what is behind it
            self._call.logger.error("alert_not_rendered", sink=self._sink.name, error=error)
            entries = tuple([one for unit in units for one in unit.entries])
            problem = f"no message could be made of it: {problem_of(error)}"
            self._refused(_Ready(entries, units[0].group, (), Rendered({}, False)), problem)
            return None
        entries = tuple([one for unit in units[:many] for one in unit.entries])
        ids = tuple([one.id for one in alerts_of(units[:many]) if not self._was_told(one)])
        return _Ready(entries, units[0].group, ids, made[many])

    def _parted_by_length(self, unit: Unit) -> bool:
        """Part the alerts of one call that no message has room for; ``False`` for one alert, or a repeat."""
        if unit.group or len(unit.entries[0].entry.alerts) == 1:
            return False
        self._parts.outbox.part(unit.entries[0])
        return True

    def _send(self, ready: _Ready, channel: Channel) -> None:
        """Post a message, if there still is time, and note what came of it."""
        parts, held = self._parts, self._held
        now = parts.clock()
        try:
            request = channel.format.request(ready.rendered, channel.url, channel.secret, now)
        except EniguardError as error:
            self._failed(Answer("unavailable", str(error)), ())
            return
        times = still_counting(held.state.times, channel.format.pace, now)
        held.write(in_flight=ready.ids, told=(), times=(*times, now))
        within = self._within()
        if within < SHORTEST_POST:
            held.write(in_flight=(), times=times)
            return
        try:
            answer = channel.format.answer(channel.post(request, within=within))
        except DeliveryError as error:
            self._failed(Answer("unavailable", str(error)), ready.ids if error.in_doubt else ())
            return
        except Exception as error:  # noqa: BLE001  the other sinks still have their turn
            self._call.logger.error("sink_failed", sink=self._sink.name, error=error)
            self._failed(Answer("unavailable", problem_of(error)), ready.ids)
            return
        if answer.verdict == "sent":
            self._succeeded(ready)
        elif answer.verdict == "refused":
            self._refused(ready, answer.problem)
        else:
            self._failed(answer, ())

    def _succeeded(self, ready: _Ready) -> None:
        state = self._held.state
        grown = None if state.at_most is None or state.at_most >= MOST_TOGETHER else state.at_most * 2
        try:
            self._held.write(
                in_flight=(),
                told=ready.ids,
                perhaps=tuple([one for one in state.perhaps if one != ready.group]),
                not_before=0.0,
                failures=0,
                failing_since=None,
                problem="",
                at_most=grown,
            )
        except Lost:  # whoever took it over may not have come to these yet
            self._mark_told(ready.ids)
            raise
        self._mark_told(ready.ids)
        for one in ready.entries:
            self._parts.outbox.settle(one)
        marks = {"repeat": True} if ready.group else {}
        self._call.logger.write("alerts_sent", sink=self._sink.name, alerts=ready.ids, **marks)
        self._call.metrics.add("alerts_sent", len(ready.ids), sink=self._sink.name)

    def _mark_told(self, alerts: Ids) -> None:
        for alert in alerts:
            self._parts.told.mark(self._sink.name, alert)
            self._not_told.discard(alert)

    def _failed(self, answer: Answer, perhaps: Ids) -> None:
        """The sink takes nothing now, whatever the message."""
        state, now = self._held.state, self._parts.clock()
        failures = state.failures + (answer.verdict == "unavailable")
        wait = self._asked_to_wait(answer)
        if answer.verdict == "unavailable":
            wait = max(self._backoff(failures), wait)
        self._held.write(
            in_flight=(),
            perhaps=with_group(state.perhaps, perhaps),
            not_before=now + wait,
            failures=failures,
            failing_since=now if state.failing_since is None else state.failing_since,
            problem=answer.problem,
        )
        self._call.logger.warning(
            "sink_failed",
            sink=self._sink.name,
            verdict=answer.verdict,
            problem=answer.problem,
            failures=failures,
            again_after=round(wait, 3),
        )
        self._call.metrics.add("sink_failures", sink=self._sink.name, verdict=answer.verdict)
        self._give_up_old(now)

    def _backoff(self, failures: int) -> float:
        longest = min(LONGEST_BACKOFF, BACKOFF * 2.0 ** min(failures - 1, 10))
        return longest * (0.5 + self._parts.random() / 2)

    def _asked_to_wait(self, answer: Answer) -> float:
        if answer.again_after is not None:
            return min(answer.again_after, _LONGEST_WAIT)
        if answer.verdict == "unavailable" or self._channel is None:
            return 0.0
        return self._channel.format.pace.blocked

    def _refused(self, ready: _Ready, problem: str) -> None:
        """The sink does not take this message: it is parted, or tried again later, or given up."""
        self._call.logger.warning(
            "alerts_refused", sink=self._sink.name, entries=len(ready.entries), problem=problem
        )
        self._call.metrics.add("sink_failures", sink=self._sink.name, verdict="refused")
        if len(ready.entries) > 1:
            self._parted(ready)
            return
        (one,) = ready.entries
        entry = replace(one.entry, tries=one.entry.tries + 1, problem=problem)
        if entry.tries >= TRIES:
            self._give_up(replace(one, entry=entry), problem)
        else:
            wait = TRIED_AFTER * 2.0 ** (entry.tries - 1) * (0.5 + self._parts.random() / 2)
            self._parts.outbox.put_off(one, entry, self._parts.clock() + wait)
        self._held.write(in_flight=())

    def _parted(self, ready: _Ready) -> None:
        state, entries = self._held.state, ready.entries
        if not ready.group:
            self._held.write(in_flight=(), at_most=max(1, len(entries) // 2))
            return
        groups = tuple([one for one in state.perhaps if one != ready.group])
        for one in entries:
            groups = with_group(groups, tuple([alert.id for alert in one.entry.alerts]))
        self._held.write(in_flight=(), perhaps=groups)

    def _give_up_old(self, now: float) -> None:
        for one in self._waiting(now):
            if all(alert.at < now - GIVEN_UP_AFTER for alert in one.entry.alerts):
                hours = GIVEN_UP_AFTER / 3600
                self._give_up(one, f"the sink took nothing for {hours:.0f} h: {self._held.state.problem}")

    def _give_up(self, one: Waiting, problem: str) -> None:
        letter = self._parts.undelivered.put(self._sink.name, one.entry, problem, self._function)
        self._parts.outbox.settle(one)
        self._call.logger.error("dead_letter", letter=letter.id, sink=self._sink.name, reason=letter.problem)
        self._call.metrics.add("alerts_undelivered", len(one.entry.alerts), sink=self._sink.name)

    def _paused(self, seconds: float) -> bool:
        """Wait for the pace, if that is short and there is time."""
        if seconds > _PAUSE or self._within() < seconds + SHORTEST_POST:
            return False
        self._parts.sleep(seconds)
        return True

    def _within(self) -> float:
        """Seconds that a post may take: it has to be over while the call runs and the sink is ours."""
        left = self._call.deadline.remaining()
        ours = self._held.left() - _MARGIN
        return min(LONGEST_POST, ours if left is None else min(ours, left - _MARGIN))

    @property
    def _function(self) -> str:
        return self._call.context.function_name or "eniguard"


#: Says that a round goes on.
_ON = -1.0
