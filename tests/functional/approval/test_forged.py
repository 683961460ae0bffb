"""What does not hold gets one and the same answer, whatever is wrong with it and wherever it was sent."""

from __future__ import annotations

import string
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
import responses
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eniguard.remediation.approval import Links, Tokens
from eniguard.remediation.approval.links import Link
from eniguard.remediation.plan import PlanRecord
from tests.functional.approval.issuer import KEY, OTHER_KEY, PUBLIC_AS_SECRET, Issuer
from tests.functional.approval.scene import (
    ALICE,
    LINK_KEY,
    NOW,
    SESSION_KEY,
    URL,
    Answer,
    Browser,
    Clock,
    Scene,
)
from tests.functional.remediation.plans import plan

#: What a person who signed in holds: the token of a link, the cookies, and what a form carries.
Parts = dict[str, str]


class Stage:
    """One open plan, a second one, and what a person who signed in holds of the first."""

    def __init__(self, folder: Path, issuer: Issuer, clock: Clock) -> None:
        self.scene = Scene(folder, issuer, clock)
        self.scene.plans.propose(plan())
        self.scene.plans.propose(plan("plan-2"))
        self.before = self.records()
        link = self.scene.links.to(plan())
        self.good = self._held(link)
        self.of_other_plan = self._held(self.scene.links.to(plan("plan-2")))
        self.refusal = Browser(self.scene).open(f"{URL}?plan=nothing")

    def records(self) -> list[PlanRecord | None]:
        return [self.scene.plans.get(name) for name in ("plan-1", "plan-2")]

    def _held(self, link: str) -> Parts:
        browser = Browser(self.scene)
        begun = browser.begin(link)
        sign_in = browser.cookie
        shown = browser.get(browser.come_back(self.scene.issuer.sign_in(begun.location)).location)
        token = link.partition("?plan=")[2]
        return {
            "link": token,
            "sign-in": _value(sign_in),
            "session": _value(browser.cookie),
            "form": shown.form,
        }

    def viewed(self, link: str) -> Answer:
        return Browser(self.scene).get(f"{URL}?plan={link}")

    def begun(self, link: str) -> Answer:
        return Browser(self.scene).get(f"{URL}sign-in?plan={link}")

    def posted(self, session: str, form: str, **headers: str) -> Answer:
        browser = Browser(self.scene, cookie=f"__Host-eniguard={session}")
        return browser.post("decide", {"form": form, "verdict": "approve"}, headers)

    def returned(self, sign_in: str, state: str = "x") -> Answer:
        browser = Browser(self.scene, cookie=f"__Host-eniguard={sign_in}")
        return browser.come_back({"code": "code-1", "state": state})

    def check(self, answer: Answer) -> None:
        assert answer == self.refusal
        assert self.records() == self.before
        assert self.scene.started == []


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Any:
    clock = Clock()
    with responses.RequestsMock(assert_all_requests_are_fired=False) as answers:
        issuer = Issuer(answers, clock)
        issuer.person = dict(ALICE)
        yield Stage(tmp_path_factory.mktemp("stage"), issuer, clock)


_CHARACTERS = string.ascii_letters + string.digits + "-_.="


@st.composite
def _tampered(draw: st.DrawFn) -> Callable[[str], str]:
    """A way to make another text of a token: cut, changed, lengthened, put together anew."""
    kind = draw(st.sampled_from(["cut", "change", "insert", "repeat", "body", "mac", "made_up", "reread"]))
    place, character = draw(st.integers(0, 400)), draw(st.sampled_from(_CHARACTERS))
    made_up, key = draw(st.text(max_size=60)), draw(st.text(min_size=32, max_size=40))

    def tamper(token: str) -> str:
        at = place % len(token)
        body, _, mac = token.rpartition(".")
        if kind == "cut":
            return token[:at]
        if kind == "change":
            return token[:at] + character + token[at + 1 :]
        if kind == "insert":
            return token[:at] + character + token[at:]
        if kind == "repeat":
            return f"{token}.{token}"
        if kind == "body":
            return f"{_text(_bytes(body).replace(b'1', b'2'))}.{mac}"
        if kind == "mac":
            tokens = Tokens("".join(one if ord(one) < 128 else "k" for one in key), name="forged")
            return tokens.made("link", Link(NOW + 60, "plan-1"))
        if kind == "reread":
            return f"{body}=.{mac}"
        return made_up

    return tamper


@settings(max_examples=1000, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(part=st.sampled_from(["link", "begin", "session", "form", "sign-in"]), tamper=_tampered())
def test_forged_links_sessions_forms_and_sign_ins_get_one_answer(
    stage: Stage, part: str, tamper: Callable[[str], str]
) -> None:
    # given
    name = "link" if part == "begin" else part
    forged = tamper(stage.good[name])
    if forged == stage.good[name] or (part in ("session", "sign-in") and set(forged) - set(_CHARACTERS)):
        forged = "x"

    # when
    answer = {
        "link": lambda: stage.viewed(forged),
        "begin": lambda: stage.begun(forged),
        "session": lambda: stage.posted(forged, stage.good["form"]),
        "form": lambda: stage.posted(stage.good["session"], forged),
        "sign-in": lambda: stage.returned(forged),
    }[part]()

    # then
    stage.check(answer)


def test_tokens_are_good_for_what_they_were_made_for_only(stage: Stage) -> None:
    good, other = stage.good, stage.of_other_plan
    swapped = [
        stage.viewed(good["form"]),
        stage.viewed(good["session"]),
        stage.begun(good["sign-in"]),
        stage.posted(good["sign-in"], good["form"]),
        stage.posted(good["form"], good["form"]),
        stage.posted(good["session"], good["session"]),
        stage.posted(good["session"], good["link"]),
        stage.returned(good["session"]),
        # The form of another session, though of the same person; and no session, or no form, at all.
        stage.posted(good["session"], other["form"]),
        stage.posted(other["session"], good["form"]),
        stage.posted("", good["form"]),
        stage.posted(good["session"], ""),
    ]

    for answer in swapped:
        stage.check(answer)


def test_a_form_that_another_site_sends_is_refused(stage: Stage) -> None:
    for site in ("cross-site", "same-site", "none"):
        stage.check(stage.posted(stage.good["session"], stage.good["form"], **{"Sec-Fetch-Site": site}))


def test_links_with_the_key_of_sessions_and_the_other_way_round_are_refused(stage: Stage) -> None:
    swapped = Links(URL, Tokens(SESSION_KEY, name="link_keys"))
    # Whoever sends alerts has this key, and can make anything with it.
    forged = Tokens(LINK_KEY, name="session_keys")
    body = msgspec.json.decode(_bytes(stage.good["session"].rpartition(".")[0]))

    stage.check(stage.viewed(swapped.token(plan())))
    session = forged.made("session", _Anything(body["until"], body["id"], body["person"]))
    stage.check(stage.posted(session, stage.good["form"]))


def test_links_that_expired_and_those_to_no_plan_get_the_same_answer(stage: Stage) -> None:
    tokens = Tokens(LINK_KEY, name="link_keys")

    stage.check(stage.viewed(tokens.made("link", Link(NOW, "plan-1"))))
    stage.check(stage.viewed(tokens.made("link", Link(NOW + 60, "plan-3"))))
    stage.check(stage.viewed(""))


@pytest.mark.parametrize(
    ("method", "part"),
    [
        ("GET", "decide"),
        ("GET", "sign-out"),
        ("POST", ""),
        ("POST", "signed-in"),
        ("GET", "x"),
        ("PUT", "decide"),
    ],
)
def test_other_ways_and_places_get_the_same_answer(stage: Stage, method: str, part: str) -> None:
    browser = Browser(stage.scene, cookie=f"__Host-eniguard={stage.good['session']}")
    path = f"/plans/{part}"

    answer = browser.ask(
        method, path, {"plan": stage.good["link"], "form": stage.good["form"], "verdict": "approve"}, {}
    )

    stage.check(answer)


def test_an_unreadable_form_gets_the_same_answer(stage: Stage) -> None:
    good = stage.good
    browser = Browser(stage.scene, cookie=f"__Host-eniguard={good['session']}")

    stage.check(browser.post("decide", {"form": good["form"], "verdict": "maybe"}))
    stage.check(browser.post("decide", {"form": good["form"]}))
    stage.check(
        browser.post("decide", {"form": good["form"], "verdict": "approve"}, {"Content-Type": "text/plain"})
    )
    stage.check(
        browser.post("decide", [("form", good["form"]), ("verdict", "reject"), ("verdict", "approve")])
    )
    many = {f"f{number}": "" for number in range(9)}
    stage.check(browser.post("decide", {**many, "form": good["form"], "verdict": "approve"}))


@pytest.mark.parametrize(
    ("claims", "without"),
    [
        ({"iss": "https://login.example.com/other"}, ()),
        ({"iss": ["https://login.example.com/staff"]}, ()),
        ({"aud": "another-client"}, ()),
        ({"aud": []}, ()),
        ({"aud": ["eniguard-page", "another-client"]}, ()),
        ({"azp": "another-client"}, ()),
        ({"aud": ["eniguard-page", "another-client"], "azp": "another-client"}, ()),
        ({"exp": int(NOW) - 61}, ()),
        ({"exp": str(int(NOW) + 300)}, ()),
        ({"exp": True}, ()),
        ({"iat": int(NOW) - 301}, ()),
        ({"iat": int(NOW) + 61}, ()),
        ({"nbf": int(NOW) + 61}, ()),
        ({"auth_time": int(NOW) - 3661}, ()),
        ({"auth_time": int(NOW) + 61}, ()),
        ({"nonce": "of-another-sign-in"}, ()),
        ({"nonce": ["x"]}, ()),
        ({"sub": ""}, ()),
        ({"sub": 7}, ()),
        ({"sub": "s" * 256}, ()),
        ({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, ()),
        ({}, ("iss",)),
        ({}, ("aud",)),
        ({}, ("exp",)),
        ({}, ("iat",)),
        ({}, ("auth_time",)),
        ({}, ("nonce",)),
        ({}, ("sub",)),
    ],
)
def test_an_id_token_that_says_something_else_opens_no_session(
    scene: Scene, browser: Browser, issuer: Issuer, claims: dict[str, object], without: tuple[str, ...]
) -> None:
    scene.plans.propose(plan())
    issuer.claims, issuer.without = claims, set(without)

    answer = browser.sign_in(scene.links.to(plan()))

    _check_refused(scene, answer)


@pytest.mark.parametrize(
    ("header", "key"),
    [
        # Signed by somebody else, under the id of the issuer's key.
        ({"alg": "RS256", "kid": "2026"}, OTHER_KEY),
        ({"alg": "RS256"}, OTHER_KEY),
        # A key that is not published.
        ({"alg": "RS256", "kid": "2027"}, OTHER_KEY),
        # The public key taken for a shared secret; and the client's own secret.
        ({"alg": "HS256", "kid": "2026"}, PUBLIC_AS_SECRET),
        ({"alg": "HS256"}, b"the-secret-of-the-client"),
        ({"alg": "none"}, b""),
        ({"alg": "RS256", "kid": "2026"}, b""),
        # A right signature, by an algorithm that guard.yml does not name.
        ({"alg": "RS384", "kid": "2026"}, KEY),
        # The key comes along.
        ({"alg": "RS256", "jwk": OTHER_KEY.as_dict(private=False)}, OTHER_KEY),
    ],
)
def test_an_id_token_that_the_issuer_did_not_sign_opens_no_session(
    scene: Scene, browser: Browser, issuer: Issuer, header: dict[str, object], key: object
) -> None:
    scene.plans.propose(plan())
    issuer.header, issuer.key = header, key

    answer = browser.sign_in(scene.links.to(plan()))

    _check_refused(scene, answer)


@pytest.mark.parametrize("token", ["", "x", "a.b", "a.b.c", "....", "e30.e30.e30", "é.é.é", "a" * 100_000])
def test_what_is_no_id_token_opens_no_session(
    scene: Scene, browser: Browser, issuer: Issuer, token: str
) -> None:
    scene.plans.propose(plan())
    issuer.id_token = token or " "

    answer = browser.sign_in(scene.links.to(plan()))

    _check_refused(scene, answer)


def test_an_answer_of_the_issuer_that_is_not_of_this_sign_in_opens_no_session(
    scene: Scene, browser: Browser, issuer: Issuer, clock: Clock
) -> None:
    # given
    scene.plans.propose(plan())
    link = scene.links.to(plan())
    query = issuer.sign_in(browser.begin(link).location)
    other = Browser(scene)

    # when
    other.begin(link)
    answers = [
        other.come_back(query),
        Browser(scene).come_back(query),
        browser.come_back({**query, "state": query["state"] + "x"}),
        browser.come_back({**query, "code": "code-2"}),
        browser.come_back({**query, "iss": "https://login.example.com/other"}),
        browser.come_back({"state": query["state"], "error": "access_denied"}),
    ]
    clock.now += 601
    answers.append(browser.come_back(query))

    # then
    for answer in answers:
        _check_refused(scene, answer)


def test_an_issuer_that_names_itself_has_to_in_every_answer(
    scene: Scene, browser: Browser, issuer: Issuer
) -> None:
    # given
    scene.plans.propose(plan())
    issuer.about = {"authorization_response_iss_parameter_supported": True}
    query = issuer.sign_in(browser.begin(scene.links.to(plan())).location)

    # when
    without, with_it = (
        browser.come_back(query),
        browser.come_back({**query, "iss": "https://login.example.com/staff"}),
    )

    # then
    _check_refused(scene, without)
    assert with_it.status == 303


def _check_refused(scene: Scene, answer: Answer) -> None:
    assert answer == Browser(scene).open(f"{URL}?plan=nothing")
    assert '"kind":"sign_in_refused"' in scene.log.getvalue().replace(" ", "")


class _Anything(Link, frozen=True):
    """A session, as somebody would write it who has the wrong key."""

    person: Any


def _value(cookie: str) -> str:
    return cookie.partition("=")[2]


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()
