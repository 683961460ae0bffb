from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eniguard.events.times import parsed, seconds


@pytest.mark.parametrize(
    ("text", "canonical", "at"),
    [
        ("2025-07-07T01:39:09Z", "2025-07-07T01:39:09Z", 1751852349.0),
        ("2025-07-07t01:39:09z", "2025-07-07T01:39:09Z", 1751852349.0),
        ("2020-12-01T11:54:59.366+0000", "2020-12-01T11:54:59Z", 1606823699.366),
        ("2020-11-19T21:04:41+08:00", "2020-11-19T13:04:41Z", 1605791081.0),
        ("2020-11-19T01:04:41-08:00", "2020-11-19T09:04:41Z", 1605776681.0),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z", 1483228800.0),
    ],
)
def test_every_spelling_of_a_time_becomes_utc(text: str, canonical: str, at: float) -> None:
    assert parsed(text) == (canonical, pytest.approx(at))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2025-07-07",
        "2025-07-07T01:39:09",
        "2025-02-29T00:00:00Z",
        "2025-13-01T00:00:00Z",
        "2025-07-07T24:00:00Z",
        "2025-07-07T01:39:61Z",
        "0001-01-01T00:00:00+08:00",
        "20250707T013909Z",
        "\uff12025-07-07T01:39:09Z",
        "2025-07-07T01:39:09Z ",
    ],
)
def test_text_that_is_no_time_with_an_offset_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parsed(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("9999-12-31T23:59:59Z", "it is in the future"),
        ("1969-12-31T23:59:59Z", "it is before 1970"),
        ("2025-07-07T01:39:61Z", "no such date or clock time"),
    ],
)
def test_time_that_no_event_has_says_why(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parsed(text)


@given(st.integers(0, 4_000_000_000), st.integers(-14 * 60, 14 * 60))
def test_a_local_time_and_its_utc_form_are_the_same_instant(at: int, minutes: int) -> None:
    moment = datetime.fromtimestamp(at + 86_400, timezone.utc)
    local = moment.astimezone(timezone(timedelta(minutes=minutes)))
    canonical = moment.strftime("%Y-%m-%dT%H:%M:%SZ")

    assert parsed(local.isoformat()) == (canonical, moment.timestamp())
    assert seconds(canonical) == moment.timestamp()


@given(
    st.text(max_size=24)
    | st.from_regex(r"\A2025-0[0-9]-[0-3][0-9][Tt ][0-2][0-9]:[0-6][0-9]:[0-6][0-9][Zz]\Z")
)
def test_the_fast_reading_agrees_with_the_full_one(text: str) -> None:
    try:
        fast = seconds(text)
    except ValueError:
        return
    assert parsed(text) == (text, fast)
