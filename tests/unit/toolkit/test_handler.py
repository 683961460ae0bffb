from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest

from eniguard.errors import (
    AlreadyInProgress,
    ConfigError,
    DeadlineNear,
    Denied,
    HandlerFailed,
    InputError,
    NotFound,
    PayloadMismatch,
    StateError,
    Throttled,
    Transport,
)
from eniguard.toolkit import Invocation, Metrics, Secrets, guard_handler
from tests.unit.toolkit.runtimes import ENVIRONMENT, PYTHON310, PYTHON312, SECRET, TOKEN
from tests.unit.toolkit.written import NOW, Written

CALL: dict[str, Any] = {"product": "ecs", "action": "DescribeVSwitches"}
Handler = Callable[["bytes | str", object], Any]


def parse(body: bytes) -> dict[str, Any]:
    try:
        event: dict[str, Any] = json.loads(body)
    except ValueError:
        raise InputError("no JSON", path="<delivery>", offset=0) from None
    return event


def handler(written: Written, work: Callable[[dict[str, Any], Invocation], Any], **options: Any) -> Handler:
    options = {"clock": lambda: NOW, "environment": ENVIRONMENT, "logger": written.log, **options}
    return guard_handler(parse, **options)(work)


def raising(error: BaseException) -> Callable[[dict[str, Any], Invocation], Any]:
    def work(_event: dict[str, Any], _call: Invocation) -> None:
        raise error

    return work


@pytest.mark.parametrize("context", [PYTHON310, PYTHON312], ids=["python3.10", "python3.12"])
@pytest.mark.parametrize("body", [b'{"id": "e-1"}', '{"id": "e-1"}'], ids=["bytes", "text"])
def test_the_function_gets_the_event_and_knows_its_call_in_both_runtimes(
    context: Any, body: bytes | str
) -> None:
    calls: list[Invocation] = []

    def work(event: dict[str, Any], call: Invocation) -> str:
        calls.append(call)
        return f"answer to {event['id']}"

    answer = handler(Written(), work, correlation_id=lambda event: event["id"])(body, context)

    assert answer == "answer to e-1"
    (call,) = calls
    assert (call.context.request_id, call.context.function_name) == (context.request_id, "trail_event")
    assert call.correlation_id == "e-1"
    assert call.deadline.at == NOW + 60 - 1
    assert call.deadline.remaining() == 59


def test_only_the_first_call_is_a_cold_start_and_the_lines_say_so() -> None:
    # given
    written, calls = Written(), []

    def work(_event: dict[str, Any], call: Invocation) -> None:
        calls.append(call.cold_start)
        call.logger.info("note")

    handle = handler(written, work)

    # when
    handle(b"{}", PYTHON312)
    handle(b"{}", PYTHON312)

    # then
    assert calls == [True, False]
    assert [line["cold_start"] for line in written.lines] == [True, False]


@pytest.mark.parametrize(("named", "correlation"), [(None, "r-312"), ("", "r-312"), ("trace-1", "trace-1")])
def test_lines_of_the_function_carry_the_correlation_id(named: str | None, correlation: str) -> None:
    written = Written()

    handle = handler(written, lambda _event, call: call.logger.info("note"), correlation_id=lambda _: named)
    handle(b"{}", PYTHON312)

    assert [line["correlation_id"] for line in written.lines] == [correlation]


def test_what_cannot_be_read_is_a_dead_letter_and_the_call_succeeds() -> None:
    # given
    written, kept = Written(), []

    def work(_event: dict[str, Any], _call: Invocation) -> str:
        return "never"

    # when
    answer = handler(written, work, dead_letter=lambda body, error: kept.append((body, error.problem)))(
        b"hunter2", PYTHON312
    )

    # then
    assert answer is None
    assert kept == [(b"hunter2", "no JSON")]
    (line,) = written.lines
    assert (line["kind"], line["reason"], line["offset"], line["bytes"]) == ("dead_letter", "no JSON", 0, 7)
    assert (line["request_id"], line["correlation_id"]) == ("r-312", "r-312")
    assert "hunter2" not in written.text


@pytest.mark.parametrize("error", [InputError("bad"), PayloadMismatch("other payload")])
def test_input_that_the_function_finds_bad_is_a_dead_letter_too(error: InputError) -> None:
    written, kept = Written(), []

    answer = handler(written, raising(error), dead_letter=lambda *letter: kept.append(letter))(
        b"{}", PYTHON312
    )

    assert answer is None
    assert kept == [(b"{}", error)]
    assert written.kinds == ["dead_letter"]


def test_without_a_dead_letter_the_line_remains() -> None:
    written = Written()

    assert handler(written, raising(InputError("bad")))(b"{}", PYTHON312) is None
    assert written.kinds == ["dead_letter"]


def test_when_the_dead_letter_is_out_of_reach_the_call_fails_so_that_nothing_is_lost() -> None:
    written = Written()

    def keep(_body: bytes, _error: InputError) -> None:
        raise StateError("out of reach")

    with pytest.raises(StateError):
        handler(written, raising(InputError("bad")), dead_letter=keep)(b"{}", PYTHON312)
    assert written.kinds == ["to_be_retried"]


@pytest.mark.parametrize(
    ("error", "kind", "level"),
    [
        (ConfigError("set it"), "wrong_configuration", "critical"),
        (StateError("down"), "to_be_retried", "warning"),
        (AlreadyInProgress("held"), "to_be_retried", "warning"),
        (DeadlineNear("3 left"), "to_be_retried", "warning"),
        (Throttled("slow down", **CALL), "to_be_retried", "warning"),
        (Transport("no answer", **CALL), "to_be_retried", "warning"),
        (Denied("not allowed", **CALL), "failed", "error"),
        (NotFound("not there", **CALL), "failed", "error"),
        (ValueError("a bug"), "failed", "error"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_every_other_error_is_told_and_raised_as_it_is(error: Exception, kind: str, level: str) -> None:
    written, kept = Written(), []

    with pytest.raises(type(error)) as raised:
        handler(written, raising(error), dead_letter=lambda *letter: kept.append(letter))(b"{}", PYTHON312)

    assert raised.value is error
    assert kept == []
    (line,) = written.lines
    assert (line["kind"], line["level"]) == (kind, level)
    assert (line["error"]["type"], line["error"]["message"]) == (type(error).__name__, str(error))


@pytest.mark.parametrize(
    "text", [f"signed with {SECRET}", f"token {TOKEN}", "redis://guard:hunter2@192.0.2.1 is down"]
)
def test_an_error_with_a_secret_in_its_text_is_told_and_raised_without_it(text: str) -> None:
    written = Written()

    with pytest.raises(HandlerFailed) as raised:
        handler(written, raising(ValueError(text)))(b"{}", PYTHON310)

    shown = str(raised.value) + written.text
    assert "ValueError: " in shown
    assert [secret for secret in (SECRET, TOKEN, "hunter2") if secret in shown] == []
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__


def test_a_secret_in_an_error_further_down_is_not_raised_either() -> None:
    error = StateError("the store did not answer")
    error.__cause__ = OSError(f"AUTH {SECRET} refused")
    written = Written()

    with pytest.raises(HandlerFailed, match="StateError: the store did not answer"):
        handler(written, raising(error))(b"{}", PYTHON310)

    assert written.kinds == ["to_be_retried"]
    assert SECRET not in written.text


def test_what_secrets_gives_is_in_no_line_of_the_function() -> None:
    # given
    written = Written()
    secrets = Secrets(kms=lambda _name: "sesame-street", redactor=written.redactor)

    def work(_event: dict[str, Any], call: Invocation) -> None:
        call.logger.info("note", text=f"opened with {secrets.get('kms:door')}")
        raise ValueError(f"{secrets.get('kms:door')} did not open it")

    # when
    with pytest.raises(HandlerFailed):
        handler(written, work)(b"{}", PYTHON312)

    # then
    assert written.kinds == ["note", "failed"]
    assert "sesame-street" not in written.text


@pytest.mark.parametrize(
    "error", [None, InputError("bad"), StateError("down"), ValueError("a bug"), SystemExit()]
)
def test_metrics_are_written_once_however_the_call_ends(error: BaseException | None) -> None:
    # given
    written = Written()
    metrics = Metrics(written.log)

    def work(_event: dict[str, Any], call: Invocation) -> None:
        call.metrics.add("events")
        if error is not None:
            raise error

    handle = handler(written, work, metrics=metrics)

    # when
    for _ in range(2):
        with nullcontext() if error is None or isinstance(error, InputError) else pytest.raises(type(error)):
            handle(b"{}", PYTHON312)

    # then
    lines = [line for line in written.lines if line["kind"] == "metric"]
    assert [(line["metric"], line["sum"], line["cold_start"]) for line in lines] == [
        ("events", 1, True),
        ("events", 1, False),
    ]
    assert {line["request_id"] for line in lines} == {"r-312"}


def test_a_handler_keeps_the_name_and_the_text_of_its_function() -> None:
    @guard_handler(parse)
    def trail(_event: dict[str, Any], _call: Invocation) -> None:
        """Handles the trail."""

    assert (trail.__name__, trail.__doc__) == ("trail", "Handles the trail.")


def test_by_default_neither_metrics_nor_spans_are_made() -> None:
    written = Written()

    def work(_event: dict[str, Any], call: Invocation) -> str:
        call.metrics.add("events")
        with call.tracer.step("step"):
            return "answer"

    assert handler(written, work)(b"{}", None) == "answer"
    assert written.text == ""
