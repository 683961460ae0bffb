"""A plan that is tried again and again stays one that a store can keep."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from eniguard.errors import CloudError
from eniguard.remediation.outcome_findings import outcome_finding
from eniguard.remediation.work import MOST_STEPS
from eniguard.state import MOST_BYTES
from tests.functional.remediation.conftest import Play


class Refusing:
    """Reads, and is refused each write, at length."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def call(self, product: str, action: str, parameters: Any, *, region: str | None = None) -> Any:
        if action == "RevokeSecurityGroup":
            raise CloudError("not now" + "\x1b" * 3000, product=product, action=action, code="Busy")
        return self._client.call(product, action, parameters, region=region)


def test_what_fails_for_three_days_is_on_record_and_goes_through_in_the_end(play: Play) -> None:
    # given
    scene = play("mode: approve\nexpires_minutes: 4320")
    scene.opens_ssh()
    (proposed,) = scene.proposed("EXP001")
    scene.approve(proposed.plan.id)

    # when
    for _ in range(20):
        with pytest.raises(CloudError):
            scene.applying(caller=Refusing).run(proposed.plan.id)
        scene.cloud.clock.advance(601)

    # then
    item = scene.store.get(f"plan/{proposed.plan.id}")
    assert item is not None
    assert len(item.value) < MOST_BYTES // 2
    assert len(scene.record(proposed.plan.id).steps) == MOST_STEPS
    ids = [outcome_finding(one).finding_id for one in scene.told]
    assert len(set(ids)) == len(ids) == 20
    assert "\x1b" not in (scene.record(proposed.plan.id).steps[-1].error or "\x1b")
    assert scene.applying().run(proposed.plan.id).state == "applied"
    again = replace(scene.told[-1], repeat=True)
    assert outcome_finding(again).finding_id == outcome_finding(scene.told[-1]).finding_id
