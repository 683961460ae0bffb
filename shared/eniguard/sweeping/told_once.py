"""Findings that are told once, as long as they stay the same."""

from __future__ import annotations

import time
from collections.abc import Callable
from hashlib import blake2b

import msgspec
from msgspec import Struct

from eniguard.intake.told import Telling
from eniguard.model import Finding
from eniguard.state import Store
from eniguard.toolkit import Invocation

#: Seconds after which a finding that stays is told again (a choice of this project).
AGAIN_AFTER = 86_400.0
_encode = msgspec.json.Encoder().encode


class _Told(Struct, frozen=True, gc=False):
    """What was told of a finding; ``done`` is ``False`` while it is being told."""

    said: str
    done: bool


_decode = msgspec.json.Decoder(_Told).decode


class ToldOnce:
    """Tells findings that are found again and again.

    A finding is told when it is new, when what it says has changed, and once a day while it stays. Its
    evidence does not count: it changes with every look. What was being told when the process died is told
    again, and marked as a repeat.

    Parameters
    ----------
    store
        Keeps what was told. Every method raises `StateError` when it did not do what was asked.
    telling
        Tells; by default in the log alone.
    clock
        Gives seconds since 1970 (UTC).
    again_after
        Seconds after which a finding that stays is told again.
    """

    def __init__(
        self,
        store: Store,
        telling: Telling | None = None,
        *,
        clock: Callable[[], float] = time.time,
        again_after: float = AGAIN_AFTER,
    ) -> None:
        self._store = store
        self._telling = Telling() if telling is None else telling
        self._clock = clock
        self._again_after = again_after

    def tell(self, finding: Finding, call: Invocation, *, changes: bool = True) -> bool:
        """Tell of a finding, unless it was told; whether it was now.

        ``changes`` is ``False`` for one whose id alone counts, whatever it says by now.
        """
        key, said = f"told/{finding.finding_id}", _said(finding) if changes else ""
        item = self._store.get(key)
        before = None if item is None else _decode(item.value)
        if before is not None and before.said == said and before.done:
            return False
        begun, ttl = _encode(_Told(said, False)), self._again_after
        held = (
            self._store.create(key, begun, ttl=ttl)
            if item is None
            else self._store.replace(key, begun, version=item.version, ttl=ttl)
        )
        if held is None:  # another sweep is at it
            return False
        repeat = before is not None and before.said == said
        # No call brought it about that is known: its plan is only shown, by whatever way it came.
        self._telling.findings([finding], call, forgeable=False, repeat=repeat)
        self._store.replace(key, _encode(_Told(said, True)), version=held.version, ttl=ttl)
        return True


def _said(finding: Finding) -> str:
    """Stands for what a finding says."""
    parts = (finding.severity, finding.inventory, finding.resources, finding.summary, finding.advice)
    return blake2b(msgspec.json.encode((*parts, finding.fix)), digest_size=16).hexdigest()
