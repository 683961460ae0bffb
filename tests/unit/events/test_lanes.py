"""The fast lane decides nothing by itself: it agrees with ``TrailEvent`` or hands the event over."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings

from eniguard.errors import InputError
from eniguard.events.calls import Call
from eniguard.events.catalog import Api
from eniguard.events.header import HEADER, call_in
from eniguard.events.routes import api_for
from eniguard.events.trail_event import TrailEvent, routed, values_of
from eniguard.events.wrappers import fields_of
from tests.unit.events.recorded import PLAIN, RULE, event, spoiled, without


def fast(body: dict[str, Any]) -> Call | None:
    try:
        header = HEADER.decode(json.dumps(body).encode())
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return None
    api = api_for(header.service, header.name)
    return None if api is None else call_in(header, api, False)


def model(body: dict[str, Any]) -> Call | InputError:
    try:
        fields = fields_of(json.dumps(body).encode())
        api = routed(fields)
        assert isinstance(api, Api)
        event = TrailEvent.of(values_of(fields))
        return event.call(api, account_id=event.account_id, forgeable=False)
    except (InputError, msgspec.MsgspecError) as error:
        return error if isinstance(error, InputError) else InputError(str(error))


@settings(max_examples=400, deadline=None)
@given(spoiled())
def test_fast_lane_agrees_with_the_model_or_hands_over(body: dict[str, Any]) -> None:
    found = fast(body)
    if found is not None:
        assert found == model(body)


@pytest.mark.parametrize(
    "body",
    [
        PLAIN,
        RULE,
        event(errorCode=""),
        event(errorCode=None, errorMessage="success"),
        without("responseElements"),
    ],
)
def test_normal_events_stay_in_the_fast_lane(body: dict[str, Any]) -> None:
    found = fast(body)

    assert found is not None
    assert found == model(body)


@pytest.mark.parametrize(
    "body",
    [
        event(userIdentity=json.dumps(PLAIN["userIdentity"])),
        event(requestParameters=json.dumps(PLAIN["requestParameters"])),
        event(requestParameters=[]),
        event(eventTime="2025-07-07T09:39:09+08:00"),
        event(ErrorCode="Forbidden"),
        event(ResponseElements={}),
        *(without(name) for name in ("eventId", "eventType", "acsRegion", "userAgent", "userIdentity")),
    ],
)
def test_odd_events_are_handed_over(body: dict[str, Any]) -> None:
    assert fast(body) is None


def test_pydantic_is_not_loaded_for_normal_events() -> None:
    script = (
        "import sys; from eniguard.events.envelopes import parse; "
        "batch, = parse(sys.stdin.buffer.read()); "
        "print(len(batch.concerned), 'pydantic' in sys.modules)"
    )

    def run(body: dict[str, Any]) -> str:
        done = subprocess.run(
            [sys.executable, "-c", script], input=json.dumps(body).encode(), capture_output=True, check=True
        )
        return done.stdout.decode().strip()

    assert run(PLAIN) == "1 False"
    assert run(event(userIdentity="{}")) == "1 True"
