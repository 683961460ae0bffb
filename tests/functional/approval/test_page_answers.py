"""What the page answers: to whom it says what, how often, for how long, and what it keeps to itself."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from msgspec.structs import replace

from eniguard.delivery.approval import ApprovalDelivery
from eniguard.errors import ConfigError
from eniguard.model import Actor
from eniguard.remediation.approval import Links, Tokens
from eniguard.remediation.plan import PlannedCall
from tests.functional.approval.issuer import SECRET, Issuer
from tests.functional.approval.scene import (
    GUARD,
    LINK_KEY,
    SESSION_KEY,
    URL,
    Browser,
    Clock,
    Scene,
    shown_form,
)
from tests.functional.remediation.plans import plan


@pytest.mark.parametrize("mode", ["plan", "off"])
def test_a_plan_that_is_only_shown_offers_no_decision(scene: Scene, browser: Browser, mode: str) -> None:
    # given
    found = plan(mode=mode)  # type: ignore[arg-type]
    scene.plans.propose(found)
    link = scene.links.to(found)

    # when
    before, after = browser.open(link), browser.get(browser.sign_in(link).location)
    answer = browser.post("decide", {"form": after.form, "verdict": "approve"})

    # then
    record = scene.plans.get("plan-1")
    assert record is not None
    assert "sign-in?" not in before.body
    assert "lets this plan be shown" in after.body
    assert (answer.status, record.state) == (404, "proposed")


def test_a_session_ends_by_itself_and_by_signing_out(scene: Scene, browser: Browser, clock: Clock) -> None:
    # given
    form = shown_form(scene, browser)
    link = scene.links.to(plan())

    # when
    out = browser.post("sign-out", {"form": form})
    after_signing_out = browser.open(link)
    browser.sign_in(link)
    clock.now += 601
    after_ten_minutes = browser.open(link)

    # then
    assert "Max-Age=0" in out.headers["Set-Cookie"]
    assert "Signed in as" not in after_signing_out.body
    assert "Signed in as" not in after_ten_minutes.body
    assert browser.post("decide", {"form": form, "verdict": "approve"}).status == 404


def test_keys_are_changed_without_a_gap(tmp_path: Path, issuer: Issuer, clock: Clock) -> None:
    # given
    earlier = Links(URL, Tokens("b" * 32, name="link_keys"))
    oldest = Links(URL, Tokens("a" * 32, name="link_keys"))
    scene = Scene(tmp_path, issuer, clock)
    scene.plans.propose(plan())
    browser = Browser(scene)

    # when / then
    assert browser.open(scene.links.to(plan())).status == 200
    assert browser.open(earlier.to(plan())).status == 200
    assert browser.open(oldest.to(plan())).status == 404


def test_the_sign_in_asks_for_what_it_has_to(scene: Scene, browser: Browser, issuer: Issuer) -> None:
    # given
    scene.plans.propose(plan())

    # when
    sent = browser.begin(scene.links.to(plan()))
    query = {name: values[0] for name, values in parse_qs(urlsplit(sent.location).query).items()}
    browser.come_back(issuer.sign_in(sent.location))

    # then
    assert query["redirect_uri"] == f"{URL}signed-in"
    assert (query["scope"], query["max_age"]) == ("openid profile email", "3600")
    assert min(len(query["state"]), len(query["nonce"]), len(query["code_challenge"])) >= 43
    assert issuer.exchanged[0]["authorization"].startswith("Basic ")
    assert SECRET not in sent.location + str(sent.headers)
    assert browser.cookie.startswith("__Host-eniguard=")


def test_every_answer_says_what_browsers_may_do_with_it(scene: Scene, browser: Browser) -> None:
    # given
    scene.plans.propose(plan())
    link = scene.links.to(plan())

    # when
    answers = [
        browser.open(link),
        browser.begin(link),
        browser.open(f"{URL}?plan=x"),
        browser.get(f"{URL}no"),
    ]

    # then
    for answer in answers:
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert answer.headers["Access-Control-Allow-Origin"] == "https://approve.example.com"
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
        assert "<script" not in answer.body
        assert "//" not in answer.body.replace(URL, "").replace("https://approve.example.com/", "")
    cookie = answers[1].headers["Set-Cookie"]
    assert {"HttpOnly", "Secure", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_what_comes_from_outside_is_shown_as_what_it_is(scene: Scene, browser: Browser) -> None:
    # given
    hostile = "<script>alert(1)</script>\"'>\u202eesrever\u2066\x1b[2J{{ 7*7 }}"
    actor = Actor(kind="account", type="ram-user", name=hostile, principal_id=hostile)
    found = replace(
        plan(), actor=actor, why=hostile, calls=(PlannedCall(hostile, {hostile: hostile}, hostile),)
    )
    scene.plans.propose(found)

    # when
    body = browser.open(scene.links.to(found)).body

    # then
    assert "<script" not in body
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&#34;&#39;&gt;\\u202eesrever\\u2066\\x1b[2J{{ 7*7 }}" in body
    assert not {"\u202e", "\u2066", "\x1b"} & set(body)


@pytest.mark.parametrize(
    ("asked", "accepted", "language", "said"),
    [
        ("", "zh-CN,zh;q=0.9,en;q=0.8", "zh-CN", "将执行的调用"),
        ("", "en-GB,en;q=0.9,zh;q=0.8", "en", "Calls that would be made"),
        ("", "fr, zh-Hans;q=0.5", "zh-CN", "将执行的调用"),
        ("", "zh;q=0, en;q=x", "en", "Calls that would be made"),
        ("", "", "en", "Calls that would be made"),
        ("en", "zh-CN", "en", "Calls that would be made"),
        ("zh-CN", "en", "zh-CN", "将执行的调用"),
        ("xx", "zh-CN", "zh-CN", "将执行的调用"),
    ],
)
def test_the_page_speaks_the_language_that_is_asked_for(
    scene: Scene, asked: str, accepted: str, language: str, said: str
) -> None:
    # given
    scene.plans.propose(plan())
    browser = Browser(scene, language=accepted)

    # when
    answer = browser.open(scene.links.to(plan()) + (f"&lang={asked}" if asked else ""))

    # then
    assert (answer.headers["Content-Language"], said in answer.body) == (language, True)
    assert f'<html lang="{language}">' in answer.body


def test_the_language_is_kept_through_the_sign_in(scene: Scene, browser: Browser) -> None:
    scene.plans.propose(plan())

    back = browser.sign_in(f"{scene.links.to(plan())}&lang=zh-CN")

    assert "批准:执行以上调用" in browser.get(back.location).body


def test_too_many_looks_and_sign_ins_are_put_off_and_others_are_not(scene: Scene, clock: Clock) -> None:
    # given
    scene.plans.propose(plan())
    link = scene.links.to(plan())
    eager, calm = Browser(scene), Browser(scene, ip="203.0.113.8")

    # when
    looks = [eager.open(link).status for _ in range(62)]
    begun = [eager.begin(link).status for _ in range(22)]
    of_another = calm.open(link).status
    clock.now += 700

    # then
    assert looks == [200] * 60 + [429] * 2
    assert begun == [303] * 20 + [429] * 2
    assert (of_another, eager.open(link).status) == (200, 200)


def test_whoever_decides_too_often_is_put_off(scene: Scene, browser: Browser) -> None:
    # given
    form = shown_form(scene, browser)
    for _ in range(20):
        browser.post("decide", {"form": form, "verdict": "reject"})

    # when
    answer = browser.post("decide", {"form": form, "verdict": "reject"})

    # then
    assert (answer.status, answer.headers["Retry-After"]) == (429, "600")


def test_no_secret_is_told(scene: Scene, browser: Browser) -> None:
    # given
    form = shown_form(scene, browser)

    # when
    browser.post("decide", {"form": form, "verdict": "approve"})
    browser.post("decide", {"form": form[:-1], "verdict": "approve"})

    # then
    told = scene.log.getvalue()
    assert '"plan_decided"' in told
    for secret in (SECRET, LINK_KEY, SESSION_KEY, "v" * 32, "code-1", form):
        assert secret not in told


def test_a_store_that_does_not_answer_is_no_reason_to_say_more(scene: Scene, browser: Browser) -> None:
    # given
    link = scene.links.to(plan())
    scene.environment["STATE"] = f"sqlite:///{scene.folder / 'not' / 'there' / 'state.db'}"
    scene.delivery = scene.another()

    # when
    answer = browser.open(link)

    # then
    assert (answer.status, "Wait a minute" in answer.body) == (503, True)
    assert "sqlite" not in answer.body


def test_what_is_no_request_gets_the_answer_of_all_that_does_not_hold(scene: Scene) -> None:
    answers = [scene.answer(event) for event in ({}, {"version": "v2"}, {"data": []})]

    assert {one.status for one in answers} == {404}


def test_an_issuer_that_does_not_answer_as_one_lets_nobody_in(
    scene: Scene, browser: Browser, issuer: Issuer
) -> None:
    # given
    scene.plans.propose(plan())
    link = scene.links.to(plan())
    statuses = []

    # when
    for about in (
        {"issuer": "https://login.example.com/other"},
        {"token_endpoint": "http://login.example.com/token"},
        {"authorization_endpoint": "http://login.example.com/"},
        {"jwks_uri": 7},
    ):
        issuer.about = about
        statuses.append(browser.begin(link).status)

    # then
    assert statuses == [503] * 4
    assert "sign_in_unavailable" in scene.log.getvalue()


def test_a_key_that_the_issuer_changed_to_is_asked_for(
    scene: Scene, browser: Browser, issuer: Issuer, clock: Clock
) -> None:
    # given
    scene.plans.propose(plan())
    link = scene.links.to(plan())
    browser.sign_in(link)
    issuer.key = type(issuer.key).generate_key(2048, {"kid": "2027"}, auto_kid=False)
    issuer.published, issuer.header = [issuer.key], {"alg": "RS256", "kid": "2027"}

    # when
    at_once = browser.sign_in(link)
    clock.now += 61
    later = browser.sign_in(link)

    # then: not more often than once a minute, for anybody can make up a key id
    assert (at_once.status, later.status) == (404, 303)
    assert issuer.asked.count("keys") == 2


@pytest.mark.parametrize(
    ("guard", "problem"),
    [
        ("state: {url: env:STATE}\n", "no section remediation.approval"),
        (GUARD.replace("state: {url: env:STATE}", ""), "state"),
    ],
)
def test_a_function_without_what_it_needs_says_so_at_its_start(
    tmp_path: Path, clock: Clock, guard: str, problem: str
) -> None:
    policy = tmp_path / "guard.yml"
    policy.write_text(guard, encoding="utf-8")
    environment = {"ENIGUARD_POLICY": str(policy), "STATE": "memory:", "ENIGUARD_REMEDIATE": "r"}

    with pytest.raises(ConfigError, match=problem):
        ApprovalDelivery(environment, clock=clock).prepare()


def test_a_key_that_is_too_short_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"remediation\.approval\.link_keys: a key has less than 32"):
        Tokens("k" * 31, name="link_keys")
