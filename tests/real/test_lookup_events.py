"""LookupEvents through the official client: pages, pace, faults."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from eniguard.cloud import Credentials
from eniguard.cloud.lookup_events import EventLookup, Page
from eniguard.errors import Denied, Throttled, Transport
from eniguard.events.envelopes import parse
from fakealiyun import Cloud, Keys
from fakealiyun.server import FakeServer, served

REGION = "cn-hangzhou"
START, END = "2026-03-01T07:00:00Z", "2026-03-01T08:59:00Z"


@pytest.fixture
def server() -> Iterator[FakeServer]:
    """A cloud with 120 recorded calls, each a second after the other, all of them to be looked up."""
    cloud = Cloud(REGION, check_signatures=True)
    keys = cloud.account()
    for _ in range(120):
        cloud.call("vpc:DescribeVpcs", keys)
        cloud.clock.advance(1)
    cloud.clock.advance(3600)
    with served(cloud) as found:
        yield found


class Lookup(EventLookup):
    """An `EventLookup` whose waiting moves the clock of the cloud."""

    def __init__(self, server: FakeServer, *keys: Keys, **options: object) -> None:
        self.cloud: Cloud = server.cloud
        self.waits: list[float] = []
        given = iter(keys or (server.cloud.account(),))
        latest = [next(given)]

        def provider() -> Credentials:
            latest[:] = [next(given, latest[0])]
            return Credentials(latest[0].access_key_id, latest[0].access_key_secret, latest[0].token)

        super().__init__(
            provider,
            region=REGION,
            endpoints={"actiontrail": f"{server.address}/{{product}}/{{region}}"},
            clock=lambda: self.cloud.clock.now().timestamp(),
            sleep=self.wait,
            random=lambda: 1.0,
            **options,  # type: ignore[arg-type]
        )

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.cloud.clock.advance(seconds)


def times(pages: list[Page]) -> list[str]:
    return [str(event["eventTime"]) for page in pages for event in page.events]


def test_window_is_given_whole_and_oldest_first(server: FakeServer) -> None:
    lookup = Lookup(server)

    pages = list(lookup.pages(START, END))

    found = times(pages)
    assert len(found) == 120
    assert found == sorted(found)
    assert [len(page.events) for page in pages] == [50, 50, 20]


def test_two_queries_lie_half_a_second_apart(server: FakeServer) -> None:
    lookup = Lookup(server)

    list(lookup.pages(START, END))

    assert lookup.waits == [0.5, 0.5]


def test_window_goes_on_from_the_token_of_a_page(server: FakeServer) -> None:
    lookup = Lookup(server)
    first = next(lookup.pages(START, END))

    rest = list(Lookup(server).pages(START, END, token=first.next_token))

    assert len(first.events) + sum(len(page.events) for page in rest) == 120
    assert times([first, *rest]) == sorted(times([first, *rest]))


def test_page_is_read_by_the_parser_of_envelopes(server: FakeServer) -> None:
    now = server.cloud.clock.now().timestamp()
    server.cloud.call("vpc:CreateVpc", server.cloud.account(), CidrBlock="10.0.0.0/8")
    server.cloud.clock.advance(3600)

    (page,) = Lookup(server).pages("2026-03-01T08:30:00Z", "2026-03-01T10:00:00Z")
    batches = list(parse(page.encoded(), path="<lookup>", now=now))

    assert [one.way for batch in batches for one in batch.concerned] == []
    assert sum(sum(batch.not_concerned.values()) + len(batch.concerned) for batch in batches) == 1


@pytest.mark.parametrize("kind", ["truncated", "reset"])
def test_page_that_comes_cut_or_not_at_all_is_asked_for_again(server: FakeServer, kind: str) -> None:
    lookup = Lookup(server)
    pages = lookup.pages(START, END)
    first = next(pages)
    server.cloud.fail("actiontrail:LookupEvents", kind=kind)  # type: ignore[arg-type]

    rest = list(pages)

    assert len(times([first, *rest])) == 120
    assert lookup.queries == 4


def test_throttled_query_waits_as_it_is_told(server: FakeServer) -> None:
    server.cloud.fail("actiontrail:LookupEvents", code="Throttling.User", status=429, retry_after=2000)
    lookup = Lookup(server)

    assert len(times(list(lookup.pages(START, END)))) == 120
    assert lookup.waits[0] == pytest.approx(2.2)


def test_throttling_that_does_not_end_is_an_error_with_its_code(server: FakeServer) -> None:
    server.cloud.fail("actiontrail:LookupEvents", code="Throttling.User", status=429, times=None)

    with pytest.raises(Throttled) as throttled:
        list(Lookup(server).pages(START, END))

    assert throttled.value.code == "Throttling.User"


def test_caller_without_permission_is_denied(server: FakeServer) -> None:
    nobody = server.cloud.account("nobody", policy={"Version": "1", "Statement": []})

    with pytest.raises(Denied, match="allow actiontrail:LookupEvents"):
        list(Lookup(server, nobody).pages(START, END))


def test_token_that_expires_between_two_pages_is_renewed(server: FakeServer) -> None:
    cloud = server.cloud
    cloud.role("reader")
    role = cloud.in_account(cloud.account_id).ram.roles.get("reader")
    old = cloud.callers.session(role, "night", seconds=900)
    lookup = Lookup(server, old, old, old, cloud.callers.session(role, "night", seconds=90_000))
    pages = lookup.pages(START, END)
    first = next(pages)
    cloud.clock.advance(1800)

    rest = list(pages)

    assert len(times([first, *rest])) == 120


def test_deadline_ends_the_window_with_the_pages_so_far(server: FakeServer) -> None:
    end = server.cloud.clock.now().timestamp() + 0.9
    lookup = Lookup(server, deadline=lambda: end)
    pages = lookup.pages(START, END)
    first = next(pages)

    with pytest.raises(Transport, match="deadline"):
        next(pages)

    assert first.next_token is not None


def test_no_error_shows_the_token(server: FakeServer) -> None:
    keys = server.cloud.role("reader")
    message = f"{keys.token} and {keys.access_key_secret}"
    server.cloud.fail("actiontrail:LookupEvents", code="Forbidden", status=403, message=message)

    with pytest.raises(Denied) as denied:
        list(Lookup(server, keys).pages(START, END))

    assert str(keys.token) not in str(denied.value)
    assert keys.access_key_secret not in str(denied.value)
