"""The edge of a function: bytes and a context in, an answer out, and for each error the right way to end."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import wraps
from typing import TypeVar

from msgspec import Struct

from eniguard.errors import ConfigError, DeadlineNear, InputError, StateError, Throttled, Transport
from eniguard.toolkit.context import FcContext
from eniguard.toolkit.deadline import MARGIN, Deadline
from eniguard.toolkit.logger import Logger
from eniguard.toolkit.metrics import Metrics
from eniguard.toolkit.raised import without_secrets
from eniguard.toolkit.tracer import Tracer

#: What may go well when the same delivery comes again.
RETRIED = (StateError, Throttled, Transport, DeadlineNear)

_Event = TypeVar("_Event")
_Answer = TypeVar("_Answer")


class Invocation(Struct, frozen=True):
    """One call of the function, as its handler sees it."""

    context: FcContext
    deadline: Deadline
    cold_start: bool
    correlation_id: str | None
    logger: Logger
    metrics: Metrics
    tracer: Tracer


def guard_handler(
    parse: Callable[[bytes], _Event],
    *,
    dead_letter: Callable[[bytes, InputError], object] | None = None,
    correlation_id: Callable[[_Event], str | None] | None = None,
    logger: Logger | None = None,
    metrics: Metrics | None = None,
    tracer: Tracer | None = None,
    environment: Mapping[str, str] | None = None,
    margin: float = MARGIN,
    clock: Callable[[], float] = time.time,
) -> Callable[[Callable[[_Event, Invocation], _Answer]], Callable[[bytes | str, object], _Answer | None]]:
    """Make a handler of Function Compute out of a function that takes a parsed event and an `Invocation`.

    How a call ends:

    ============================================  ==============================================
    raised by ``parse`` or the function           what becomes of it
    ============================================  ==============================================
    InputError                                    a dead letter; the call succeeds with ``None``
    ConfigError                                   a ``critical`` line; raised
    StateError, Throttled, Transport,             a ``warning`` line; raised, to be tried again
    DeadlineNear
    any other                                     an ``error`` line; raised
    ============================================  ==============================================

    What is raised is an error of type `HandlerFailed` in place of one whose text holds secrets. Metrics and
    spans are flushed once, however the call ends.

    Parameters
    ----------
    parse
        Reads the delivered bytes; raises InputError for what cannot be read.
    dead_letter
        Keeps what cannot be read; if it fails, the call does, so that nothing is lost. By default the log
        line of kind ``dead_letter``, which has the reason and never the bytes, is all that remains.
    correlation_id
        What connects the lines about an event across functions; the request id by default.
    logger, metrics, tracer
        The parts to use; by default a plain logger, and neither metrics nor spans.
    environment
        The environment variables; those of the process by default.
    margin
        Seconds of the function's timeout to keep back from the work.
    clock
        Gives seconds since 1970 (UTC).

    Examples
    --------
    >>> @guard_handler(lambda body: body.decode(), clock=lambda: 1772366400.0)
    ... def handler(event: str, call: Invocation) -> str:
    ...     return f"{event}, cold start: {call.cold_start}"
    >>> handler(b"hello", None)
    'hello, cold start: True'
    """
    log = Logger(clock=clock) if logger is None else logger
    measured = Metrics(log, enabled=False) if metrics is None else metrics
    traced = Tracer(enabled=False) if tracer is None else tracer

    def decorated(
        work: Callable[[_Event, Invocation], _Answer],
    ) -> Callable[[bytes | str, object], _Answer | None]:
        cold = iter((True,))

        @wraps(work)
        def handler(event: bytes | str, context: object) -> _Answer | None:
            started, cold_start = clock(), next(cold, False)
            fc = FcContext.of(context, environment)
            deadline = Deadline.of(fc, started=started, margin=margin, clock=clock)
            correlated = log.serving(fc, cold_start=cold_start).bind(correlation_id=fc.request_id)
            payload = event.encode("utf-8", "surrogatepass") if isinstance(event, str) else event
            try:
                with traced.call(fc):
                    try:
                        parsed = parse(payload)
                        named = correlation_id(parsed) if correlation_id is not None else None
                        named = named or fc.request_id
                        correlated = correlated.bind(correlation_id=named)
                        invocation = Invocation(fc, deadline, cold_start, named, correlated, measured, traced)
                        return work(parsed, invocation)
                    except InputError as error:
                        _dead_letter(dead_letter, payload, error, correlated)
                        return None
            except Exception as error:
                shown = _logged(error, correlated)
                if shown is error:
                    raise
                raise shown from None
            finally:
                measured.flush(correlated)
                traced.flush()

        return handler

    return decorated


def _dead_letter(
    keep: Callable[[bytes, InputError], object] | None, payload: bytes, error: InputError, log: Logger
) -> None:
    """Keep what cannot be read, then tell of it; the bytes may hold secrets and are not logged."""
    if keep is not None:
        keep(payload, error)
    log.write("dead_letter", reason=error.problem, index=error.index, offset=error.offset, bytes=len(payload))


def _logged(error: Exception, log: Logger) -> Exception:
    """Tell of the error; what is to be raised in its place, often the error itself."""
    if isinstance(error, ConfigError):
        log.critical("wrong_configuration", error=error)
    elif isinstance(error, RETRIED):
        log.warning("to_be_retried", error=error)
    else:
        log.error("failed", error=error)
    return without_secrets(error, log.redactor)
