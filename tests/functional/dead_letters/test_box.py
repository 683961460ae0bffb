"""Dead letters in a store: each once, the oldest first, changed by one at a time, and none lost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import pytest

from eniguard.dead_letters import DeadLetters, Found, Page
from eniguard.dead_letters.box import QUEUE
from eniguard.errors import StateError
from eniguard.state import Store, open_store
from tests.functional.dead_letters.failing_store import Killed, MortalStore
from tests.unit.dead_letters.letters import AT, failed, unreadable


@pytest.fixture
def store() -> Iterator[Store]:
    store = open_store("memory:", clock=lambda: NOW[0])
    NOW[0] = AT
    yield store
    store.close()


NOW = [AT]


@pytest.fixture
def box(store: Store) -> DeadLetters:
    return DeadLetters(store, clock=lambda: NOW[0])


def ids(page: Page) -> list[str]:
    return [found.letter.id for found in page.found]


def found_in(box: DeadLetters, letter_id: str) -> Found:
    found = box.get(letter_id)
    assert found is not None
    return found


def test_letter_that_is_put_again_stays_as_it_was(box: DeadLetters) -> None:
    # given
    assert box.put(failed(1))

    # when
    again = box.put(failed(1, at=AT + 500))

    # then
    assert again is False
    assert [found.letter for found in box.page().found] == [failed(1)]


def test_pages_are_bounded_and_oldest_first_whatever_order_they_were_put_in(box: DeadLetters) -> None:
    letters = [failed(number) for number in range(7)] + [unreadable(9), failed(10, at=AT)]
    for letter in reversed(letters):
        box.put(letter)

    pages = [box.page(limit=2)]
    while pages[-1].after is not None:
        pages.append(box.page(after=pages[-1].after, limit=2))

    wanted = [letter.id for letter in sorted(letters, key=lambda one: (one.at, one.id))]
    assert [one for page in pages for one in ids(page)] == wanted
    assert [len(page.found) for page in pages] == [2, 2, 2, 2, 1]


def test_page_goes_on_where_it_stopped_when_letters_before_it_went(box: DeadLetters) -> None:
    for number in range(6):
        box.put(failed(number))
    first = box.page(limit=3)
    for found in first.found[:2]:
        box.mark_redriven(found)

    second = box.page(after=first.after, limit=3)

    assert ids(second) == [failed(number).id for number in (3, 4, 5)]


def test_redriven_letter_is_not_listed_and_can_be_looked_at_for_a_week(box: DeadLetters) -> None:
    box.put(failed(1))

    NOW[0] = AT + 60
    assert box.mark_redriven(box.page().found[0])

    assert box.page().found == ()
    assert found_in(box, failed(1).id).letter.redriven == AT + 60
    NOW[0] = AT + 60 + 7 * 86_400
    assert box.get(failed(1).id) is None


def test_letter_that_fails_after_it_was_redriven_is_open_again(box: DeadLetters) -> None:
    box.put(failed(1))
    box.mark_redriven(found_in(box, failed(1).id))

    NOW[0] = AT + 8 * 86_400
    assert box.put(failed(1, at=AT + 99))

    assert [found.letter for found in box.page().found] == [failed(1, at=AT + 99)]


def test_letter_put_again_before_its_mark_is_forgotten_is_open_again_for_good(box: DeadLetters) -> None:
    box.put(failed(1))
    box.mark_redriven(found_in(box, failed(1).id))

    assert box.put(failed(1, at=AT + 99))

    NOW[0] = AT + 30 * 86_400
    assert [found.letter for found in box.page().found] == [failed(1, at=AT + 99)]


def test_only_one_of_two_that_change_a_letter_succeeds(box: DeadLetters) -> None:
    box.put(failed(1))
    first, second = found_in(box, failed(1).id), found_in(box, failed(1).id)

    assert box.mark_tried(first, "again in vain")

    assert not box.mark_redriven(second)
    assert not box.remove(second)
    assert not box.mark_tried(second, "x")
    (found,) = box.page().found
    assert (found.letter.tries, found.letter.problem, found.letter.redriven) == (2, "again in vain", None)


def test_removed_letter_is_gone(box: DeadLetters, store: Store) -> None:
    box.put(failed(1))

    assert box.remove(found_in(box, failed(1).id))

    assert box.get(failed(1).id) is None
    assert store.due(QUEUE, AT + 1000) == []


def test_letter_that_cannot_be_read_is_named_and_hides_no_other(box: DeadLetters, store: Store) -> None:
    box.put(failed(1))
    box.put(failed(2))
    item = store.get(f"dead-letter/{failed(1).id}")
    assert item is not None
    store.replace(item.key, b'{"schema": 2}', version=item.version)

    page = box.page()

    assert (ids(page), page.unreadable) == ([failed(2).id], (failed(1).id,))
    with pytest.raises(StateError, match="no dead letter that this version reads"):
        box.get(failed(1).id)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("number", range(3))
def test_put_that_is_killed_at_any_write_and_comes_again_leaves_one_open_letter(
    store: Store, box: DeadLetters, number: int, after: bool
) -> None:
    mortal = MortalStore(store, number, after=after)
    with pytest.raises(Killed):
        DeadLetters(cast("Store", mortal)).put(failed(1))
    assert len(box.page().found) <= 1

    box.put(failed(1, at=AT + 30))

    assert ids(box.page()) == [failed(1).id]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("number", range(4))
def test_reopening_that_is_killed_at_any_write_and_comes_again_leaves_it_open(
    store: Store, box: DeadLetters, number: int, after: bool
) -> None:
    box.put(failed(1))
    box.mark_redriven(found_in(box, failed(1).id))
    mortal = MortalStore(store, number, after=after)
    with pytest.raises(Killed):
        DeadLetters(cast("Store", mortal)).put(failed(1, at=AT + 30))

    box.put(failed(1, at=AT + 60))

    NOW[0] = AT + 30 * 86_400
    assert ids(box.page()) == [failed(1).id]


def test_mark_that_is_killed_before_the_queue_was_told_is_tidied_by_the_next_list(
    store: Store, box: DeadLetters
) -> None:
    box.put(failed(1))
    mortal = DeadLetters(cast("Store", MortalStore(store, 1, after=False)), clock=lambda: NOW[0])
    with pytest.raises(Killed):
        mortal.mark_redriven(found_in(box, failed(1).id))
    assert store.due(QUEUE, AT + 1000) != []

    assert box.page().found == ()

    assert store.due(QUEUE, AT + 1000) == []
