"""Whatever is wrong with a verdict, the answer is one and the same."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from eniguard.errors import VerdictRefused
from eniguard.remediation.box import Plans
from eniguard.remediation.plan import Approver, Verdict
from eniguard.state import open_store
from tests.functional.remediation.plans import ALICE, NOW, OTHER_KEY, plan, seal

ANSWER = str(VerdictRefused())
TEXTS = st.text(max_size=64)
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "plan_id": TEXTS,
    "digest": TEXTS,
    "approved": st.just(False),
    "approver": st.builds(Approver, st.sampled_from(["oidc", "ram", "mode"]), TEXTS, TEXTS, TEXTS),
    "at": st.floats(NOW - 1e6, NOW + 1e6),
    "nonce": TEXTS,
    "key_id": TEXTS,
    "purpose": st.just("undo"),
    "seal": TEXTS,
}


def _good(**changes: Any) -> Verdict:
    asked: dict[str, Any] = {"approved": True, "at": NOW, **changes}
    return seal().verdict(plan(), ALICE, **asked)


@st.composite
def forged(draw: st.DrawFn) -> Verdict:
    """A verdict in which something was changed after it was sealed."""
    name = draw(st.sampled_from(sorted(FIELDS)))
    good = _good()
    return replace(good, **{name: draw(FIELDS[name].filter(lambda value: value != getattr(good, name)))})


truncated = st.integers(0, 63).map(lambda length: replace(_good(), seal=_good().seal[:length]))
expired = st.floats(3601, 1e6).map(lambda late: _good(at=NOW + late))
early = st.floats(61, 1e6).map(lambda before: _good(at=NOW - before))
swapped_key = st.binary(min_size=32, max_size=64).filter(lambda key: key != b"k" * 32)
with_another_key = swapped_key.map(lambda key: seal(key=key).verdict(plan(), ALICE, approved=True, at=NOW))
other_plan = st.builds(
    lambda plan_id, rule: seal().verdict(replace(plan(plan_id), rule=rule), ALICE, approved=True, at=NOW),
    TEXTS,
    st.sampled_from(["EXP002", "EXP007"]),
)
by_mode = st.just(0).map(
    lambda _: seal().verdict(plan(), Approver("mode", "x", "x", "x"), approved=True, at=NOW)
)


@settings(max_examples=1000)
@given(st.one_of(forged(), truncated, expired, early, with_another_key, other_plan, by_mode), st.booleans())
def test_a_thousand_verdicts_that_do_not_hold_are_refused_with_one_answer(
    verdict: Verdict, approved_before: bool
) -> None:
    # given
    late = max(NOW, verdict.at) if verdict.at < NOW + 1e7 else NOW
    plans = Plans(open_store("memory:", clock=lambda: late), seal(), clock=lambda: late)
    plans.propose(plan())
    if approved_before and late == NOW:
        plans.decide("plan-1", _good())
    state = plans.get("plan-1")

    # when
    try:
        plans.decide("plan-1", verdict)
        answer = "decided"
    except VerdictRefused as refused:
        answer = str(refused)

    # then
    assert answer == ANSWER
    assert plans.get("plan-1") == state


def test_a_verdict_that_is_given_twice_counts_once() -> None:
    plans = Plans(open_store("memory:"), seal(), clock=lambda: NOW)
    plans.propose(plan())
    verdict = _good()
    assert plans.decide("plan-1", verdict).state == "approved"

    try:
        plans.decide("plan-1", verdict)
        answer = "decided"
    except VerdictRefused as refused:
        answer = str(refused)

    assert answer == ANSWER


def test_a_key_that_was_replaced_holds_while_it_is_named() -> None:
    from eniguard.remediation.seal import Seal

    old = _good()
    rotated = Seal({"2027": OTHER_KEY, "2026": b"k" * 32}, "2027")

    rotated.check(old, plan(), NOW)
    rotated.check(rotated.verdict(plan(), ALICE, approved=True, at=NOW), plan(), NOW)


def test_keys_are_not_shown() -> None:
    assert "kkk" not in repr(seal())
