"""State snapshots without events: cases of their own, which the rules of the sweep judge."""

from __future__ import annotations

from msgspec import Struct

from eniguard.model import Finding, Sweep
from eniguard.rules.registry import Registry
from eniguard.rules.sweep import swept
from eniguard.settings import Policy
from eniguard.sources.snapshot import Snapshot


class SweepEntry(Struct, frozen=True):
    """One snapshot that was judged: where it stood (relative to the replay root), and what the rules said."""

    path: str
    sweep: Sweep

    @property
    def key(self) -> str:
        """The name of the case, as ``expectations.yml`` spells it: its path."""
        return self.path

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the rules found."""
        return self.sweep.findings


def judged(snapshot: Snapshot, registry: Registry, policy: Policy) -> Sweep:
    """What the rules of the sweep say of a snapshot, at the moment it was captured."""
    return swept(registry.sweeps, snapshot.view(policy.actors.service_ids), snapshot.as_of)
