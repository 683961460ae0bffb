"""Making a planned call, and whether its answer says that it was carried out."""

from __future__ import annotations

from typing import Any

from eniguard.errors import CloudError
from eniguard.remediation.plan import PlannedCall
from eniguard.sources.asking import Caller


def answer_to(one: PlannedCall, caller: Caller, region: str) -> dict[str, Any]:
    """The answer to a call of a plan.

    Raises
    ------
    CloudError
        It was refused, or there is no answer. EventBridge answers some refusals with HTTP 200.
    """
    product, _, action = one.action.partition(":")
    answer = caller.call(product, action, one.parameters, region=region)
    if answer.get("Success") is not False:
        return answer
    raise CloudError(
        f"{one.action} was answered {answer.get('Code')}: {answer.get('Message')}",
        product=product,
        action=action,
        code=str(answer.get("Code")),
        request_id=answer.get("RequestId"),
    )
