from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from eniguard.errors import InputError, StateError, Throttled
from eniguard.toolkit import FcContext, FcCredentials, FcTracing
from tests.unit.toolkit.written import Written

LIMIT = 32_000
SECRET, TOKEN, ENDPOINT = "example-access-key-secret", "example-token", "http://example.com/user@0123456789"
CONTEXT = FcContext(
    request_id="r-1",
    function_name="trail_event",
    credentials=FcCredentials("STS.example", SECRET, TOKEN),
    tracing=FcTracing(None, ENDPOINT),
)


class Record(Struct):
    rule: str
    level: str


def joined(lines: list[dict[str, Any]]) -> Any:
    """The fields that lie in the parts of a record."""
    return json.loads("".join(line["text"] for line in lines if "part" in line))


def test_a_line_says_when_where_and_what() -> None:
    written = Written(CONTEXT, cold_start=True)

    written.log.bind(event_id="e-1", correlation_id="c-1").write("decision", findings=2)

    assert written.lines == [
        {
            "kind": "decision",
            "level": "info",
            "time": "2026-03-01T12:00:00.000Z",
            "request_id": "r-1",
            "function": "trail_event",
            "cold_start": True,
            "event_id": "e-1",
            "correlation_id": "c-1",
            "findings": 2,
        }
    ]


def test_lines_below_the_level_are_left_out_but_not_what_the_function_is_there_to_say() -> None:
    written = Written(level="warning")

    written.log.write("decision")
    for tell in (
        written.log.debug,
        written.log.info,
        written.log.warning,
        written.log.error,
        written.log.critical,
    ):
        tell("note")

    assert [line["level"] for line in written.lines] == ["info", "warning", "error", "critical"]
    assert written.kinds[0] == "decision"


def test_a_field_does_not_hide_what_the_line_itself_says() -> None:
    written = Written(CONTEXT)

    written.log.write("finding", Record("ENI001", "high"), kind="k", request_id="other", parts=3)

    (line,) = written.lines
    assert (line["kind"], line["level"], line["request_id"]) == ("finding", "info", "r-1")
    assert (line["kind_"], line["level_"], line["request_id_"], line["parts_"]) == ("k", "high", "other", 3)


def test_binding_leaves_the_logger_it_came_from_as_it_is() -> None:
    written = Written()

    written.log.bind(event_id="e-1").info("one")
    written.log.info("two")

    assert ["event_id" in line for line in written.lines] == [True, False]


def test_the_credentials_of_the_call_stand_in_no_line() -> None:
    written = Written(CONTEXT)

    written.log.error("failed", note=f"tried {SECRET} {TOKEN} {ENDPOINT}", Password="x1", context=CONTEXT)

    assert written.lines[0]["note"] == "tried *** *** ***"
    assert [secret for secret in (SECRET, TOKEN, ENDPOINT, "x1") if secret in written.text] == []


def test_the_credentials_of_a_later_call_stand_in_no_line_either() -> None:
    written = Written()

    written.log.serving(CONTEXT).info(f"kind {SECRET}", token_of=TOKEN)

    assert written.lines[0]["request_id"] == "r-1"
    assert SECRET not in written.text
    assert TOKEN not in written.text


def test_an_exception_becomes_fields_with_its_cause_and_places() -> None:
    written = Written()

    try:
        try:
            raise Throttled(
                "slow down", product="ecs", action="DescribeVSwitches", code="Throttling", request_id="q"
            )
        except Throttled as error:
            raise StateError(f"no answer with {SECRET}") from error
    except StateError as error:
        written.redactor.add(SECRET)
        written.log.error("failed", error=error)

    told = written.lines[0]["error"]
    assert (told["type"], told["message"]) == ("StateError", "no answer with ***")
    assert told["stack"][-1].endswith("test_an_exception_becomes_fields_with_its_cause_and_places")
    cause = told["cause"]
    assert (cause["type"], cause["product"], cause["action"]) == ("Throttled", "ecs", "DescribeVSwitches")
    assert (cause["code"], cause["request_id"]) == ("Throttling", "q")


def test_an_input_error_says_where() -> None:
    written = Written()

    written.log.warning("bad", error=InputError("no JSON", path="<delivery>", offset=12, index=3))

    told = written.lines[0]["error"]
    assert (told["path"], told["offset"], told["index"]) == ("<delivery>", 12, 3)


def test_errors_that_come_from_each_other_in_a_circle_are_told_as_far_as_is_useful() -> None:
    written = Written()
    first, second = ValueError("first"), ValueError("second")
    first.__cause__, second.__cause__ = second, first

    written.log.error("failed", error=first)

    assert written.text.count("second") == 3


class Mute(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text")


def _endless() -> list[Any]:
    endless: list[Any] = []
    endless.append(endless)
    return endless


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (object(), "<object>"),
        (b"hunter2", "<7 bytes>"),
        (_endless(), "<list>"),
        (float("nan"), None),
        (2**70, 2**70),
        ("\ud800", "\ud800"),
        ({1: "a"}, {"1": "a"}),
        ({"a": {1}}, {"a": [1]}),
    ],
    ids=["object", "bytes", "circle", "nan", "large", "surrogate", "number-as-name", "set"],
)
def test_whatever_a_field_holds_the_line_is_written(value: object, shown: object) -> None:
    written = Written()

    written.log.info("note", field=value, beside=1)

    assert (written.lines[0]["field"], written.lines[0]["beside"]) == (shown, 1)


def test_an_exception_that_cannot_say_what_it_is_is_told_by_its_type() -> None:
    written = Written()

    written.log.error("failed", error=Mute())

    assert written.lines[0]["error"]["type"].endswith("Mute")
    assert written.lines[0]["error"]["message"] == "<no text: RuntimeError>"


def test_a_bound_text_from_outside_is_cut() -> None:
    written = Written()

    written.log.bind(correlation_id="c" * 100_000).info("note")

    assert written.lines[0]["correlation_id"] == "c" * 256


def test_a_long_record_lies_in_lines_that_are_not_cut_and_its_first_line_can_be_searched() -> None:
    # given
    written = Written(CONTEXT)
    evidence = [{"name": f"prefix-{number}", "value": "10.0.0.0/28"} for number in range(3000)]

    # when
    written.log.write("finding", rule="PFX001", evidence=evidence)
    written.log.write("finding", rule="PFX002", evidence=evidence)

    # then
    assert max(len(line.encode()) + 1 for line in written.text.split("\n")) <= LIMIT
    first = [line for line in written.lines if "part" not in line]
    assert [line["rule"] for line in first] == ["PFX001", "PFX002"]
    assert {line["request_id"] for line in written.lines} == {"r-1"}
    for head in first:
        parts = [line for line in written.lines if line["line"] == head["line"] and "part" in line]
        assert [line["part"] for line in parts] == list(range(1, head["parts"] + 1))
        assert joined(parts) == {"evidence": evidence}


@settings(max_examples=50)
@given(
    st.dictionaries(
        st.text('abc"\\é\U0001f600\n', min_size=1, max_size=3),
        st.builds(lambda text, times: text * times, st.text(max_size=5), st.integers(0, 30_000)),
        max_size=6,
    )
)
def test_of_a_record_of_any_length_every_field_is_written_and_no_line_is_cut(fields: dict[str, str]) -> None:
    written = Written(CONTEXT)

    written.log.write("note", **fields)

    lines = written.lines
    assert max(len(line.encode()) + 1 for line in written.text.split("\n")) <= LIMIT
    told = {**lines[0], **(joined(lines) if len(lines) > 1 else {})}
    assert {name: told[name] for name in fields} == fields


def test_many_short_fields_that_do_not_fit_together_are_written_as_well() -> None:
    written = Written()
    fields = {f"field_{number}": "x" * 400 for number in range(200)}

    written.log.write("note", **fields)

    assert joined(written.lines) == fields


def test_a_record_beyond_all_bounds_says_how_much_is_missing() -> None:
    written = Written()

    written.log.write("note", rule="ENI001", text="x" * 5_000_000)

    lines = written.lines
    assert len(lines) == 101
    assert lines[0]["rule"] == "ENI001"
    kept = sum(len(line["text"]) for line in lines[1:])
    assert lines[0]["cut_bytes"] == 5_000_000 + len('{"text":""}') - kept


def test_a_secret_is_hidden_before_a_long_record_is_parted() -> None:
    written = Written(CONTEXT)

    written.log.write("note", text=(SECRET + " ") * 10_000)

    assert "example-access" not in written.text


def test_what_libraries_tell_becomes_lines_while_it_is_captured_and_not_after() -> None:
    # given
    written = Written(CONTEXT)
    before = logging.getLogger().handlers[:]

    # when
    with written.log.capturing("info"):
        logging.getLogger("urllib3").warning("retry with %s", SECRET)
        logging.getLogger("urllib3").debug("left out")
        try:
            raise StateError("gone")
        except StateError:
            logging.getLogger("redis").exception("lost")
    logging.getLogger("urllib3").warning("after")

    # then
    first, second = written.lines
    assert (first["kind"], first["level"], first["logger"]) == ("library", "warning", "urllib3")
    assert first["message"] == "retry with ***"
    assert (second["level"], second["error"]["type"]) == ("error", "StateError")
    assert logging.getLogger().handlers == before
