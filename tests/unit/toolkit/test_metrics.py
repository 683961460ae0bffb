from __future__ import annotations

from typing import Any

import pytest

from eniguard.errors import ConfigError
from eniguard.toolkit import FcContext, Metrics
from tests.unit.toolkit.written import NOW, Written

CONTEXT = FcContext(request_id="r-1", function_name="trail_log")
OWN = ("kind", "level", "time", "request_id", "function", "cold_start")


def series(written: Written) -> list[dict[str, Any]]:
    return [{name: value for name, value in line.items() if name not in OWN} for line in written.lines]


def test_each_series_of_a_call_is_one_line_with_its_dimensions() -> None:
    # given
    written = Written(CONTEXT)

    # when
    with Metrics(written.log, dimensions={"stage": "prod"}) as metrics:
        metrics.add("events", way="sls")
        metrics.add("events", 4, way="sls")
        metrics.add("events", way="oss", region=None)
        metrics.add("body", 120, "bytes")

    # then
    assert series(written) == [
        {
            "metric": "events",
            "unit": "count",
            "count": 2,
            "sum": 5,
            "min": 1,
            "max": 4,
            "stage": "prod",
            "way": "sls",
        },
        {
            "metric": "events",
            "unit": "count",
            "count": 1,
            "sum": 1,
            "min": 1,
            "max": 1,
            "stage": "prod",
            "way": "oss",
        },
        {"metric": "body", "unit": "bytes", "count": 1, "sum": 120, "min": 120, "max": 120, "stage": "prod"},
    ]
    assert {line["kind"] for line in written.lines} == {"metric"}
    assert {(line["request_id"], line["function"]) for line in written.lines} == {("r-1", "trail_log")}


def test_what_is_flushed_is_not_written_again() -> None:
    written = Written()
    metrics = Metrics(written.log)
    metrics.add("events")

    metrics.flush()
    metrics.flush()

    assert len(written.lines) == 1


def test_it_is_flushed_when_the_work_fails_too() -> None:
    written = Written()

    def fail() -> None:
        with Metrics(written.log) as metrics:
            metrics.add("events")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    assert len(written.lines) == 1


def test_metrics_are_written_whatever_the_level_of_the_log() -> None:
    written = Written(level="critical")

    with Metrics(written.log) as metrics:
        metrics.add("events")

    assert len(written.lines) == 1


@pytest.mark.parametrize(("event_time", "seconds"), [(NOW - 2.5, 2.5), (NOW + 60, 0)])
def test_the_time_from_event_to_decision_is_measured_and_never_negative(
    event_time: float, seconds: float
) -> None:
    written = Written()

    with Metrics(written.log, clock=lambda: NOW) as metrics:
        metrics.event_to_decision(event_time, way="eventbridge")

    (line,) = series(written)
    assert (line["metric"], line["unit"], line["sum"]) == ("event_to_decision", "seconds", seconds)
    assert line["way"] == "eventbridge"


def test_switched_off_it_writes_nothing() -> None:
    written = Written()

    with Metrics(written.log, enabled=False) as metrics:
        metrics.add("events")
        metrics.event_to_decision(NOW)

    assert written.text == ""


@pytest.mark.parametrize(
    ("metric", "value", "dimensions"),
    [
        ("Events", 1, {}),
        ("", 1, {}),
        ("a b", 1, {}),
        ("events", float("nan"), {}),
        ("events", float("inf"), {}),
        ("events", 1, {"unit": "x"}),
        ("events", 1, {"Way": "x"}),
    ],
)
def test_what_cannot_be_queried_is_an_error(metric: str, value: float, dimensions: dict[str, str]) -> None:
    with pytest.raises(ConfigError):
        Metrics(Written().log).add(metric, value, "count", **dimensions)


def test_a_metric_has_one_unit() -> None:
    metrics = Metrics(Written().log)
    metrics.add("wait", 1, "seconds")

    with pytest.raises(ConfigError, match="wait is counted in seconds, not in count"):
        metrics.add("wait")


def test_a_dimension_from_outside_makes_no_more_than_so_many_lines_of_so_much() -> None:
    written = Written()

    with Metrics(written.log) as metrics:
        for number in range(600):
            metrics.add("events", way=f"{number:03}" * 1000)

    lines = written.lines
    assert len(lines) == 501
    assert (lines[-1]["kind"], lines[-1]["values"]) == ("metrics_left_out", 100)
    assert {len(line["way"]) for line in lines[:-1]} == {128}
