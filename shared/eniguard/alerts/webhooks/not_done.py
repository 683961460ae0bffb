"""Why a message was not sent, on its way to the error that is told."""

from __future__ import annotations


class NotDone(Exception):
    """It came to nothing; the text says why, and holds nothing of the request but its host.

    ``asked`` tells whether the request was on its way by then.
    """

    def __init__(self, problem: str, *, asked: bool = False) -> None:
        self.asked = asked
        super().__init__(problem)
