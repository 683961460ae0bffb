"""The secrets of one account in one region."""

from __future__ import annotations

from dataclasses import dataclass, field

#: Stages that every secret has, of its newest version and the one before (PutSecretValue).
CURRENT, PREVIOUS = "ACSCurrent", "ACSPrevious"


@dataclass
class Secret:
    """The version ids of a secret, newest last, and the version each stage marks; its data is not kept.

    ``policy`` says who else may use it, as it was set.
    """

    versions: list[str] = field(default_factory=list)
    stages: dict[str, str] = field(default_factory=dict)
    policy: str | None = None

    def add(self, version: str) -> None:
        """A new version, which is the current one from now on."""
        if CURRENT in self.stages:
            self.stages[PREVIOUS] = self.stages[CURRENT]
        self.stages[CURRENT] = version
        self.versions.append(version)


@dataclass
class KmsState:
    """Secrets by name."""

    secrets: dict[str, Secret] = field(default_factory=dict)
