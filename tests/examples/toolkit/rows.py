"""Rows of one delivery, each handled on its own."""

from __future__ import annotations

from eniguard.errors import InputError
from eniguard.toolkit import BatchProcessor, Invocation, guard_handler

poison: list[str] = []


def handle(row: str) -> int:
    try:
        return int(row)
    except ValueError:
        raise InputError(f"{row!r} is no number") from None


@guard_handler(lambda body: body.decode().split())
def handler(rows: list[str], call: Invocation) -> int:
    processor = BatchProcessor(
        handle, dead_letter=lambda row, _error: poison.append(row), deadline=call.deadline
    )
    result = processor.process(rows)
    call.logger.write("rows", **result.counts)
    result.require_complete()  # else Function Compute delivers the batch again
    return sum(outcome.result or 0 for outcome in result.of("done"))
