"""Group windows: of findings with one fingerprint the first is told at once, the others as one number.

A window is an item of the store; the findings in it are marks of a series, so that each counts once however
often it is put. What closes a window is a mark too, of another value: it fixes the count, for a mark that
sees it came too late and belongs to the next window. Every step may be done twice, by whomever: a window
whose closing broke off is closed by the next one that meets it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from hashlib import blake2b

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from eniguard.alerts.alert import Alert
from eniguard.alerts.bounds import bounded
from eniguard.errors import StateError
from eniguard.model import History, Observation
from eniguard.state import Due, Item, Store

#: The queue of windows by the time at which they close; its values are `Closing`.
QUEUE = "alert_windows"
#: Seconds that a window is known: one that is over as long as an event may come again, one that is open as
#: long as a summary may be late.
_KEPT = 7 * 86_400.0
#: Seconds that the marks of a window are kept beyond its length.
_BEYOND = 86_400.0
#: Findings that a window counts; a count of so many says "at least".
MOST = 100_000
#: A window that is open so many times its length is closed by whoever puts the next finding into it.
_OVERDUE = 2.0
#: How often a window is looked at where others change it in between.
_ATTEMPTS = 8
_CLOSED = "closed"

#: Takes a summary on its way.
Emit = Callable[[Alert], None]


class Past(Struct, frozen=True, gc=False):
    """A window that is over: when it was opened, and by which finding; none if it followed another one."""

    opened: float
    first: str = ""


class Window(Struct, frozen=True, gc=False):
    """The window of a fingerprint: as `Past`, whether it still is open, and the one before it."""

    opened: float
    first: str = ""
    open: bool = True
    before: Past | None = None


class Closing(Struct, frozen=True, gc=False):
    """What is needed to close a window: whose it is, which one, and what is told if it held more."""

    key: str
    opened: float
    alert: Alert


_encode = msgspec.json.Encoder().encode
_window = msgspec.json.Decoder(Window).decode
_closing = msgspec.json.Decoder(Closing).decode


def news_id(kind: str, key: str, which: str) -> str:
    """The id of an alert, the same for the same news: 80 bits in hexadecimal."""
    text = "\x1f".join((kind, key, which)).encode("utf-8", "surrogatepass")
    return blake2b(text, digest_size=10).hexdigest()


class Windows:
    """The group windows in a store.

    Every method raises `StateError` when the store did not do what was asked; all may be called again.

    Parameters
    ----------
    store
        Where they are kept.
    length
        How long a window is, in seconds.
    clock
        Gives seconds since 1970 (UTC).
    """

    def __init__(self, store: Store, *, length: float, clock: Callable[[], float]) -> None:
        self._store = store
        self._length = length
        self._clock = clock

    def take(self, key: str, alert: Alert, emit: Emit, *, new: bool = False) -> Alert | None:
        """Put a finding into the window of its fingerprint.

        Parameters
        ----------
        key
            The fingerprint.
        alert
            The finding, as it is told if it opens a window.
        emit
            Takes the summary of a window that is closed on the way.
        new
            Whether the finding was certainly never put before; it saves a look.

        Returns
        -------
        Alert | None
            What is to be told of it; ``None`` for one that is counted. The same again for one that is put
            again.
        """
        finding = alert.finding.finding_id
        # A plan is for one finding; what a summary tells of has several.
        held = replace(alert, proposal=None)
        for _ in range(_ATTEMPTS):
            item = self._store.get(_place(key))
            window = None if item is None else _window(item.value)
            opened = None if window is None else _opened_by(finding, window, new=new)
            if opened is not None:
                return _first(key, alert, opened)
            if window is not None and not new and self._counted_before(key, window, finding):
                return None
            if item is None or window is None or not window.open:
                opened = self._open(key, held, item, window)
                if opened is not None:
                    return _first(key, alert, opened)
                continue
            overdue = self._clock() - window.opened > _OVERDUE * self._length
            if not overdue and self._mark(key, window.opened, finding).distinct == 1:
                return None
            self._close(key, window, item, held, emit)
        raise StateError(f"the window of alerts {key} changes all the time: put the finding again")

    def due(self, limit: int = 100) -> list[Due]:
        """The windows that are to be closed, the oldest first; `close` takes them out."""
        return self._store.due(QUEUE, self._clock(), limit)

    def close(self, due: Due, emit: Emit) -> None:
        """Close a window: with a summary if it held more than was told, else silently.

        Raises
        ------
        msgspec.MsgspecError
            This version cannot read it; it stays in the queue.
        """
        closing = _closing(due.value)
        item = self._store.get(_place(closing.key))
        window = None if item is None else _window(item.value)
        if item is not None and window is not None and window.open and window.opened == closing.opened:
            self._close(closing.key, window, item, closing.alert, emit)
        self.drop(due)

    def drop(self, due: Due) -> None:
        """Take what is due out of the queue."""
        self._store.unschedule(QUEUE, due.member, at=due.at)

    def _open(self, key: str, alert: Alert, item: Item | None, past: Window | None) -> float | None:
        """Open a window, and say when it was; ``None`` when another one was quicker."""
        before = None if past is None else Past(past.opened, past.first)
        if past is not None and not past.first:  # nothing came in it
            before = past.before
        opened = self._after(past)
        window = Window(opened, alert.finding.finding_id, before=before)
        return opened if self._begin(key, window, alert, item) else None

    def _begin(self, key: str, window: Window, alert: Alert, item: Item | None) -> bool:
        """Its closing is put down before it is there: no window stays open for want of it."""
        due = window.opened + self._length
        member = f"{window.opened!r}/{key}"
        self._store.schedule(QUEUE, member, due, _encode(Closing(key, window.opened, bounded(alert))))
        if self._put(key, window, item):
            return True
        self._store.unschedule(QUEUE, member, at=due)
        return False

    def _put(self, key: str, window: Window, item: Item | None) -> bool:
        place, value = _place(key), _encode(window)
        if item is None:
            return self._store.create(place, value, ttl=self._kept) is not None
        return self._store.replace(place, value, version=item.version, ttl=self._kept) is not None

    def _close(self, key: str, window: Window, item: Item, alert: Alert, emit: Emit) -> None:
        held = self._mark(key, window.opened, _CLOSED, at=window.opened)
        more = held.count - 1
        past = Past(window.opened, window.first)
        if not more:
            self._put(key, replace(window, open=False), item)
            return
        at = self._clock()
        summary = replace(
            alert,
            id=news_id("summary", key, repr(window.opened)),
            kind="summary",
            at=at,
            count=more + bool(window.first),
            since=window.opened,
            until=held.last or at,
        )
        emit(bounded(summary))
        self._begin(key, Window(self._after(window), before=past), alert, item)

    def _counted_before(self, key: str, window: Window, finding: str) -> bool:
        """Whether a finding that comes again was counted in the window before."""
        past = window.before
        return past is not None and self._mark(key, past.opened, finding).distinct == 1

    def _mark(self, key: str, opened: float, member: str, *, at: float | None = None) -> History:
        mark = Observation(
            series=f"alert/{key}/{opened!r}",
            member=member,
            value=_CLOSED if member == _CLOSED else "",
            at=max(self._clock(), opened) if at is None else at,
            window=2 * _OVERDUE * self._length + _BEYOND,
            most=MOST,
        )
        return self._store.observe((mark,))[mark.series]

    def _after(self, window: Window | None) -> float:
        """Now, and never the time of the window before, which names that one."""
        now = self._clock()
        return now if window is None else max(now, math.nextafter(window.opened, math.inf))

    @property
    def _kept(self) -> float:
        return _KEPT + _OVERDUE * self._length


def _place(key: str) -> str:
    return f"alert/window/{key}"


def _opened_by(finding: str, window: Window, *, new: bool) -> float | None:
    """When a finding opened this window or, if it may have been put before, the last one."""
    if window.first == finding:
        return window.opened
    before = None if new else window.before
    return before.opened if before is not None and before.first == finding else None


def _first(key: str, alert: Alert, opened: float) -> Alert:
    found = news_id("first", key, alert.finding.finding_id)
    return bounded(replace(alert, id=found, kind="first", at=opened, count=1, since=opened, until=opened))
