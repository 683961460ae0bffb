"""What a handler without the decorator can ask about its call."""

from __future__ import annotations

from eniguard.toolkit import Deadline, FcContext


def handler(event: bytes, context: object) -> str:
    call = FcContext.of(context)
    deadline = Deadline.of(call, margin=2)
    pages = 0
    while pages < 100 and (deadline.remaining() or 0) > 0:
        pages += 1
    signed = "signed" if call.credentials is not None else "not signed"
    return f"{call.function_name} in {call.region}: {pages} pages, {signed}"
