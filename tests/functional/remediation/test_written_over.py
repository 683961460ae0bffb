"""A plan in the store that somebody else wrote is never sealed by the guard itself."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from eniguard.errors import RemediationError
from eniguard.remediation.plan import Plan
from eniguard.remediation.proposing import Remediation
from eniguard.state import Store
from tests.functional.remediation.conftest import Play
from tests.functional.remediation.plans import seal
from tests.functional.remediation.scene import policy

AUTO = "modes: [{mode: auto, rules: [EXP001]}]"
OTHER_RULE = {"SecurityGroupId": "sg-bp1example0009", "SecurityGroupRuleId.1": "sgr-bp1example0009"}


def _write_over(store: Store, plan: Plan, **changes: Any) -> None:
    """What a writer of the store does: the same id, nothing decided, and another content."""
    item = store.get(f"plan/{plan.id}")
    assert item is not None
    record = {"plan": replace(plan, **changes), "state": "proposed"}
    assert store.replace(item.key, msgspec.json.encode(record), version=item.version) is not None


@pytest.mark.parametrize("name", ["calls", "mode", "account", "expires", "actor", "preconditions"])
def test_what_a_writer_of_the_store_put_under_the_id_of_a_plan_is_not_sealed(play: Play, name: str) -> None:
    # given: a plan of mode auto, and an event that comes a second time
    scene = play(AUTO)
    scene.opens_ssh()
    (finding,) = [one for one in scene.findings() if one.rule == "EXP001"]
    remediation = scene.remediation()
    made = remediation.propose(finding, forgeable=False)
    assert made is not None
    call = replace(made.plan.calls[0], parameters=OTHER_RULE)
    written: dict[str, Any] = {
        "calls": (call,),
        "account": "1234567890123499",
        "expires": made.plan.expires + 86_400.0,
        "actor": None,
        "preconditions": (),
    }
    if name == "mode":  # guard.yml lets it wait for a person
        asking = policy("mode: approve")
        remediation = Remediation(scene.store, asking, seal, scene.invoked.append, clock=scene.live.now)
    _write_over(scene.store, made.plan, **({name: written[name]} if name in written else {}))

    # when
    there = remediation.propose(finding, forgeable=False)
    assert there is not None
    with pytest.raises(RemediationError, match="not the one that is made of its finding"):
        remediation.set_going(there, finding)

    # then
    assert (scene.record(made.plan.id).state, scene.invoked) == ("proposed", [])


def test_a_plan_that_was_put_down_and_not_sealed_is_sealed_when_its_event_comes_again(play: Play) -> None:
    scene = play(AUTO)
    scene.opens_ssh()
    (finding,) = [one for one in scene.findings() if one.rule == "EXP001"]
    made = scene.remediation().propose(finding, forgeable=False)
    assert made is not None
    scene.cloud.clock.advance(90)

    there = scene.remediation().propose(finding, forgeable=False)
    assert there is not None
    going = scene.remediation().set_going(there, finding)

    assert (there.plan.at, going.state) == (made.plan.at, "approved")
    assert scene.invoked == [made.plan.id]
