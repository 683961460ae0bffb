"""Each function is killed at each write of the store in turn; what comes again loses and doubles nothing."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

from eniguard.dead_letters import DeadLetters
from eniguard.intake import UNDECIDED
from eniguard.state import Store
from tests.functional.cloud.conftest import Live
from tests.functional.delivery import killed
from tests.functional.delivery.scene import TIMEOUT, Guard, cloud_event, event, other_event

#: A finding, an event that is undecided, poison, and an event that is none of our business.
EVENTS = [
    event(1),
    event(2, errorCode="", eventName="DetachNetworkInterface"),
    {"eventName": 5},
    other_event(4),
]
DECIDED = {str(one["eventId"]) for one in EVENTS[:2]}
#: More writes than any delivery of these has.
MOST = 40


def delivered(guard: Guard, name: str) -> bytes:
    """What the function is called with for the events."""
    if name == "trail_event":
        return json.dumps([cloud_event(one) for one in EVENTS]).encode()
    if name == "trail_log":
        return guard.rows(*EVENTS)
    return guard.object(gzip.compress(json.dumps(EVENTS).encode()))


def die(guards: list[Guard], payloads: list[bytes], name: str, *, after: bool) -> int:
    """Call the function once for each guard, in processes that die at its first, second … write; how many."""
    first = guards[0]
    calls = [
        {"environment": guard.environment, "payload": payload.decode()}
        for guard, payload in zip(guards, payloads, strict=True)
    ]
    given = {
        "name": name,
        "keys": [first.keys.access_key_id, first.keys.access_key_secret, first.keys.token],
        "now": first.live.now(),
        "after": after,
        "calls": calls,
    }
    command = [sys.executable, "-m", killed.__name__]
    done = subprocess.run(
        command, input=json.dumps(given), text=True, capture_output=True, timeout=120, check=True
    )
    *dead, last = json.loads(done.stdout)
    assert (set(dead), last) == ({9}, 0), done.stderr
    return len(dead)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("name", ["trail_event", "trail_log", "trail_file"])
def test_a_function_survives_a_kill_at_each_write_of_the_store(
    live: Live, tmp_path: Path, name: str, after: bool
) -> None:
    # given
    live.cloud.fail("ecs:DescribeNetworkInterfaces", code="Forbidden.RAM", status=403, times=None)
    guards = [Guard(live, made(tmp_path / str(number))) for number in range(1, MOST)]
    payloads = [delivered(guard, name) for guard in guards]

    # when
    deaths = die(guards, payloads, name, after=after)
    live.cloud.clock.advance(TIMEOUT + 1)

    # then
    assert deaths > 8, "the deliveries have several writes for each event"
    for number, (guard, payload) in enumerate(zip(guards[:deaths], payloads, strict=False), start=1):
        again = guard.call(name, payload)

        endings = again.get("decided", 0) + again.get("duplicate", 0)
        assert (endings, again["dead_letter"], again["not_concerned"]) == (2, 1, 1), number
        store = guard.store()
        assert len(DeadLetters(store, clock=live.now).page().found) == 1, number
        assert terminal_records(store) == DECIDED, number
        waiting = [due.member.partition("/")[2] for due in store.due(UNDECIDED, live.now() + 1e6)]
        assert waiting == [EVENTS[1]["eventId"]], number
        store.close()
        assert guard.call(name, payload) == {"duplicate": 2, "dead_letter": 1, "not_concerned": 1}


def made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def terminal_records(store: Store) -> set[str]:
    """The events that the store knows to be decided."""
    found = set()
    for event_id in DECIDED:
        item = store.get(f"idempotent/event/1234567890123456/{event_id}")
        if item is not None and json.loads(item.value)["status"] == "done":
            found.add(event_id)
    return found
