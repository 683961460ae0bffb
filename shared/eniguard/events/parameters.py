"""The parameters of a call in the one shape the catalogue declares (`eniguard.events.plans` reads them)."""

from __future__ import annotations

from typing import cast

from msgspec import Struct

from eniguard.events.values import Interface, Permission, Tag, Value


class Parameters(Struct, frozen=True, gc=False):
    """The catalogue parameters of one call, each in its declared shape.

    ``malformed`` names the parameters that were present and could not be read.
    """

    values: dict[str, Value] = {}
    malformed: tuple[str, ...] = ()

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def text(self, name: str) -> str | None:
        """A text parameter, or ``None`` when absent."""
        return cast("str | None", self.values.get(name))

    def texts(self, name: str) -> tuple[str, ...]:
        """A list-of-texts parameter; empty when absent."""
        return cast("tuple[str, ...]", self.values.get(name, ()))

    def integer(self, name: str) -> int | None:
        """An integer parameter, or ``None`` when absent or malformed."""
        return cast("int | None", self.values.get(name))

    def flag(self, name: str) -> bool | None:
        """A boolean parameter, or ``None`` when absent or malformed."""
        return cast("bool | None", self.values.get(name))

    def permissions(self) -> tuple[Permission, ...]:
        """The security group rules the call states, flat form first."""
        return cast("tuple[Permission, ...]", self.values.get("Permissions", ()))

    def interfaces(self) -> tuple[Interface, ...]:
        """The network interfaces of RunInstances."""
        return cast("tuple[Interface, ...]", self.values.get("NetworkInterface", ()))

    def tags(self) -> tuple[Tag, ...]:
        """The tags the call sets."""
        return cast("tuple[Tag, ...]", self.values.get("Tag", ()))


NO_PARAMETERS = Parameters()
