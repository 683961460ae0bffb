"""Having a plan carried out: an asynchronous call of the function remediate."""

from __future__ import annotations

from typing import Protocol

import msgspec

from eniguard.cloud import Answer

#: The path of InvokeFunction (Function Compute, 2023-03-30).
_PATH = "/2023-03-30/functions/{function}/invocations"


class PathCaller(Protocol):
    """What makes the call: `eniguard.cloud.Client`."""

    def call_path(
        self,
        product_name: str,
        action: str,
        method: str,
        path: str,
        /,
        *,
        headers: dict[str, str],
        body: bytes,
        idempotent: bool,
    ) -> Answer:
        """Make one call."""


def invoke(client: PathCaller, function: str, plan_id: str) -> None:
    """Have a plan carried out, or taken back, by the function of a name; a plan is carried out once.

    Raises
    ------
    CloudError
        The call was not taken.
    """
    client.call_path(
        "fc",
        "InvokeFunction",
        "POST",
        _PATH.format(function=function),
        headers={"x-fc-invocation-type": "Async", "content-type": "application/octet-stream"},
        body=msgspec.json.encode({"plan": plan_id}),
        idempotent=True,
    )
