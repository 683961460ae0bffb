"""Whatever is delivered: no exception but ``InputError``, and each event ends in exactly one place."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from eniguard.events import documents, envelopes
from eniguard.events.calls import Call, Caller, call_of
from eniguard.events.catalog import APIS, Api
from eniguard.events.envelopes import Batch
from eniguard.events.parameters import NO_PARAMETERS
from tests.unit.events.recorded import (
    AT,
    JSON,
    PLAIN,
    RULE,
    cloud_event,
    joined,
    log_row,
    normalised,
    numbered,
    read,
    spoiled,
)

ACTIONS = st.sampled_from(sorted(APIS))


def calls(batch: Batch) -> list[Call]:
    return [concerned.call for concerned in batch.concerned]


def call(api: Api, parameters: dict[str, Any], response: dict[str, Any]) -> Call:
    return call_of(
        api,
        event_id="id",
        type=None,
        time="2025-07-07T01:39:09Z",
        at=AT,
        region="cn-hangzhou",
        account_id=None,
        request_id=None,
        error_code=None,
        caller=Caller("unknown"),
        recorded=parameters,
        response=response,
        forgeable=False,
    )


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
@example(b"[" * 200_000)
@example(b'{"a":' * 200_000)
@example(b'"' * 5000)
@example(b"\0" * 5000)
@example(b"\n" * 2_100_000)
@example(b" " * 2_100_000 + b"[")
@example(b"[" + b"," * 2_100_000)
@example(b"[" + b"{}," * 5000 + b"{}]")
def test_any_bytes_end_as_errors_or_events(payload: bytes) -> None:
    batch = read(payload, now=AT)

    assert batch.concerned == []
    if not batch.count:
        assert not payload.strip(b"[], \t\r\n"), "something was left out in silence"


@settings(max_examples=300, deadline=None)
@given(JSON)
def test_any_json_is_read_without_an_exception(value: Any) -> None:
    batch = read(json.dumps(value), now=AT)

    assert batch.concerned == []
    if isinstance(value, dict | list):
        assert read(value).count == batch.count


@settings(max_examples=300, deadline=None)
@given(st.lists(spoiled(), min_size=1, max_size=6), st.booleans())
def test_each_event_of_a_list_ends_in_exactly_one_place(bodies: list[dict[str, Any]], lines: bool) -> None:
    document = "\n".join(map(json.dumps, bodies)) if lines else json.dumps(bodies)

    batch = read(document, now=AT)

    assert batch.count == len(bodies)
    assert len(calls(batch)) == len(batch.concerned)
    places = [found.index for found in batch.concerned] + [error.index for error in batch.errors]
    assert len(set(places)) == len(places)
    assert all(index is not None and 0 <= index < len(bodies) for index in places)


@settings(max_examples=200, deadline=None)
@given(spoiled(), st.sampled_from([cloud_event, log_row]), st.data())
def test_spoilt_envelopes_end_in_exactly_one_place(
    body: dict[str, Any], wrap: Any, data: st.DataObject
) -> None:
    envelope = wrap(body)
    name = data.draw(st.sampled_from(sorted(envelope)))
    envelope[name] = data.draw(JSON | st.just(envelope[name]))

    batch = read(envelope, now=AT)

    assert batch.count == 1
    calls(batch)


DOCUMENTS = [
    json.dumps(numbered(4)).encode(),
    json.dumps(numbered(3), indent=2).encode(),
    "\n".join(map(json.dumps, numbered(4))).encode(),
    json.dumps({"Events": numbered(3)}).encode(),
    json.dumps([log_row(PLAIN), cloud_event(RULE)]).encode(),
]


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(DOCUMENTS), st.data(), st.sampled_from([1_500, documents.PIECE]))
def test_documents_with_bytes_changed_are_read_without_an_exception(
    document: bytes, data: st.DataObject, piece: int
) -> None:
    for _ in range(data.draw(st.integers(1, 3))):
        begin = data.draw(st.integers(0, len(document)))
        end = data.draw(st.integers(begin, min(len(document), begin + 40)))
        new = data.draw(
            st.binary(max_size=4) | st.sampled_from([b'"', b"{", b"}", b"[", b"]", b",", b"\\", b"\n"])
        )
        document = document[:begin] + new + document[end:]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(documents, "PIECE", piece)
        patched.setattr(documents, "ONE_OBJECT", piece)
        calls(joined(envelopes.read([document], path="p", now=AT)))


def _keys(api: Api) -> st.SearchStrategy[str]:
    """Keys a sender could write for the parameters of an API, flattened in any way."""
    tails = st.sampled_from(
        ["", "s", "es", ".1", ".2", ".1.Key", ".1.PortRange", ".Tag.1", ".1.2.3", ".a", "..", ".99999"]
    )
    names = st.sampled_from([*sorted(api.parameters), "PortRange", "RegionId", "x"])
    return st.builds(str.__add__, names, tails)


_AWKWARD = (
    JSON
    | st.floats()
    | st.sampled_from([b"x", (), object(), "[" * 5000, "[" * 5000 + "]" * 5000, "+-5", "²", "٣", "-", ""])
)


def _deep(depth: int) -> list[Any]:
    found: list[Any] = []
    for _ in range(depth):
        found = [found]
    return found


@settings(max_examples=500, deadline=None)
@given(ACTIONS, st.data())
def test_normaliser_takes_parameters_of_any_shape(action: str, data: st.DataObject) -> None:
    api = APIS[action]
    recorded = data.draw(st.dictionaries(_keys(api), _AWKWARD, max_size=6))

    found = normalised(api, recorded)

    assert set(found.values) <= set(api.parameters)
    assert set(found.malformed) <= set(api.parameters)


@pytest.mark.parametrize(
    "action", ["ecs:AssignPrivateIpAddresses", "ecs:AuthorizeSecurityGroup", "ecs:RunInstances"]
)
def test_values_nested_without_end_are_malformed(action: str) -> None:
    api = APIS[action]
    for name in api.parameters:
        wrapped: dict[str, Any] = {"l": ["x"]}
        for _ in range(5_000):
            wrapped = {"l": ["x"], "d": wrapped}
        for recorded in (
            {name: _deep(50_000)},
            {name: wrapped, f"{name}s": ["x"]},
            {f"{name}s": "x", name: {"1": {"2": _deep(50_000)}}},
            {name + ".1" * 20_000: "x"},
            {name: 10**5000, f"{name}.1": [10**5000]},
        ):
            found = normalised(api, recorded)
            assert found is NO_PARAMETERS or set(found.values) | set(found.malformed) <= set(api.parameters)


@settings(max_examples=300, deadline=None)
@given(ACTIONS, st.dictionaries(st.text(max_size=8), JSON, max_size=4), st.data())
def test_call_is_read_from_a_response_of_any_shape(
    action: str, parameters: dict[str, Any], data: st.DataObject
) -> None:
    api = APIS[action]
    names = [
        "AssignedPrivateIpAddressesSet",
        "InstanceIdSets",
        "NetworkInterfaceId",
        "Role",
        "PrivateIpAddress",
    ]
    response = data.draw(st.dictionaries(st.sampled_from(names), _AWKWARD, max_size=4))
    if data.draw(st.booleans()):
        response[data.draw(st.sampled_from(names))] = _deep(20_000)
    found = call(api, parameters, response)

    assert all(isinstance(target.id, str) and target.id for target in found.targets)


@pytest.mark.parametrize(
    ("action", "response"),
    [
        ("ecs:RunInstances", {"InstanceIdSets": _deep(20_000)}),
        ("ecs:RunInstances", {"InstanceIdSets": {"InstanceIdSet": _deep(20_000)}}),
        ("ecs:CreateNetworkInterface", {"NetworkInterfaceId": 10**5000, "PrivateIpAddress": float("nan")}),
    ],
    ids=["lists before the ids", "lists in place of the ids", "numbers beyond any id"],
)
def test_response_that_goes_beyond_any_answer_names_nothing(action: str, response: dict[str, Any]) -> None:
    found = call(APIS[action], {}, response)

    assert not [target for target in found.targets if target.part == "created"]
