"""trail_event with a store and the cloud at hand: what EventBridge delivers, and what somebody makes up."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from eniguard.dead_letters import DeadLetters, DirectOrigin
from eniguard.errors import StateError
from tests.functional.delivery.scene import TIMEOUT, Guard, Slow, cloud_event, event, other_event


def test_an_event_is_decided_once_however_often_it_comes(guard: Guard) -> None:
    instance = guard.function("trail_event")

    endings = [guard.call("trail_event", cloud_event(event()), instance=instance) for _ in range(3)]

    assert endings == [{"decided": 1}, {"duplicate": 1}, {"duplicate": 1}]
    assert guard.call("trail_event", cloud_event(event())) == {"duplicate": 1}
    assert len(guard.findings()) == 1


def test_duplicates_in_one_list_are_decided_once_in_any_order(guard: Guard) -> None:
    events = [cloud_event(event(number)) for number in range(20)] * 3
    random.Random(7).shuffle(events)

    assert guard.call("trail_event", events) == {"decided": 20, "duplicate": 40}
    assert len(set(guard.findings())) == len(guard.findings()) == 20


@pytest.mark.parametrize("days", [1, 7, 89])
def test_an_event_that_comes_days_late_is_decided(guard: Guard, days: int) -> None:
    guard.cloud.clock.advance(days * 86_400)

    assert guard.call("trail_event", cloud_event(event())) == {"decided": 1}
    (told,) = [one for one in guard.lines("metric") if one["metric"] == "event_to_decision"]
    assert told["sum"] == days * 86_400 + 60


def test_an_event_whose_account_is_not_that_of_its_envelope_is_a_dead_letter(guard: Guard) -> None:
    counts = guard.call("trail_event", cloud_event(event(), aliyunaccountid="6543210987654321"))

    assert counts == {"dead_letter": 1}
    (found,) = DeadLetters(guard.store(), clock=guard.live.now).page().found
    assert "account" in found.letter.problem
    assert found.letter.origin == DirectOrigin("r-trail_event", 0)
    assert not guard.findings()


@pytest.mark.parametrize(
    "form",
    [
        lambda one: one,
        lambda one: [one, one],
        lambda one: {"Events": [one]},
        lambda one: {"__topic__": "actiontrail_audit_event", "event": json.dumps(one)},
    ],
    ids=["bare", "list", "page", "row"],
)
def test_what_is_handed_over_by_hand_can_be_forged_and_gives_way_to_the_trail(
    guard: Guard, form: Any
) -> None:
    guard.call("trail_event", form(event(requestParameters={"NetworkInterfaceId": "eni-bp1harmless001"})))

    assert guard.call("trail_log", guard.rows(event())) == {"decided": 1}
    assert guard.findings()[-1][2] == "eni-bp1example0001"


def test_what_is_handed_over_by_hand_does_not_replace_what_was_decided(guard: Guard) -> None:
    guard.call("trail_log", guard.rows(event()))
    forged = event(requestParameters={"NetworkInterfaceId": "eni-bp1harmless001"})

    assert guard.call("trail_event", forged) == {"disputed": 1}
    assert [subject for _, _, subject in guard.findings()] == ["eni-bp1example0001"]


def test_payloads_beyond_what_an_asynchronous_call_may_have_are_decided(guard: Guard) -> None:
    """128 KB is what Function Compute takes asynchronously; a list that is handed over may be longer."""
    many = [cloud_event(event(number)) for number in range(300)]
    assert len(json.dumps(many)) > 128 * 1024

    assert guard.call("trail_event", many) == {"decided": 300}


def test_an_event_beyond_what_a_store_takes_is_decided(guard: Guard) -> None:
    long = event(errorCode="", requestParameters={"NetworkInterfaceId": "eni-bp1" + "x" * 300_000})

    assert guard.call("trail_event", cloud_event(long)) == {"decided": 1}
    assert guard.call("trail_event", cloud_event(long)) == {"duplicate": 1}


def test_oddities_in_a_list_cost_the_others_nothing(guard: Guard) -> None:
    odd: list[Any] = [None, 1, "text", [], {}, {"data": 1, "specversion": "1.0"}, {"eventName": 5}]
    counts = guard.call("trail_event", [cloud_event(event(1)), *odd, cloud_event(event(2)), other_event(3)])

    assert counts["decided"] == 2
    assert counts["dead_letter"] + counts["not_concerned"] == len(odd)  # [] holds none, other_event is one
    assert counts["dead_letter"] >= 4


@pytest.mark.parametrize(
    "payload", [b"", b"\x00", b"{", b"\xff\xfe", b"[" * 5000, b"[]", b"{}", b"null", b"7"]
)
def test_what_is_no_event_is_no_error(guard: Guard, payload: bytes) -> None:
    assert set(guard.call("trail_event", payload)) <= {"dead_letter", "not_concerned"}
    letters = DeadLetters(guard.store(), clock=guard.live.now).page().found
    assert len(letters) == len(guard.lines("dead_letter"))


def test_a_store_that_is_down_raises_and_the_same_instance_goes_on_when_it_is_back(guard: Guard) -> None:
    instance = guard.function("trail_event")
    guard.path.mkdir()
    with pytest.raises(StateError):
        guard.call("trail_event", cloud_event(event()), instance=instance)
    assert [line["level"] for line in guard.lines("to_be_retried")] == ["warning"]
    guard.path.rmdir()

    assert guard.call("trail_event", cloud_event(event()), instance=instance) == {"decided": 1}


def test_an_event_that_another_instance_is_at_waits_for_the_sweep(guard: Guard) -> None:
    """While one instance decides an event, another gets it."""
    others: list[dict[str, int]] = []

    class Meanwhile(Slow):
        def write(self, text: str) -> int:
            if '"kind":"decision"' in text:
                others.append(guard.call("trail_log", guard.rows(event())))
            return super().write(text)

    counts = guard.call(
        "trail_event", cloud_event(event()), instance=guard.function("trail_event", Meanwhile(guard, 0))
    )

    assert (counts, others) == ({"decided": 1}, [{"deferred": 1}])
    assert len(guard.findings()) == 1


def test_a_store_that_fails_once_an_event_was_told_lets_it_be_told_again_as_a_repeat_only(
    guard: Guard,
) -> None:
    class Failing:
        """A store whose queues cannot be written."""

        def __init__(self, store: Any) -> None:
            self._store = store

        def __getattr__(self, name: str) -> Any:
            return getattr(self._store, name)

        def schedule(self, *_: Any) -> None:
            raise StateError("the queue was not written; look at the store")

    undecided = cloud_event(event(errorCode="", eventName="DetachNetworkInterface"))
    instance = guard.function("trail_event")
    runtime = instance._runtime
    runtime.store = Failing(guard.store())  # type: ignore[assignment]
    with pytest.raises(StateError):
        guard.call("trail_event", undecided, instance=instance)

    assert guard.call("trail_event", undecided) == {"deferred": 1}
    guard.cloud.clock.advance(TIMEOUT + 1)
    assert guard.call("trail_event", undecided) == {"decided": 1}
    assert [line.get("repeat", False) for line in guard.lines("decision")] == [False, True]
