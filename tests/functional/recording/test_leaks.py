"""Nothing by which anybody is known is left in a redacted event."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from eniguard.events.calls import Call
from eniguard.recording.pseudonyms import is_service
from eniguard.replay.files import Source, events, sources
from eniguard.roles import looks_like_service_role, near, service_linked_form
from tests.functional.recording.redacted import redaction

#: Words of services that descriptions and tags keep; here they are sessions as well.
WORDS = {"connectuservpc", "terway"}
EVENTS = Path(__file__).parents[3] / "events"


def calls() -> Iterator[Call]:
    for one in sources([str(EVENTS)]):
        if isinstance(one, Source):
            for batch in events(one):
                yield from (concerned.call for concerned in batch.concerned)


def identifying(call: Call) -> Iterator[str]:
    """What of a call tells whose it is; services, their roles and root are everybody's."""
    caller = call.caller
    yield from filter(None, (call.account_id, caller.account_id, caller.user_agent, caller.session))
    if caller.principal_id:
        yield from caller.principal_id.split(":")
    names = [caller.role] if caller.role else [] if call.platform else [caller.user_name]
    ids = [one.id for one in call.targets]
    for name in filter(None, [*names, *ids]):
        of_services = looks_like_service_role(name) or service_linked_form(name) or near(name) is not None
        of_services = of_services or name.lower().startswith("aliyun")
        if not of_services and name not in ("root", "default"):
            yield name


@pytest.fixture(scope="module")
def everything() -> list[Call]:
    return list(calls())


def test_no_event_holds_what_its_original_is_known_by(everything: list[Call]) -> None:
    redacts = redaction()
    left = []
    for call in everything:
        text = json.dumps(redacts.event(call), ensure_ascii=False)
        left += [
            (call.name, one)
            for one in identifying(call)
            if len(one) > 3 and one not in WORDS and not is_service(one) and one in text
        ]

    assert len(everything) > 500
    assert left == []


def test_redacting_again_gives_the_same(everything: list[Call]) -> None:
    one, other = redaction(), redaction()

    assert [one.event(call) for call in everything] == [other.event(call) for call in reversed(everything)][
        ::-1
    ]
