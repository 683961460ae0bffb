"""From the link to the verdict."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from msgspec.structs import replace

from eniguard.model import Actor
from eniguard.remediation.approval.texts import LANGUAGES, TEXTS
from eniguard.remediation.plan import PlannedCall
from tests.functional.approval.issuer import ISSUER, Issuer
from tests.functional.approval.scene import (
    GUARD,
    Browser,
    Clock,
    Scene,
    overwrite,
    shown_form,
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


def test_a_form_in_base64_is_read(scene: Scene, browser: Browser) -> None:
    # given
    form = shown_form(scene, browser)
    browser.encodes = True

    # when
    answer = browser.post("decide", {"form": form, "verdict": "approve"})

    # then
    assert (answer.status, scene.started) == (303, ["plan-1"])


def test_both_languages_say_the_same_things() -> None:
    english, chinese = (TEXTS[language] for language in LANGUAGES)

    assert english.keys() == chinese.keys()
    assert {name: _blanks(text) for name, text in english.items()} == {
        name: _blanks(text) for name, text in chinese.items()
    }


def _blanks(text: str) -> set[str]:
    return set(re.findall(r"{\w+}", text))


def test_a_form_that_comes_twice_decides_once_and_starts_nothing_undecided(
    scene: Scene, browser: Browser
) -> None:
    # given
    form = shown_form(scene, browser)
    browser.post("decide", {"form": form, "verdict": "reject"})

    # when
    answer = browser.post("decide", {"form": form, "verdict": "approve"})

    # then
    record = scene.plans.get("plan-1")
    assert record is not None
    assert (record.state, scene.started, answer.status) == ("rejected", [], 303)


def test_of_many_verdicts_at_once_one_counts(scene: Scene, browser: Browser) -> None:
    # given
    form = shown_form(scene, browser)
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
    assert {one.status for one in answers} <= {303, 404, 429}
    assert bool(scene.started) == (record.state == "approved")
    assert scene.log.getvalue().count('"plan_decided"') == 1


def test_calls_that_could_not_be_started_can_be_started_again(scene: Scene, browser: Browser) -> None:
    # given
    form = shown_form(scene, browser)
    scene.busy = True
    failed = browser.post("decide", {"form": form, "verdict": "approve"})
    scene.busy = False

    # when
    browser.post("decide", {"form": failed.form, "verdict": "approve"})

    # then
    assert "could not be started" in failed.body
    assert "Start the calls again" in failed.body
    assert scene.started == ["plan-1"]
    assert scene.log.getvalue().count('"plan_decided"') == 1


def test_the_actor_decides_about_nothing_he_did(scene: Scene, browser: Browser, issuer: Issuer) -> None:
    # given
    issuer.person["preferred_username"] = "Mallory@example.com"
    scene.plans.propose(plan())
    link = scene.links.to(plan())

    # when
    shown = browser.get(browser.sign_in(link).location)
    answer = browser.post("decide", {"form": shown.form, "verdict": "approve"})

    # then
    assert "You made the call" in shown.body
    assert 'value="approve"' not in shown.body
    assert (answer.status, "You made the call" in answer.body) == (403, True)
    assert (scene.plans.get("plan-1"), scene.started) == (scene.plans.propose(plan()), [])


@pytest.mark.parametrize(
    ("actor", "may"),
    [
        (None, True),
        (MALLORY, True),
        (Actor(kind="account", type="root-account", principal_id="1234567890123456", name="root"), False),
        # No claim is mapped to sessions: nobody can tell whose this one was, as of root.
        (Actor(kind="account", type="assumed-role", principal_id="3:x", role="admin", session="x"), False),
    ],
)
def test_who_cannot_be_told_from_the_actor_does_not_decide(
    scene: Scene, browser: Browser, actor: Actor | None, may: bool
) -> None:
    # given
    found = replace(plan(), actor=actor)
    scene.plans.propose(found)

    # when
    shown = browser.get(browser.sign_in(scene.links.to(found)).location)

    # then
    assert ('value="approve"' in shown.body) == may
    assert ("cannot be told from its caller" in shown.body) == (not may)


def test_a_session_of_a_role_is_told_by_its_claim(tmp_path: Path, issuer: Issuer, clock: Clock) -> None:
    # given
    guard = GUARD.replace("preferred_username, ram: user", "email, ram: session, roles: [sso]")
    scene = Scene(tmp_path, issuer, clock, guard)
    actor = Actor(
        kind="account",
        type="assumed-role",
        principal_id="3:eve@x.example",
        role="sso",
        session="eve@x.example",
    )
    found = replace(plan(), actor=actor)
    scene.plans.propose(found)
    shown = {}

    # when
    for name in ("eve", "bob"):
        issuer.person = {
            **issuer.person,
            "sub": name,
            "email": f"{name}@x.example",
            "preferred_username": name,
        }
        browser = Browser(scene)
        shown[name] = browser.get(browser.sign_in(scene.links.to(found)).location).body

    # then
    assert "You made the call" in shown["eve"]
    assert 'value="approve"' in shown["bob"]


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"groups": ["staff"]}, "nothing in your sign-in lets you decide"),
        ({"groups": "network-security-2"}, "nothing in your sign-in lets you decide"),
        ({"preferred_username": ""}, "does not say who you are in RAM"),
        ({"preferred_username": 7}, "does not say who you are in RAM"),
    ],
)
def test_claims_that_let_nobody_in_open_no_session(
    scene: Scene, browser: Browser, issuer: Issuer, claims: dict[str, object], said: str
) -> None:
    # given
    scene.plans.propose(plan())
    issuer.person.update(claims)

    # when
    answer = browser.sign_in(scene.links.to(plan()))

    # then
    assert (answer.status, said in answer.body) == (403, True)
    assert "Set-Cookie" not in answer.headers


def test_an_address_that_nobody_verified_says_nothing_of_who_somebody_is(
    tmp_path: Path, issuer: Issuer, clock: Clock
) -> None:
    # given
    scene = Scene(
        tmp_path,
        issuer,
        clock,
        GUARD.replace("preferred_username, ram: user", "email, ram: session, roles: [sso]"),
    )
    scene.plans.propose(plan())
    issuer.person |= {"email": "alice@example.com", "email_verified": False}

    # when
    answer = Browser(scene).sign_in(scene.links.to(plan()))

    # then
    assert (answer.status, "does not say who you are in RAM" in answer.body) == (403, True)


def test_a_plan_that_changed_since_it_was_shown_is_not_decided(scene: Scene, browser: Browser) -> None:
    # given
    form = shown_form(scene, browser)
    overwrite(scene, calls=(PlannedCall("ecs:DeleteSecurityGroup", {}, "All of it goes"),))

    # when
    answer = browser.post("decide", {"form": form, "verdict": "approve"})

    # then
    record = scene.plans.get("plan-1")
    assert record is not None
    assert (answer.status, record.state, scene.started) == (404, "proposed", [])
