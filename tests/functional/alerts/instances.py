"""Several instances that put and send at a time."""

from __future__ import annotations

import io
import threading

from eniguard.alerts.sink_lease import LEASE
from eniguard.state import open_store
from tests.functional.alerts.stage import Chat, Clock, alerts_over, finding, invocation


def assert_instances_send_each_alert_once(url: str, chat: Chat, clock: Clock) -> None:
    stores = [open_store(url, clock=clock) for _ in range(4)]
    errors: list[BaseException] = []

    def work(number: int) -> None:
        try:
            alerts, call = alerts_over(stores[number], chat, clock), invocation(clock, io.StringIO())
            for each in range(40):
                event = each if number % 2 else 1_000 * number + each
                alerts.put([finding(event, subject=f"eni-{event}")], call)
                alerts.send(call)
        except BaseException as error:  # noqa: BLE001  told below
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    clock.at += LEASE
    alerts_over(stores[0], chat, clock).send(invocation(clock, io.StringIO()))
    for store in stores:
        store.close()

    assert errors == []
    assert sorted(one.finding.subject.id for one in chat.alerts) == sorted(
        f"eni-{event}" for event in {*range(40), *range(2_000, 2_040)}
    )
    assert chat.repeats == []
