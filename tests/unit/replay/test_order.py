from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from eniguard.replay.order import ReorderWindow, Seen


def order_of(arrivals: list[float], window: float) -> tuple[list[float], list[float]]:
    """The times in the order they come out, and those marked late."""
    held: ReorderWindow[float] = ReorderWindow(window)
    out: list[float] = []
    late: list[float] = []
    for position, at in enumerate(arrivals):
        for item, is_late in held.arrive(at, position, at):
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
    held: ReorderWindow[str] = ReorderWindow(10)
    for position, name in enumerate("abc"):
        assert list(held.arrive(1.0, position, name)) == []
    assert [item for _, _, item in held.flush()] == ["a", "b", "c"]


@given(st.lists(st.integers(0, 1000), max_size=60), st.integers(0, 300))
def test_nothing_is_lost_and_only_late_items_are_out_of_order(times: list[int], window: int) -> None:
    held: ReorderWindow[float] = ReorderWindow(float(window))
    out = [found for number, at in enumerate(times) for found in held.arrive(float(at), number, float(at))]
    out += [(item, False) for _, _, item in held.flush()]
    punctual = [item for item, late in out if not late]
    assert sorted(item for item, _ in out) == sorted(float(at) for at in times)
    assert punctual == sorted(punctual)


@given(st.lists(st.integers(0, 100), max_size=60))
def test_a_window_as_wide_as_the_input_sorts_it(times: list[int]) -> None:
    assert order_of([float(at) for at in times], 200) == (sorted(float(at) for at in times), [])


def test_a_repeated_id_is_seen_and_a_new_one_is_not() -> None:
    seen = Seen()
    assert [seen.add(name) for name in ("a", "b", "a")] == [True, True, False]


def test_the_memory_of_ids_reaches_back_at_least_one_generation() -> None:
    seen = Seen(generation=10)
    assert all(seen.add(f"id-{number}") for number in range(25))
    assert not seen.add("id-15")
    assert seen.add("id-1")
