"""The parameters of a call in the one shape the catalogue declares (`eniguard.events.plans` reads them)."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from eniguard.events.values import Interface, Permission, Tag


class Parameters(Struct, frozen=True, gc=False):
    """The catalogue parameters of one call, each in its declared shape (`eniguard.events.values.Value`).

    ``malformed`` names the parameters that were present and could not be read.
    """

    values: dict[str, Any] = {}
    malformed: tuple[str, ...] = ()

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def text(self, name: str) -> str | None:
        """A text parameter, or ``None`` when absent."""
        found: str | None = self.values.get(name)
        return found

    def texts(self, name: str) -> tuple[str, ...]:
        """A list-of-texts parameter; empty when absent."""
        found: tuple[str, ...] = self.values.get(name, ())
        return found

    def integer(self, name: str) -> int | None:
        """An integer parameter, or ``None`` when absent or malformed."""
        found: int | None = self.values.get(name)
        return found

    def flag(self, name: str) -> bool | None:
        """A boolean parameter, or ``None`` when absent or malformed."""
        found: bool | None = self.values.get(name)
        return found

    def permissions(self) -> tuple[Permission, ...]:
        """The security group rules the call states, flat form first."""
        found: tuple[Permission, ...] = self.values.get("Permissions", ())
        return found

    def interfaces(self) -> tuple[Interface, ...]:
        """The network interfaces of RunInstances."""
        found: tuple[Interface, ...] = self.values.get("NetworkInterface", ())
        return found

    def tags(self) -> tuple[Tag, ...]:
        """The tags the call sets."""
        found: tuple[Tag, ...] = self.values.get("Tag", ())
        return found


NO_PARAMETERS = Parameters()
