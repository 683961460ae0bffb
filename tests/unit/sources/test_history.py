from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from eniguard.model import Observation
from eniguard.sources.history import MemoryHistory


def mark(
    at: float, value: str = "v", member: str | None = None, series: str = "s", window: float = 60
) -> Observation:
    return Observation(series, member or f"m{at}", value, at, window)


def test_a_member_counts_once() -> None:
    history = MemoryHistory()
    history.observe([mark(0, member="same")])
    assert history.observe([mark(1, member="same")])["s"].count == 1


def test_marks_leave_the_window() -> None:
    history = MemoryHistory()
    history.observe([mark(0, "a"), mark(30, "b")])
    found = history.observe([mark(61, "b")])["s"]
    assert (found.count, found.distinct, found.first, found.last) == (2, 1, 30, 61)


def test_series_are_kept_apart_and_bounded() -> None:
    history = MemoryHistory(most=2)
    for name in ("a", "b", "c"):
        history.observe([mark(0, series=name)])
    assert history.observe([mark(1, series="c")])["c"].count == 2
    assert history.observe([mark(1, series="a")])["a"].count == 1


@given(st.lists(st.tuples(st.integers(0, 200), st.sampled_from("abc")), max_size=40))
def test_a_window_holds_what_a_plain_list_would(marks: list[tuple[int, str]]) -> None:
    history = MemoryHistory()
    ordered = sorted(marks)
    for number, (at, value) in enumerate(ordered):
        found = history.observe([mark(at, value, member=str(number))])["s"]
        inside = [(time, one) for time, one in ordered[: number + 1] if time >= at - 60]
        assert (found.count, found.distinct) == (len(inside), len({one for _, one in inside}))
