"""Faults of chats on demand."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Literal

from fakealiyun.cloud import Dropped
from fakealiyun.wire.answers import Answer

ChatFaultKind = Literal["error", "redirect", "reset", "timeout", "slow", "truncated"]


@dataclass
class ChatFault:
    """One fault and how often it still strikes; as `Chats.fail` takes it."""

    kind: ChatFaultKind
    status: int = 500
    seconds: float = 0.0
    times: int | None = 1
    carried_out: bool = False

    def strike(self) -> bool:
        """Whether it strikes this time; counts it."""
        if self.times == 0:
            return False
        if self.times is not None:
            self.times -= 1
        return True


def failed(fault: ChatFault, answer: Answer) -> Answer:
    """The answer that a fault leaves.

    Parameters
    ----------
    answer
        What would have been answered.

    Raises
    ------
    Dropped
        None.
    """
    match fault.kind:
        case "reset":
            raise Dropped("reset", 0)
        case "timeout":
            raise Dropped("timeout", fault.seconds)
        case "slow":
            time.sleep(fault.seconds)
            return answer
        case "truncated":
            announced = {**answer.headers, "Content-Length": str(len(answer.body) + 1)}
            return Answer(answer.status, answer.body, announced)
        case "redirect":
            return Answer(302, b"", {"Location": "https://login.example.com/"})
    page = f"<html><head><title>{fault.status}</title></head><body><h1>{fault.status}</h1></body></html>"
    return Answer(fault.status, page.encode(), {"Content-Type": "text/html"})
