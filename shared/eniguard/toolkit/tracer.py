"""Spans of OpenTelemetry for the steps of a call; without its package, nothing.

The functions do not set up where spans go: who deploys them adds an SDK and its exporter, as for any program.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import ModuleType
from typing import TYPE_CHECKING, Any

from eniguard.toolkit.context import FcContext, FcTracing
from eniguard.toolkit.redaction import Redactor

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.trace import Span

_HEXADECIMAL = 16
_SAMPLED = 1


class Tracer:
    """Makes a span for a call and one for each step in it.

    The span of a call continues the trace that Function Compute began, where its context names one
    (python3.10). Of an error a span tells the type and the text, without secrets.

    Parameters
    ----------
    enabled
        ``False``: OpenTelemetry is not even looked for.
    redactor
        What hides secrets in attributes; take that of the `Logger`.

    Examples
    --------
    >>> tracer = Tracer()
    >>> with tracer.call(FcContext(function_name="trail_event")):
    ...     with tracer.step("parse", bytes=120):
    ...         pass
    """

    __slots__ = ("_enabled", "_redactor")

    def __init__(self, *, enabled: bool = True, redactor: Redactor | None = None) -> None:
        self._enabled = enabled
        self._redactor = Redactor() if redactor is None else redactor

    def call(self, context: FcContext) -> AbstractContextManager[None]:
        """A span for one call of the function."""
        trace = self._trace()
        if trace is None:
            return nullcontext()
        attributes = {
            "faas.name": context.function_name,
            "faas.invocation_id": context.request_id,
            "cloud.region": context.region,
            "cloud.account.id": context.account_id,
        }
        parent = _parent(trace, context.tracing)
        return self._span(trace, context.function_name or "call", attributes, parent)

    def step(self, name: str, /, **attributes: str | float | bool | None) -> AbstractContextManager[None]:
        """A span for one step, inside that of the call; ``None`` leaves an attribute out."""
        trace = self._trace()
        return nullcontext() if trace is None else self._span(trace, name, attributes, None)

    def flush(self, timeout: float = 1.0) -> None:
        """Let the exporter send what it holds, for some seconds at most: an idle instance is frozen."""
        trace = self._trace()
        flush = getattr(trace.get_tracer_provider(), "force_flush", None) if trace is not None else None
        if flush is not None:
            flush(int(timeout * 1000))

    def _trace(self) -> ModuleType | None:
        """The module ``opentelemetry.trace``, imported by the first span."""
        if not self._enabled:
            return None
        try:
            from opentelemetry import trace
        except ImportError:
            self._enabled = False
            return None
        return trace

    @contextmanager
    def _span(
        self, trace: Any, name: str, attributes: Mapping[str, Any], parent: Context | None
    ) -> Iterator[None]:
        shown = {
            key: value for key, value in self._redactor.fields(dict(attributes)).items() if value is not None
        }
        tracer = trace.get_tracer("eniguard")
        # OpenTelemetry would put the text and the stack of an error into the span as they are.
        with tracer.start_as_current_span(
            name, parent, attributes=shown, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield
            except BaseException as error:
                self._failed(trace, span, error)
                raise

    def _failed(self, trace: Any, span: Span, error: BaseException) -> None:
        kind = type(error).__qualname__
        text = self._redactor.text(f"{kind}: {error}")
        span.add_event("exception", {"exception.type": kind, "exception.message": text})
        span.set_status(trace.Status(trace.StatusCode.ERROR, text))


def _parent(trace: Any, tracing: FcTracing | None) -> Context | None:
    """The span that Function Compute names, in Jaeger's form; ``None``, which begins a trace, if none is."""
    parts = (tracing.span_context or "").split(":") if tracing is not None else []
    try:
        trace_id, span_id, _, flags = (int(part, _HEXADECIMAL) for part in parts)
    except ValueError:
        return None
    span_context = trace.SpanContext(trace_id, span_id, True, trace.TraceFlags(flags & _SAMPLED))
    named: Context = trace.set_span_in_context(trace.NonRecordingSpan(span_context))
    return named
