"""The error answers of EventBridge; their codes come from the assumptions."""

from __future__ import annotations

from fakealiyun.errors import ApiError
from fakealiyun.services import Call


def refused(call: Call, why: str, message: str) -> ApiError:
    """A refusal; ``why`` is a key of ``Assumptions.eventbridge_codes``."""
    code, status = call.cloud.assumptions.eventbridge_codes[why]
    return ApiError(code, status, message)
