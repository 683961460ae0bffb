"""A function that counts the rows of a delivery by their action."""

from __future__ import annotations

from collections import Counter

import msgspec
from msgspec import Struct

from eniguard.errors import InputError
from eniguard.toolkit import Invocation, Logger, Metrics, Tracer, guard_handler


class Row(Struct):
    action: str
    at: float


class Delivery(Struct):
    id: str
    rows: list[Row]


def parse(body: bytes) -> Delivery:
    try:
        return msgspec.json.decode(body, type=Delivery)
    except msgspec.DecodeError as error:
        raise InputError(str(error), path="<delivery>") from None


def keep(body: bytes, error: InputError) -> None:
    """Where a delivery goes that cannot be read; a real one puts it into a bucket or a queue."""
    dead_letters.append((body, error.problem))


dead_letters: list[tuple[bytes, str]] = []
logger = Logger()


@guard_handler(
    parse,
    dead_letter=keep,
    correlation_id=lambda delivery: delivery.id,
    logger=logger,
    metrics=Metrics(logger),
    tracer=Tracer(redactor=logger.redactor),
)
def handler(delivery: Delivery, call: Invocation) -> str:
    with call.tracer.step("count", rows=len(delivery.rows)):
        counts = Counter(row.action for row in delivery.rows)
    for row in delivery.rows:
        call.metrics.event_to_decision(row.at, action=row.action)
    call.logger.info("counted", seconds_left=call.deadline.remaining(), **counts)
    return msgspec.json.encode(counts).decode()
