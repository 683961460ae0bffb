from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eniguard.model import Earlier, History, Observation
from eniguard.sources.history import MemoryHistory


def mark(
    at: float,
    value: str = "v",
    member: str | None = None,
    *,
    series: str = "s",
    window: float = 60,
    most: int = 10_000,
) -> Observation:
    return Observation(series, member or f"m{at}", value, at, window, most)


def seen(history: MemoryHistory, *marks: Observation) -> list[tuple[int, int]]:
    """Count and distinct, as each mark sees them in the order of arrival."""
    found = [history.observe([one])[one.series] for one in marks]
    return [(one.count, one.distinct) for one in found]


def test_a_member_counts_once() -> None:
    history = MemoryHistory()
    history.observe([mark(0, member="same")])
    assert history.observe([mark(1, member="same")])["s"].count == 1


def test_a_member_that_comes_again_sees_what_it_saw_the_first_time() -> None:
    history = MemoryHistory()
    first = [history.observe([mark(at, str(at))])["s"] for at in range(5)]
    again = [history.observe([mark(at, str(at))])["s"] for at in (3, 0, 4)]
    assert again == [first[3], first[0], first[4]]
    assert history.observe([mark(5, "5")])["s"].count == 6


def test_marks_leave_the_window() -> None:
    history = MemoryHistory()
    history.observe([mark(0, "a"), mark(30, "b")])
    found = history.observe([mark(61, "b")])["s"]
    assert (found.count, found.distinct, found.first, found.last) == (2, 1, 30, 61)


def test_a_mark_as_old_as_the_window_is_still_in_it() -> None:
    assert seen(MemoryHistory(), mark(0), mark(60), mark(61)) == [(1, 1), (2, 1), (2, 1)]


def test_series_are_kept_apart_and_bounded() -> None:
    history = MemoryHistory(most=2)
    for name in ("a", "b", "c"):
        history.observe([mark(0, series=name)])
    assert history.observe([mark(1, series="c")])["c"].count == 2
    assert history.observe([mark(1, series="a")])["a"].count == 1


def test_marks_of_several_series_are_set_in_one_go() -> None:
    found = MemoryHistory().observe([mark(0, series="a"), mark(0, series="b")])
    assert {name: one.count for name, one in found.items()} == {"a": 1, "b": 1}


def test_a_mark_is_told_what_the_one_before_it_saw() -> None:
    history = MemoryHistory()
    given_back = [history.observe([one])["s"].previous for one in (mark(0, "a"), mark(1, "a"), mark(2, "b"))]
    assert given_back == [None, Earlier("a", 1, 1), Earlier("a", 2, 1)]


def test_after_a_quiet_window_nothing_came_before() -> None:
    history = MemoryHistory()
    for at in range(5):
        history.observe([mark(at)])
    assert history.observe([mark(100)])["s"] == History(1, 1, 100, 100)


def test_a_late_mark_counts_and_is_counted_while_it_lies_in_the_window() -> None:
    assert seen(MemoryHistory(), mark(50, "b"), mark(10, "a"), mark(60, "c")) == [(1, 1), (2, 2), (3, 3)]


def test_a_late_mark_leaves_the_window_at_its_own_time() -> None:
    history = MemoryHistory()
    seen(history, mark(50, "b"), mark(10, "a"))
    found = history.observe([mark(75, "c")])["s"]
    assert (found.count, found.distinct, found.first, found.last) == (2, 2, 50, 75)


def test_a_mark_older_than_the_window_stands_alone() -> None:
    history = MemoryHistory()
    history.observe([mark(100, "b")])
    assert history.observe([mark(39, "a")])["s"] == History(1, 1, 39, 39)
    assert history.observe([mark(101, "b")])["s"].count == 2


@pytest.mark.parametrize("most", [1, 3])
def test_a_series_keeps_its_newest_marks(most: int) -> None:
    history = MemoryHistory()
    for at in range(9):
        found = history.observe([mark(at, str(at), most=most)])["s"]
    assert (found.count, found.distinct, found.first) == (most, most, 9 - most)


@given(st.lists(st.tuples(st.integers(0, 200), st.sampled_from("abc")), max_size=40))
def test_a_window_holds_what_a_plain_list_would(marks: list[tuple[int, str]]) -> None:
    history = MemoryHistory()
    ordered = sorted(marks)
    for number, (at, value) in enumerate(ordered):
        found = history.observe([mark(at, value, member=str(number))])["s"]
        inside = [(time, one) for time, one in ordered[: number + 1] if time >= at - 60]
        assert (found.count, found.distinct) == (len(inside), len({one for _, one in inside}))


@given(st.lists(st.tuples(st.integers(0, 60), st.sampled_from("abc")), min_size=1, max_size=40))
def test_within_one_window_the_last_to_arrive_sees_all_whatever_the_order(
    marks: list[tuple[int, str]],
) -> None:
    history = MemoryHistory()
    for number, (at, value) in enumerate(marks):
        found = history.observe([mark(at, value, member=str(number))])["s"]
    times = [at for at, _ in marks]
    assert found == History(
        len(marks), len({one for _, one in marks}), min(times), max(times), found.previous
    )


@given(st.lists(st.tuples(st.integers(0, 300), st.sampled_from("abc")), max_size=40))
def test_in_any_order_of_arrival_the_window_ends_with_the_newest_mark(marks: list[tuple[int, str]]) -> None:
    history, arrived, newest = MemoryHistory(), list[tuple[int, str]](), 0
    for number, (at, value) in enumerate(marks):
        found = history.observe([mark(at, value, member=str(number))])["s"]
        newest = max(newest, at)
        if at < newest - 60:
            assert found == History(1, 1, at, at)
            continue
        arrived.append((at, value))
        inside = [(time, one) for time, one in arrived if time >= newest - 60]
        assert (found.count, found.distinct) == (len(inside), len({one for _, one in inside}))
