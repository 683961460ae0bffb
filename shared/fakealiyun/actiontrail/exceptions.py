"""The error answers of ActionTrail; their codes come from the assumptions."""

from __future__ import annotations

from fakealiyun.documents import Assumptions
from fakealiyun.errors import ApiError


def refused(assumptions: Assumptions, why: str, message: str) -> ApiError:
    """A refusal; ``why`` is a key of ``Assumptions.trail_codes``."""
    code, status = assumptions.trail_codes[why]
    return ApiError(code, status, message)
