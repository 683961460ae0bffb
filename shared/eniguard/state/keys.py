"""What signs requests to a store in the cloud."""

from __future__ import annotations

from typing import Protocol


class Keys(Protocol):
    """An AccessKey pair, with the token that those of a role need."""

    @property
    def access_key_id(self) -> str:
        """Which pair it is."""

    @property
    def access_key_secret(self) -> str:
        """What only its owner has."""

    @property
    def security_token(self) -> str | None:
        """The token of a role; ``None`` for keys of a user."""
