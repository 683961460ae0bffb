"""A provider of spans that keeps them in memory; OpenTelemetry takes one a process."""

from __future__ import annotations

from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

# Spans of a batch leave when it is full, or when it is flushed.
EXPORTER = InMemorySpanExporter()
PROVIDER = TracerProvider()
PROVIDER.add_span_processor(BatchSpanProcessor(EXPORTER, schedule_delay_millis=3_600_000))
trace.set_tracer_provider(PROVIDER)


def exported() -> list[ReadableSpan]:
    """What was sent so far."""
    return list(EXPORTER.get_finished_spans())
