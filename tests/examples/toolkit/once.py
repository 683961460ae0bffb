"""The same event is handled once; the same message is sent once."""

from __future__ import annotations

from eniguard.state import open_store
from eniguard.toolkit import Idempotency, idempotent

store = open_store("memory:")
TIMEOUT = 60  # of the function


@idempotent(
    store, key=lambda event: event["id"], payload=lambda event: event["body"], in_progress_for=TIMEOUT
)
def handle(event: dict[str, str]) -> dict[str, int]:
    return {"words": len(event["body"].split())}


sending = Idempotency(store, "send", in_progress_for=TIMEOUT, result=int)


def send(message_id: str, text: str) -> int:
    """The status of sending, now or the first time."""
    return sending.run(message_id, lambda: post(text), payload=text)


def send_in_two_steps(message_id: str, text: str) -> bool:
    """Whether it was sent by this call."""
    with sending.claim(message_id, payload=text) as claim:
        if claim.done:
            return False
        claim.finish(post(text))
        return True


posted: list[str] = []


def post(text: str) -> int:
    posted.append(text)
    return 200
