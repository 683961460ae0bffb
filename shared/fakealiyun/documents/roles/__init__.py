"""The service-linked roles of cloud services: their names by trusted service, and policies as published.

``index.json`` names the role of each service. ``policies/`` holds the documents that are published whole:
that of API Gateway (updated Mar 01, 2026) and those of six more services. The policy of any other service
is not known to the fake, see ``RamState.linked_role``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent


@cache
def roles_by_service() -> Mapping[str, str]:
    """Trusted service (``nat.aliyuncs.com``) to role name."""
    found: dict[str, str] = json.loads((_FOLDER / "index.json").read_text("utf-8"))
    return found


@cache
def published_policy(role: str) -> Mapping[str, Any] | None:
    """The policy document of a service-linked role, or ``None`` when it is not published whole."""
    path = _FOLDER / "policies" / f"{role}.json"
    if not path.is_file():
        return None
    document: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return document
