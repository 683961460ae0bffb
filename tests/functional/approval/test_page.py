"""From the link to the verdict."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from msgspec.structs import replace

from eniguard.errors import ConfigError, Throttled
from eniguard.model import Actor
from eniguard.remediation.approval import Links, Tokens
from eniguard.remediation.plan import PlannedCall
from tests.functional.approval.issuer import ISSUER, SECRET, Issuer
from tests.functional.approval.scene import (
    GUARD,
    LINK_KEY,
    NOW,
    SESSION_KEY,
    URL,
    Browser,
    Clock,
    Scene,
)
from tests.functional.remediation.plans import MALLORY, plan


def test_a_link_shows_the_plan_and_changes_nothing(scene: Scene, browser: Browser) -> None:
    # given
    before = scene.plans.propose(plan())

    # when
    answer = browser.open(scene.links.to(plan()))

    # then
    assert answer.status == 200
    for said in (
        "Port 22 is open to the world",
        "sg-bp1example0001",
        "ecs:RevokeSecurityGroup",
        "It goes",
        "mallory",
        "EXP001",
        plan().digest,
        "2027-01-15 09:00 UTC",
        "rule",
        "there",
        "Looking at this page changes nothing.",
    ):
        assert said in answer.body, said
    assert "<form" not in answer.body
    assert (scene.plans.get("plan-1"), scene.started) == (before, [])


@pytest.mark.parametrize(
    ("verdict", "state", "started"), [("approve", "approved", ["plan-1"]), ("reject", "rejected", [])]
)
def test_whoever_signs_in_decides(
    scene: Scene, browser: Browser, verdict: str, state: str, started: list[str]
) -> None:
    # given
    scene.plans.propose(plan())
    link = scene.links.to(plan())
    back = browser.sign_in(link)
    shown = browser.get(back.location)

    # when
    answer = browser.post("decide", {"form": shown.form, "verdict": verdict})

    # then
    record = scene.plans.get("plan-1")
    assert record is not None
    assert record.state == state
    assert record.verdict is not None
    assert (record.verdict.approver.by, record.verdict.approver.issuer) == ("oidc", ISSUER)
    assert (record.verdict.approver.subject, record.verdict.approver.name) == ("00u-alice", "alice")
    assert scene.started == started
    assert answer.status == 303
    assert f"{state}</strong> · <bdi>alice decided at" in browser.get(answer.location).body


def test_a_form_that_comes_twice_decides_once_and_starts_nothing_undecided(
    scene: Scene, browser: Browser
) -> None:
    # given
    form = _shown(scene, browser)
    browser.post("decide", {"form": form, "verdict": "reject"})

    # when
    answer = browser.post("decide", {"form": form, "verdict": "approve"})

    # then
    record = scene.plans.get("plan-1")
    assert record is not None
    assert (record.state, scene.started, answer.status) == ("rejected", [], 303)


def test_of_many_verdicts_at_once_one_counts(scene: Scene, browser: Browser) -> None:
    # given
    form = _shown(scene, browser)
    sent = {"approve": "approved", "reject": "rejected"}

    # when
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(
                lambda verdict: browser.post("decide", {"form": form, "verdict": verdict}), list(sent) * 8
            )
        )

    # then
    record = scene.plans.get("plan-1")
    assert record is not None
    assert record.state in sent.values()
    assert {one.status for one in answers} <= {303, 404}
    assert bool(scene.started) == (record.state == "approved")
    assert scene.log.getvalue().count('"plan_decided"') == 1


def test_calls_that_could_not_be_started_can_be_started_again(scene: Scene, browser: Browser) -> None:
    # given
    def busy(_: str) -> None:
        raise Throttled("busy", product="fc", action="InvokeFunction")

    scene.started.append = busy  # type: ignore[method-assign]
