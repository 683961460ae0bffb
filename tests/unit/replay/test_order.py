from __future__ import annotations

from typing import TypeVar

from hypothesis import given
from hypothesis import strategies as st

from eniguard.replay.order import ReorderWindow, Seen

_Item = TypeVar("_Item")
Arrival = tuple[float, int, _Item]


def order_of(arrivals: list[float], window: float) -> tuple[list[float], list[float]]:
    """The times in the order they come out, and those marked late."""
    held: ReorderWindow[Arrival[float]] = ReorderWindow(window)
    out: list[float] = []
    late: list[float] = []
    for _, is_late, (_, _, item) in held.arrive([(at, position, at) for position, at in enumerate(arrivals)]):
        out.append(item)
        if is_late:
            late.append(item)
    return [*out, *(item for _, _, item in held.flush())], late


def test_items_inside_the_window_come_out_in_the_order_of_their_time() -> None:
    assert order_of([100, 105, 101, 104, 103], 10) == ([100, 101, 103, 104, 105], [])


def test_an_item_older_than_the_window_comes_out_at_once_and_is_late() -> None:
    out, late = order_of([100, 200, 150], 10)
    assert out == [100, 150, 200]
    assert late == [150]


def test_items_of_one_time_keep_the_order_of_their_arrival() -> None:
    held: ReorderWindow[Arrival[str]] = ReorderWindow(10)
    assert held.arrive([(1.0, position, name) for position, name in enumerate("abc")]) == []
    assert [item for _, _, item in held.flush()] == ["a", "b", "c"]


def test_an_item_is_let_out_by_the_first_arrival_that_is_late_enough() -> None:
    held: ReorderWindow[Arrival[str]] = ReorderWindow(10)
    arrivals = [(at, place, f"at {at}") for place, at in enumerate([100.0, 105.0, 111.0, 90.0, 120.0])]
    assert held.arrive(arrivals) == [
        (2, False, arrivals[0]),
        (3, True, arrivals[3]),
        (4, False, arrivals[1]),
    ]


@given(st.lists(st.integers(0, 1000), max_size=60), st.integers(0, 300))
def test_nothing_is_lost_and_only_late_items_are_out_of_order(times: list[int], window: int) -> None:
    held: ReorderWindow[Arrival[float]] = ReorderWindow(float(window))
    released = held.arrive([(float(at), number, float(at)) for number, at in enumerate(times)])
    out = [(item, late) for _, late, (_, _, item) in released] + [
        (item, False) for _, _, item in held.flush()
    ]
    punctual = [item for item, late in out if not late]
    assert sorted(item for item, _ in out) == sorted(float(at) for at in times)
    assert punctual == sorted(punctual)


@given(st.lists(st.lists(st.integers(0, 500), max_size=8), max_size=20), st.integers(0, 200))
def test_what_comes_out_does_not_depend_on_how_many_arrive_at_a_time(
    batches: list[list[int]], window: int
) -> None:
    together: ReorderWindow[Arrival[int]] = ReorderWindow(float(window))
    single: ReorderWindow[Arrival[int]] = ReorderWindow(float(window))
    number = 0
    for batch in batches:
        arrivals = [(float(at), place, place) for place, at in enumerate(batch, number)]
        number += len(batch)
        assert together.arrive(arrivals) == [found for one in arrivals for found in single.arrive([one])]
    assert together.flush() == single.flush()


@given(st.lists(st.integers(0, 100), max_size=60))
def test_a_window_as_wide_as_the_input_sorts_it(times: list[int]) -> None:
    assert order_of([float(at) for at in times], 200) == (sorted(float(at) for at in times), [])


def test_a_repeated_id_is_seen_and_a_new_one_is_not() -> None:
    seen = Seen()
    assert seen.add(["a", "b", "a"]) == [True, True, False]
    assert seen.add(["c", "b"]) == [True, False]


def test_the_memory_of_ids_reaches_back_at_least_one_generation() -> None:
    seen = Seen(generation=10)
    assert all(seen.add([f"id-{number}" for number in range(25)]))
    assert seen.add(["id-15", "id-1"]) == [False, True]


@given(st.lists(st.lists(st.integers(0, 30), max_size=8), max_size=20))
def test_ids_are_remembered_alike_however_many_come_at_a_time(batches: list[list[int]]) -> None:
    together, single = Seen(generation=7), Seen(generation=7)
    for batch in batches:
        ids = [str(number) for number in batch]
        assert together.add(ids) == [single.add([one])[0] for one in ids]
