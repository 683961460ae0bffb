"""A span for the call and one for each step."""

from __future__ import annotations

from eniguard.toolkit import FcContext, Tracer

tracer = Tracer()


def handler(event: bytes, context: object) -> int:
    with tracer.call(FcContext.of(context)):
        with tracer.step("parse", bytes=len(event)):
            words = event.split()
        with tracer.step("count"):
            count = len(words)
    tracer.flush()
    return count
