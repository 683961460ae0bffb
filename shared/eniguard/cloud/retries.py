"""How often and after how long a call is made again.

urllib3's Retry was looked at: it sees the HTTP status only, while throttling comes as 400 with a code in the
body, and it would send the same nonce again. tenacity has the loop, but neither a wait that the server names
nor a deadline, and costs a cold start more than the few lines here.
"""

from __future__ import annotations

from msgspec import Struct


class Retries(Struct, frozen=True):
    """When to give up, and how long to wait before that.

    Attributes
    ----------
    attempts
        Attempts in all, the first one included.
    base, longest
        Seconds: before attempt n + 1 a random part of ``base`` x 2^(n - 1) is waited, at most ``longest``
        (full jitter, so that many functions do not come back together).
    longest_asked
        Seconds that are waited when the server names a time; if it names more, the call fails at once.
    """

    attempts: int = 4
    base: float = 0.2
    longest: float = 5.0
    longest_asked: float = 10.0

    def wait(self, attempt: int, asked: float | None, part: float) -> float | None:
        """Seconds to wait after a failed attempt; ``None`` to give up.

        Parameters
        ----------
        attempt
            How many attempts have failed.
        asked
            Seconds that the server named, if it did.
        part
            A random number from 0 to 1.
        """
        if attempt >= self.attempts or (asked is not None and asked > self.longest_asked):
            return None
        drawn: float = min(self.longest, self.base * 2 ** (attempt - 1)) * part
        return drawn if asked is None else asked + drawn


#: What calls are made with when nothing else is said.
RETRIES = Retries()


def asked_wait(acs_retry_after: str | None, retry_after: str | None) -> float | None:
    """Seconds that an answer asks to wait; ``None`` when it does not say so in a number.

    The first header is in milliseconds, as the official SDK reads it; the second, HTTP's own, in seconds.
    """
    for text, unit in ((acs_retry_after, 0.001), (retry_after, 1.0)):
        if text is not None and text.strip().isdecimal():
            return int(text) * unit
    return None
