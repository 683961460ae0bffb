"""Calls trail_file in a process of its own, and tells its counts and peak memory after each call."""

from __future__ import annotations

import io
import json
import resource
import sys
from types import SimpleNamespace

from eniguard.delivery.objects import ObjectDelivery
from tests.functional.delivery.scene import event, other_event

#: Events of a megabyte: 500 of about 2 KB, one of them of a kind that rules look at.
_EVENTS = 500


def text(*, megabytes: int) -> bytes:
    """A JSON array of about that size."""
    made = [_made(number) for number in range(megabytes * _EVENTS)]
    return ("[" + ",".join(map(json.dumps, made)) + "]").encode()


def _made(number: int) -> dict[str, object]:
    kind = other_event if number % _EVENTS else event
    return {**kind(number), "userAgent": f"{number:06d}" * 260}


def main() -> None:
    """Read what to do from the standard input."""
    given = json.load(sys.stdin)
    key_id, secret, token = given["keys"]
    credentials = SimpleNamespace(access_key_id=key_id, access_key_secret=secret, security_token=token)
    context = SimpleNamespace(
        request_id="r-1",
        credentials=credentials,
        function=SimpleNamespace(name="trail_file", timeout=600),
        region="cn-hangzhou",
        account_id="1234567890123456",
    )
    delivery = ObjectDelivery(given["environment"], clock=lambda: given["now"], stream=io.StringIO())
    told = []
    for call in given["calls"]:
        answer = json.loads(delivery.handle(call, context) or "{}")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        told.append(
            {"counts": answer, "megabytes": peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)}
        )
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
