"""The outbox on a real redis-server: several instances at a time, and one that is killed at each step."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from eniguard.alerts.formats.base import Pace
from tests.functional.alerts.instances import assert_instances_send_each_alert_once
from tests.functional.alerts.killed import assert_all_is_told_wherever_it_is_killed
from tests.functional.alerts.stage import Chat, Clock
from tests.real.state.redis_server import Server, running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("redis")) as found:
        yield found


def test_several_instances_never_send_the_same_alert(server: Server) -> None:
    clock = Clock()
    chat = Chat(clock, Pace(((10_000, 60.0),)), room=5)

    assert_instances_send_each_alert_once(f"{server.url}?prefix=instances:", chat, clock)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_at_each_step_all_is_told_and_at_most_one_message_twice(
    server: Server, *, after: bool
) -> None:
    assert_all_is_told_wherever_it_is_killed(
        lambda number: f"{server.url}?prefix={after}-{number}:", after=after
    )
