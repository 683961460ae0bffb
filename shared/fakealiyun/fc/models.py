"""The functions of one account in one region."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Function:
    """One function; ``reserved`` and ``on_demand`` limit its instances, ``None`` sets no limit.

    ``least`` instances are there at any time, and more on demand if it ``scales``.
    """

    name: str
    description: str = ""
    reserved: int | None = None
    on_demand: int | None = None
    provisioned: int = 0
    least: int = 0
    scales: bool = True
    async_config: dict[str, str] | None = None
    invocable: bool = True
    triggers: dict[str, str] = field(default_factory=dict)


@dataclass
class FunctionState:
    """Functions by name, those of the old API by ``service/function``; its services and what they are for."""

    functions: dict[str, Function] = field(default_factory=dict)
    services: dict[str, str] = field(default_factory=dict)
