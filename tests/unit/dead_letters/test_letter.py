"""One form for all ways: the same id for the same event, nothing secret in it, and it fits every store."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eniguard.dead_letters import (
    DeadLetter,
    DirectOrigin,
    EventBridgeOrigin,
    LookupOrigin,
    Origin,
    OssOrigin,
    SlsOrigin,
    letter_of_call,
    letter_of_input,
)
from eniguard.dead_letters.origins import place
from eniguard.errors import InputError
from eniguard.events.kept import restored
from eniguard.state import MOST_BYTES
from tests.unit.dead_letters.letters import AT, call, failed, row, unreadable

ORIGINS: list[Origin] = [
    row(7),
    OssOrigin("example-trail", "AliyunLogs/a.gz", "D41D8CD98F00B204E9800998ECF8427E", 120, 4),
    OssOrigin("example-trail", "AliyunLogs/a.gz", "D41D8CD98F00B204E9800998ECF8427E"),
    LookupOrigin("cn-hangzhou", "event-1"),
    LookupOrigin("cn-hangzhou", "event-1", "1234567890123456"),
    EventBridgeOrigin("45ef4dewdwe1"),
    DirectOrigin("request-1", 2),
]


@pytest.mark.parametrize("origin", ORIGINS, ids=lambda one: type(one).__name__)
def test_letter_of_any_origin_is_the_same_after_it_was_stored(origin: Origin) -> None:
    letter = failed(origin=origin)

    again = msgspec.json.decode(msgspec.json.encode(letter), type=DeadLetter)

    assert again == letter
    assert again.origin == origin
    assert again.event is not None
    assert restored(again.event) == call()


def test_places_tell_origins_apart() -> None:
    assert len({place(origin) for origin in ORIGINS}) == len(ORIGINS)


def test_same_event_has_the_same_id_whatever_way_it_came_and_however_it_failed() -> None:
    again = letter_of_call(
        call(),
        KeyError("x"),
        EventBridgeOrigin("e"),
        way="eventbridge",
        function="trail_event",
        at=1.0,
        tries=9,
    )

    assert again.id == failed().id
    assert len({failed(number).id for number in range(50)}) == 50


def test_bytes_that_cannot_be_read_are_told_apart_by_origin_and_content() -> None:
    letters = [unreadable(1), unreadable(2), unreadable(1, b"other"), unreadable(1, None)]

    assert len({letter.id for letter in letters}) == 4
    assert unreadable(1, at=5.0, tries=4).id == letters[0].id


def test_unreadable_bytes_are_kept_as_digest_and_size_only() -> None:
    raw = b'{"Password": "s3cret"'

    letter = unreadable(raw=raw)

    assert letter.unread is not None
    assert (letter.unread.sha256, letter.unread.size) == (hashlib.sha256(raw).hexdigest(), 21)
    assert letter.event is None
    assert b"s3cret" not in msgspec.json.encode(letter)
    assert "s3cret" not in repr(letter)


def test_message_of_an_error_that_is_not_our_own_is_not_kept() -> None:
    error = ValueError("password=s3cret")

    letter = letter_of_call(call(), error, row(), way="sls", function="trail_log", at=AT)

    assert letter.problem == "ValueError was raised"


def test_reason_is_told_for_what_was_no_longer_there() -> None:
    error = InputError("the cursor has expired")

    letter = letter_of_input(error, row(), way="sls", function="trail_log", at=AT, reason="gone")

    assert (letter.reason, letter.problem, letter.unread) == ("gone", "the cursor has expired", None)


LONG = st.text(max_size=20).map(lambda text: (text + "\x00") * 6000)
TEXTS = LONG | st.text(max_size=20)


@settings(max_examples=60, deadline=None)
@given(
    problem=TEXTS,
    function=TEXTS,
    origin=st.builds(SlsOrigin, TEXTS, TEXTS, st.integers(0, 10**6), TEXTS, st.integers(0, 10**6))
    | st.builds(OssOrigin, TEXTS, TEXTS, TEXTS, st.none(), st.none())
    | st.builds(LookupOrigin, TEXTS, TEXTS, TEXTS),
    agent=TEXTS,
    prefix=TEXTS,
)
def test_letter_fits_every_store(
    problem: str, function: str, origin: Origin, agent: str, prefix: str
) -> None:
    big = call(userAgent=agent, requestParameters={"NetworkInterfaceId": "e", "Ipv4Prefix": [prefix]})
    options: dict[str, Any] = {"way": "eventbridge", "function": function, "at": AT, "tries": 10**9}

    letter = letter_of_call(big, InputError(problem), origin, **options)
    other = letter_of_input(InputError(problem), origin, raw=b"x", **options)

    assert max(len(msgspec.json.encode(one)) for one in (letter, other)) <= MOST_BYTES
    assert letter.event is not None
    assert letter.event.cut or restored(letter.event) == big


def test_longest_real_key_of_an_object_is_kept_whole() -> None:
    origin = OssOrigin("b" * 63, "k" * 1023, "e" * 32, 1, 1)

    assert failed(origin=origin).origin == origin
