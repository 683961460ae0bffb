"""Lines about one event, and those of the libraries it calls."""

from __future__ import annotations

import logging

from eniguard.toolkit import FcContext, Logger


def handler(event: bytes, context: object) -> None:
    log = Logger(FcContext.of(context), level="debug").bind(event_id="e-1")
    log.write("delivery", bytes=len(event))
    log.debug("calling", Password="never shown", url="https://example.com/send?sign=neither")
    with log.capturing():
        logging.getLogger("library").warning("slow answer")
    try:
        event.decode("ascii")
    except UnicodeDecodeError as error:
        log.error("not_ascii", error=error)
