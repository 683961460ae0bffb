"""What is counted in one call, one line a series."""

from __future__ import annotations

from eniguard.toolkit import FcContext, Logger, Metrics


def handler(event: bytes, context: object) -> None:
    with Metrics(Logger(FcContext.of(context)), dimensions={"stage": "prod"}) as metrics:
        metrics.add("delivered", len(event), "bytes")
        for way in ("sls", "eventbridge", "sls"):
            metrics.add("events", way=way)
