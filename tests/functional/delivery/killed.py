"""Calls a function in processes that die like killed ones, each at one write of the store."""

from __future__ import annotations

import io
import json
import os
import sys
from types import SimpleNamespace
from typing import Any

import requests

from tests.functional.delivery.scene import FUNCTIONS, TIMEOUT
from tests.functional.intake.killed import DyingStore

__all__ = ["requests"]  # loaded once, not by each of the processes


def main() -> None:
    """Read what to do from the standard input; tell how each process ended, up to the first that lived."""
    given = json.load(sys.stdin)
    endings: list[int] = []
    for number, one in enumerate(given["calls"], start=1):
        pid = os.fork()
        if pid == 0:
            called(given, one, number)
            os._exit(0)
        endings.append(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        if endings[-1] == 0:
            break
    json.dump(endings, sys.stdout)


def called(given: dict[str, Any], one: dict[str, Any], number: int) -> None:
    """Call the function with a store that ends the process at its write of that number."""
    key_id, secret, token = given["keys"]
    context = SimpleNamespace(
        request_id="r-1",
        credentials=SimpleNamespace(access_key_id=key_id, access_key_secret=secret, security_token=token),
        function=SimpleNamespace(name=given["name"], timeout=TIMEOUT),
        region="cn-hangzhou",
        account_id="1234567890123456",
    )
    function = FUNCTIONS[given["name"]]
    delivery = function(one["environment"], clock=lambda: float(given["now"]), stream=io.StringIO())
    runtime = delivery._runtime
    runtime.store = DyingStore(runtime.store, number, after=given["after"])  # type: ignore[assignment]
    delivery.handle(one["payload"], context)


if __name__ == "__main__":
    main()
