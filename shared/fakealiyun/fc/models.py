"""The functions of one account in one region."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass
class Trigger:
    """One trigger with what it was made of; ``settings`` by the names that the answers have."""

    name: str
    type: str
    created_at: datetime
    settings: dict[str, str] = field(default_factory=dict)


@dataclass
class Function:
    """One function; ``settings`` by the names that the answers have.

    ``reserved`` and ``on_demand`` limit its instances, ``None`` sets no limit. ``least`` instances are there
    at any time, and more on demand if it ``scales``.
    """

    name: str
    description: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    reserved: int | None = None
    on_demand: int | None = None
    provisioned: int = 0
    least: int = 0
    scales: bool = True
    async_config: dict[str, str] | None = None
    invocable: bool = True
    triggers: dict[str, Trigger] = field(default_factory=dict)


@dataclass
class FunctionState:
    """Functions by name, those of the old API by ``service/function``; its services and what they are for."""

    functions: dict[str, Function] = field(default_factory=dict)
    services: dict[str, str] = field(default_factory=dict)
