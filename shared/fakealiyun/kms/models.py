"""The secrets of one account in one region."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

#: Stages that every secret has, of its newest version and the one before (PutSecretValue).
CURRENT, PREVIOUS = "ACSCurrent", "ACSPrevious"


@dataclass(frozen=True)
class SecretVersion:
    """The data of one version; ``kind`` is ``text`` or ``binary`` (then in base64)."""

    data: str = field(repr=False)
    kind: str
    created_at: datetime


@dataclass
class Secret:
    """The data of each version of a secret, newest last, and the version each stage marks.

    ``policy`` says who else may use it, as it was set.
    """

    created_at: datetime
    versions: dict[str, SecretVersion] = field(default_factory=dict)
    stages: dict[str, str] = field(default_factory=dict)
    policy: str | None = None

    def add(self, version: str, data: SecretVersion) -> None:
        """A new version, which is the current one from now on."""
        if CURRENT in self.stages:
            self.stages[PREVIOUS] = self.stages[CURRENT]
        self.stages[CURRENT] = version
        self.versions[version] = data


@dataclass
class KmsState:
    """Secrets by name."""

    secrets: dict[str, Secret] = field(default_factory=dict)
