from __future__ import annotations

import sys
from typing import Any

import pytest
from opentelemetry.trace import StatusCode

from eniguard.errors import StateError
from eniguard.toolkit import FcContext, FcTracing, Invocation, Redactor, Tracer, guard_handler
from tests.functional.toolkit.spans import EXPORTER, exported

SECRET = "hunter2-hunter2"


@pytest.fixture(autouse=True)
def _no_spans_of_other_tests() -> None:
    Tracer().flush()
    EXPORTER.clear()


def context(span_context: str | None) -> FcContext:
    return FcContext("r-1", "trail_event", "cn-hangzhou", "1234567890123456", tracing=FcTracing(span_context))


def test_steps_lie_in_the_call_and_the_call_in_the_trace_that_function_compute_began() -> None:
    # given
    tracer = Tracer()

    # when
    with (
        tracer.call(context("5f8b1a2c3d4e5f60:1a2b3c4d5e6f7081:0:1")),
        tracer.step("parse", bytes=12, way=None),
    ):
        pass
    tracer.flush()

    # then
    step, call = exported()
    assert (call.name, step.name) == ("trail_event", "parse")
    assert call.parent is not None
    assert (call.parent.trace_id, call.parent.span_id) == (0x5F8B1A2C3D4E5F60, 0x1A2B3C4D5E6F7081)
    assert call.parent.is_remote
    assert step.parent is not None
    assert step.parent.span_id == call.context.span_id
    assert dict(call.attributes or {}) == {
        "faas.name": "trail_event",
        "faas.invocation_id": "r-1",
        "cloud.region": "cn-hangzhou",
        "cloud.account.id": "1234567890123456",
    }
    assert dict(step.attributes or {}) == {"bytes": 12}


@pytest.mark.parametrize(
    "text", [None, "", "x", "1:2", "0:0:0:0", "1:2:3:z", "1:2:3:4:5", "-1:1:0:1", "f" * 33 + ":1:0:1"]
)
def test_a_trace_that_cannot_be_read_is_begun_anew(text: str | None) -> None:
    tracer = Tracer()

    with tracer.call(context(text)):
        pass
    tracer.flush()

    (call,) = exported()
    assert call.parent is None


def test_a_trace_that_is_not_sampled_makes_no_spans() -> None:
    tracer = Tracer()

    with tracer.call(context("5f8b1a2c3d4e5f60:1a2b3c4d5e6f7081:0:0")):
        pass
    tracer.flush()

    assert exported() == []


def test_an_error_is_told_by_the_span_without_its_secrets() -> None:
    # given
    tracer = Tracer(redactor=Redactor(SECRET))

    # when
    with pytest.raises(StateError), tracer.step("write", Password=SECRET, note=f"with {SECRET}"):
        raise StateError(f"refused {SECRET}")
    tracer.flush()

    # then
    (span,) = exported()
    assert (span.status.status_code, span.status.description) == (StatusCode.ERROR, "StateError: refused ***")
    (event,) = span.events
    assert dict(event.attributes or {}) == {
        "exception.type": "StateError",
        "exception.message": "StateError: refused ***",
    }
    assert SECRET not in span.to_json()


def test_a_handler_sends_its_spans_before_the_instance_is_frozen() -> None:
    @guard_handler(bytes.decode, tracer=Tracer(), environment={})
    def handle(event: str, call: Invocation) -> str:
        with call.tracer.step("decide"):
            return event

    assert handle(b"event", None) == "event"

    assert [span.name for span in exported()] == ["decide", "call"]


@pytest.mark.parametrize("missing", ["opentelemetry", "opentelemetry.trace"])
def test_without_the_package_there_are_no_spans_and_no_errors(monkeypatch: Any, missing: str) -> None:
    # given
    monkeypatch.setitem(sys.modules, missing, None)
    if missing == "opentelemetry.trace":
        monkeypatch.delattr("opentelemetry.trace")
    tracer = Tracer()

    # when
    with tracer.call(context(None)), tracer.step("parse"):
        pass
    tracer.flush()
    monkeypatch.undo()
    Tracer().flush()

    # then
    assert exported() == []


def test_switched_off_it_makes_no_spans() -> None:
    tracer = Tracer(enabled=False)

    with tracer.call(context(None)), tracer.step("parse"):
        pass
    Tracer().flush()

    assert exported() == []
