"""A kept call reads as the same call again, holds nothing beyond the catalogue, and is never too long."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eniguard.errors import InputError
from eniguard.events.calls import Call
from eniguard.events.catalog import APIS, Api, Shape
from eniguard.events.kept import MOST_BYTES, KeptEvent, kept, restored
from eniguard.events.responses import response_paths
from eniguard.events.values import PERMISSION_FIELDS
from eniguard.replay import files
from tests.unit.events.recorded import ACCOUNT, JSON, PLAIN, RULE, cloud_event, event, log_row, read

REPOSITORY = Path(__file__).parents[3]
WAYS = ("bare", "oss", "sls", "eventbridge", "lookup")
TEXTS = st.sampled_from(
    ["eni-1", "sg-2", "10.0.0.0/28", "true", "3", "", "ü\u202e\x00", '["a"]', "[", "aliyun"]
)
TIMES = st.sampled_from(
    [
        "2025-07-07T01:39:09Z",
        "2020-12-01T11:54:59.366+0000",
        "2025-07-07T09:39:09.123456789+08:00",
        "2025-07-07T01:39:09.999999999Z",
        "2025-06-30T23:59:60Z",
        "1970-01-01T00:00:00.5+08:00",
        "9998-12-31T23:59:59.25-12:00",
    ]
)


def again(call: Call) -> Call:
    """The call after it was kept, encoded, decoded and read."""
    text = msgspec.json.encode(kept(call, "sls"))
    return restored(msgspec.json.decode(text, type=KeptEvent))


def _values(shape: Shape) -> st.SearchStrategy[Any]:
    rules = st.dictionaries(st.sampled_from(sorted(PERMISSION_FIELDS)), TEXTS, max_size=4)
    tags = st.fixed_dictionaries({"Key": TEXTS}, optional={"Value": TEXTS})
    interfaces = st.fixed_dictionaries(
        {}, optional={"NetworkInterfaceId": TEXTS, "VSwitchId": TEXTS, "SecurityGroupIds": st.lists(TEXTS)}
    )
    entries = st.fixed_dictionaries({"Cidr": TEXTS}) | st.fixed_dictionaries({"PortRange": TEXTS})
    targets = st.fixed_dictionaries({"Endpoint": TEXTS | st.just("https://u:p@example.com/hook?k=s#a")})
    of_shape: dict[Shape, st.SearchStrategy[Any]] = {
        Shape.TEXT: TEXTS,
        Shape.TEXTS: st.lists(TEXTS, max_size=3),
        Shape.INTEGER: st.integers(-(10**19), 10**19) | st.just("99999999999999999999"),
        Shape.FLAG: st.booleans(),
        Shape.PERMISSIONS: st.lists(rules, max_size=2),
        Shape.INTERFACES: st.lists(interfaces, max_size=2),
        Shape.TAGS: st.lists(tags, max_size=2),
        Shape.ENTRIES: st.lists(entries, max_size=2),
        Shape.ENDPOINTS: st.lists(targets, max_size=2),
    }
    return of_shape[shape] | JSON


def _recorded(api: Api) -> st.SearchStrategy[dict[str, Any]]:
    """Request parameters of one API: as they should be, in other encodings, spoiled, with others between."""
    named: dict[str, st.SearchStrategy[Any]] = {
        name: _values(shape) for name, shape in api.parameters.items()
    }
    for name in api.parameters:
        named |= {f"{name}.1": JSON | TEXTS, f"{name}s": JSON, f"{name}.2.PortRange": TEXTS}
    named |= dict.fromkeys(("PortRange", "SourceCidrIp", "IpProtocol.1"), TEXTS | JSON)
    named |= {"Password": st.just("s3cret"), "UserData": st.just("s3cret"), "RegionId": st.just("cn-beijing")}
    return st.fixed_dictionaries({}, optional=named)


def _responses(api: Api) -> st.SearchStrategy[dict[str, Any] | None]:
    paths = [path for _, path in response_paths(api)]
    paths += [where.parameter for where in api.targets if where.response]

    def nested(values: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for path, value in values.items():
            node = found
            *above, last = path.split(".")
            for name in above:
                node = node.setdefault(name, {})
            node[last] = value
        return found

    leaf = TEXTS | st.lists(TEXTS, max_size=3) | JSON
    return st.none() | st.fixed_dictionaries({}, optional=dict.fromkeys(paths, leaf)).map(nested)


def _identities() -> st.SearchStrategy[Any]:
    types = st.sampled_from(
        ["ram-user", "root-account", "assumed-role", "system", "saml-user", "", "unknown"]
    )
    one = st.fixed_dictionaries(
        {},
        optional={
            "type": types,
            "principalId": TEXTS,
            "accountId": st.sampled_from([ACCOUNT, 1234567890123456, ""]),
            "userName": st.sampled_from(["alice", "role:session:more", "role", ""]),
        },
    )
    return one | one.map(json.dumps) | st.none()


@st.composite
def events(draw: st.DrawFn, api: Api) -> dict[str, Any]:
    """An event of one API in any spelling that is read."""
    optional = {
        "requestId": TEXTS,
        "recipientAccountId": st.just(ACCOUNT),
        "errorCode": st.sampled_from(["", "null", "Forbidden", "DryRunOperation", "Throttling"]),
        "sourceIpAddress": TEXTS,
        "userAgent": TEXTS,
        "eventType": st.sampled_from(["ApiCall", "ConsoleOperation", "AliyunServiceEvent", "ConsoleCall"]),
        "userIdentity": _identities(),
        "responseElements": _responses(api),
        "referencedResources": st.just({"ACS::OSS::Bucket": ["b"], "ACS::FC::Function": ["f"]}),
    }
    fields = {
        "eventId": st.sampled_from(["e-1", "ü\x00"]),
        "eventName": st.just(api.name),
        "serviceName": st.just(api.product.upper()),
        "eventTime": TIMES,
        "acsRegion": st.just("cn-hangzhou"),
    }
    found: dict[str, Any] = draw(st.fixed_dictionaries(fields, optional=optional))
    parameters = draw(_recorded(api))
    as_text = draw(st.booleans())
    if as_text:
        found["requestParameterJson"] = json.dumps(parameters)
    else:
        found["requestParameters"] = parameters
    return found


@pytest.mark.parametrize("action", sorted(APIS))
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_call_of_every_api_is_the_same_after_it_was_kept(action: str, data: st.DataObject) -> None:
    # given
    body = data.draw(events(APIS[action]))
    wrap = data.draw(st.sampled_from([lambda one: one, cloud_event, log_row]))
    forgeable = data.draw(st.sampled_from([(), WAYS]))

    # when
    batch = read(wrap(body), forgeable=forgeable)

    # then
    assert batch.count == 1
    for concerned in batch.concerned:
        assert again(concerned.call) == concerned.call
        assert b"s3cret" not in bytes(kept(concerned.call, concerned.way).event)


def test_calls_of_every_api_are_kept_from_plain_events() -> None:
    for api in APIS.values():
        body = event(
            eventName=api.name, serviceName=api.product, requestParameters={"RoleArn": ":role/aliyunx"}
        )

        (concerned,) = read(body).concerned

        assert again(concerned.call) == concerned.call


def test_all_recorded_events_are_the_same_after_they_were_kept() -> None:
    seen = 0
    for source in files.sources([str(REPOSITORY / "events")]):
        for batch in files.events(source) if isinstance(source, files.Source) else ():
            for concerned in batch.concerned:
                assert again(concerned.call) == concerned.call
                seen += 1

    assert seen > 300


RULES = {
    "listed and flat": {"Permissions.1.PortRange": "22/22", "PortRange": "80/80"},
    "flat that cannot be read": {"Permissions.1.PortRange": "22/22", "PortRange": {}},
    "list that cannot be read": {"Permissions": [1], "PortRange": "80/80", "SecurityGroupId": {}},
    "empty list, flat that cannot be read": {"Permissions": [], "PortRange": {}, "SecurityGroupId": {}},
    "neither can be read": {"Permissions": [1], "PortRange": {}},
    "list alone that cannot be read": {"Permissions": [1], "SecurityGroupId": {}},
}


@pytest.mark.parametrize("parameters", RULES.values(), ids=list(RULES))
def test_rules_of_which_a_part_cannot_be_read_stay_so(parameters: dict[str, Any]) -> None:
    (concerned,) = read({**RULE, "requestParameters": parameters}).concerned

    assert again(concerned.call) == concerned.call


def test_way_and_forgeable_are_kept_beside_the_event() -> None:
    (concerned,) = read([PLAIN], forgeable=("oss",)).concerned

    one = msgspec.json.decode(msgspec.json.encode(kept(concerned.call, concerned.way)), type=KeptEvent)

    assert (one.way, one.forgeable, one.cut) == ("oss", True, ())
    assert restored(one).forgeable
    assert restored(one) == concerned.call


def test_kept_event_is_one_that_anything_reads_and_has_no_secret_in_it() -> None:
    body = event(
        eventName="RunInstances",
        requestParameters={
            "VSwitchId": "vsw-1",
            "Password": "s3cret",
            "UserData": "s3cret",
            "KeyPair": "s3cret",
        },
        responseElements={"InstanceIdSets": {"InstanceIdSet": ["i-1"]}, "SecurityToken": "s3cret"},
        additionalEventData={"CallerBid": "s3cret"},
    )
    body["userIdentity"]["accessKeyId"] = "s3cret"
    (concerned,) = read(body).concerned

    found = json.loads(bytes(kept(concerned.call, "bare").event))

    assert "s3cret" not in json.dumps(found)
    assert found == {
        **{
            name: body[name]
            for name in ("eventId", "eventName", "serviceName", "eventType", "eventTime", "acsRegion")
        },
        **{name: body[name] for name in ("requestId", "recipientAccountId", "sourceIpAddress", "userAgent")},
        "userIdentity": {
            "type": "ram-user",
            "principalId": "200000000000000001",
            "accountId": ACCOUNT,
            "userName": "alice",
        },
        "requestParameters": {"VSwitchId": "vsw-1"},
        "responseElements": {"InstanceIdSets": {"InstanceIdSet": ["i-1"]}},
    }


LONG = "x" * (MOST_BYTES // 2)


@pytest.mark.parametrize(
    ("changes", "cut"),
    [
        ({"userAgent": "\x00" * MOST_BYTES}, ("userAgent",)),
        ({"eventId": "x" * MOST_BYTES}, ("eventId",)),
        ({"requestParameters": {"Ipv4Prefix": [LONG, LONG], "NetworkInterfaceId": "e"}}, ("Ipv4Prefix",)),
        (
            {"requestParameters": {"NetworkInterfaceId": LONG * 2, "Ipv4Prefix": [LONG + "yy"], "x": LONG}},
            ("NetworkInterfaceId",),
        ),
        (
            {"userAgent": LONG, "errorCode": LONG + "x", "requestParameters": {"Ipv4Prefix.1": LONG + "xy"}},
            ("Ipv4Prefix", "errorCode"),
        ),
    ],
)
def test_what_is_too_long_is_left_out_by_name_the_longest_first(
    changes: dict[str, Any], cut: tuple[str, ...]
) -> None:
    (concerned,) = read(event(**changes)).concerned

    one = kept(concerned.call, "sls")

    assert len(msgspec.json.encode(one)) <= MOST_BYTES
    assert tuple(name.removeprefix("requestParameters.") for name in one.cut) == cut
    with pytest.raises(InputError, match=rf"left out: \S*{cut[0]}.*; read the event where it came"):
        restored(one)


@settings(max_examples=60, deadline=None)
@given(st.integers(1_000, 3_000), st.data())
def test_kept_event_is_never_longer_than_asked_for(most: int, data: st.DataObject) -> None:
    long = st.text(max_size=60).map(lambda text: text * 40)
    parameters = {"NetworkInterfaceId": data.draw(long), "Ipv4Prefix": data.draw(st.lists(long, max_size=3))}
    body = event(userAgent=data.draw(long), requestParameters={**parameters, "RegionId": "x"})
    (concerned,) = read(body).concerned

    one = kept(concerned.call, "sls", most=most)

    assert len(msgspec.json.encode(one)) <= most
    if not one.cut:
        assert restored(one) == concerned.call


def test_event_that_this_version_does_not_look_at_is_no_call() -> None:
    other = KeptEvent("sls", msgspec.Raw(json.dumps(event(eventName="ListBuckets")).encode()))

    with pytest.raises(InputError, match="no call that this version looks at"):
        restored(other)


def test_event_that_cannot_be_read_any_more_says_why() -> None:
    broken = KeptEvent("sls", msgspec.Raw(json.dumps(event(eventTime="soon")).encode()))

    with pytest.raises(InputError, match="eventTime 'soon'"):
        restored(broken)
