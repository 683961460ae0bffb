"""The page as people have it: Chromium on a desktop and a phone, light and dark, against a real provider."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from eniguard.delivery.approval import ApprovalDelivery
from eniguard.remediation.approval import Links, Tokens
from eniguard.remediation.box import Plans
from eniguard.remediation.plan import PlannedCall, PlanRecord, Precondition
from eniguard.state import open_store
from tests.chromium import chromium
from tests.functional.remediation.plans import plan
from tests.real.approval.browsing import (
    AXE,
    CLIENT,
    SECRET,
    Certificates,
    free_port,
    provider,
    served,
)

#: Build output, to be looked at.
SCREENSHOTS = Path(__file__).parents[3] / "build" / "screenshots"
SCREENS: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1280, "height": 900}},
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "device_scale_factor": 2,
        "has_touch": True,
        "is_mobile": True,
    },
}
PEOPLE = {
    "alice": {"preferred_username": "alice", "groups": ["network-security"]},
    "mallory": {"preferred_username": "mallory", "groups": ["network-security"]},
    "guest": {"preferred_username": "guest", "groups": ["visitors"]},
}
GUARD = """
state: {{url: env:STATE}}
remediation:
  keys: {{current: env:SEAL_KEY}}
  approval:
    url: {url}
    issuer: {issuer}
    client_id: {client}
    client_secret: env:CLIENT_SECRET
    link_keys: {{current: env:LINK_KEY}}
    session_keys: {{current: env:SESSION_KEY}}
    allowed:
      - {{claim: groups, any_of: [network-security]}}
    ram:
      - {{claim: preferred_username, ram: user}}
"""
RULE = {
    "SecurityGroupId": "sg-bp1example0001",
    "SecurityGroupRuleId.1": "sgr-bp1example0001",
    "RegionId": "cn-hangzhou",
}
REVOKE = PlannedCall("ecs:RevokeSecurityGroup", RULE, "The one rule that lets the world in to port 22 goes")
LINK_KEY = "l" * 32
_WORST = ("serious", "critical")


@dataclass
class Site:
    """The page, its plans, and a browser."""

    url: str
    plans: Plans
    browser: Browser
    started: list[str]
    log: io.StringIO
    problems: list[str] = field(default_factory=list)

    @contextmanager
    def opened(
        self, screen: str = "desktop", scheme: str = "light", *, language: str = "en-GB", **options: Any
    ) -> Iterator[Page]:
        """A page of a new browser session, which puts down what goes wrong in it."""
        context: BrowserContext = self.browser.new_context(
            ignore_https_errors=True, color_scheme=scheme, locale=language, **SCREENS[screen], **options
        )
        context.set_default_timeout(15_000)
        page = context.new_page()
        page.on("console", lambda said: self.problems.append(f"console: {said.text}"))
        page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
        page.on("request", lambda request: self._seen(request.url))
        try:
            yield page
        finally:
            context.close()

    def _seen(self, url: str) -> None:
        if not url.startswith("https://127.0.0.1:"):
            self.problems.append(f"asked for {url}")

    def link(self) -> str:
        """The link to a plan that was put down now."""
        now = time.time()
        record = self.plans.propose(
            replace(
                plan("plan-1", at=now),
                event_at=now - 40.0,
                calls=(REVOKE,),
                inverse=(PlannedCall("ecs:AuthorizeSecurityGroup", RULE, "The rule is there again"),),
                preconditions=(
                    Precondition(
                        "the rule sgr-bp1example0001", "tcp 22/22 from 0.0.0.0/0, made at 2026-11-22 08:00"
                    ),
                    Precondition("members managed by a service", "none of 3"),
                ),
            )
        )
        return Links(self.url, Tokens(LINK_KEY, name="link_keys")).to(record.plan)

    @property
    def record(self) -> PlanRecord:
        found = self.plans.get("plan-1")
        assert found is not None
        return found


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with sync_playwright() as playwright, chromium(playwright, tmp_path_factory.mktemp("chromium")) as found:
        yield found


@pytest.fixture(scope="module")
def ports(certificates: Certificates) -> Iterator[tuple[int, str]]:
    """The port that the page is to have, and the issuer that knows it."""
    port = free_port()
    with provider(certificates, free_port(), f"https://127.0.0.1:{port}/signed-in", PEOPLE) as issuer:
        yield port, issuer


@pytest.fixture
def site(
    tmp_path: Path,
    certificates: Certificates,
    browser: Browser,
    ports: tuple[int, str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Site]:
    # The function trusts the authority of the tests, as it does any other that the system knows.
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificates.authority))
    port, issuer = ports
    url = f"https://127.0.0.1:{port}/"
    policy = tmp_path / "guard.yml"
    policy.write_text(GUARD.format(url=url, issuer=issuer, client=CLIENT), encoding="utf-8")
    environment = {
        "ENIGUARD_POLICY": str(policy),
        "ENIGUARD_REMEDIATE": "eniguard-dev-remediate",
        "STATE": f"sqlite:///{tmp_path / 'state.db'}",
        "SEAL_KEY": "v" * 32,
        "CLIENT_SECRET": SECRET,
        "LINK_KEY": LINK_KEY,
        "SESSION_KEY": "s" * 32,
    }
    log, started = io.StringIO(), list[str]()
    delivery = ApprovalDelivery(environment, stream=log, remediate=started.append)
    plans = Plans(open_store(environment["STATE"]))
    with served(delivery, port, certificates):
        yield Site(url, plans, browser, started, log)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", SCREENS)
def test_a_plan_is_looked_at_signed_in_to_and_approved(site: Site, screen: str, scheme: str) -> None:
    with site.opened(screen, scheme, bypass_csp=True) as page:
        # when
        page.goto(site.link())
        seen = [_looked_at(page, f"{screen}-{scheme}-1-link")]
        page.get_by_role("link", name="Sign in to approve or reject").click()
        page.get_by_label("Name").fill("alice")
        page.get_by_role("button", name="Sign in").click()
        page.get_by_text("Signed in as alice.").wait_for()
        seen.append(_looked_at(page, f"{screen}-{scheme}-2-decide"))
        page.get_by_role("button", name="Approve: make these calls").click()
        page.get_by_text("alice decided at").wait_for()
        seen.append(_looked_at(page, f"{screen}-{scheme}-3-approved"))
        page.goto(f"{site.url}?plan=forged")
        seen.append(_looked_at(page, f"{screen}-{scheme}-4-refused"))

    # then
    assert seen == [([], False)] * 4
    assert (site.record.state, site.started) == ("approved", ["plan-1"])
    verdict = site.record.verdict
    assert verdict is not None
    assert (verdict.approver.subject, verdict.approver.by) == ("alice", "oidc")
    assert [one for one in site.problems if "404" not in one] == []


def test_all_of_it_works_without_scripts_and_by_keyboard_alone(site: Site) -> None:
    with site.opened(java_script_enabled=False) as page:
        # when
        page.goto(site.link())
        before = _tabbed(page, 2)
        page.keyboard.press("Enter")
        page.get_by_label("Name").wait_for()
        page.keyboard.type("alice")
        page.keyboard.press("Enter")
        page.get_by_text("Signed in as alice.").wait_for()
        after = _tabbed(page, 4)
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Enter")
        page.get_by_text("alice decided at").wait_for()

    # then
    assert before == ["简体中文", "Sign in to approve or reject"]
    assert after == [
        "简体中文",
        "Approve: make these calls",
        "Reject: change nothing",
        "Sign out",
    ]
    assert (site.record.state, site.started) == ("rejected", [])
    assert site.problems == []


def test_where_the_keyboard_is_can_be_seen(site: Site) -> None:
    with site.opened() as page:
        page.goto(site.link())
        for _ in range(2):
            page.keyboard.press("Tab")
            outline = page.evaluate(
                "() => { const s = getComputedStyle(document.activeElement);"
                " return [s.outlineStyle, parseFloat(s.outlineWidth)] }"
            )

            assert outline == ["solid", 3]


@pytest.mark.parametrize("screen", SCREENS)
def test_in_chinese_every_character_is_there(site: Site, screen: str) -> None:
    with site.opened(screen, language="zh-CN", bypass_csp=True) as page:
        # when
        page.goto(site.link())
        seen = _looked_at(page, f"{screen}-zh")
        session = page.context.new_cdp_session(page)
        root = session.send("DOM.getDocument")["root"]["nodeId"]
        session.send("CSS.enable")
        heading = session.send("DOM.querySelector", {"nodeId": root, "selector": "#calls"})["nodeId"]
        fonts = session.send("CSS.getPlatformFontsForNode", {"nodeId": heading})["fonts"]
        language, title = page.locator("html").get_attribute("lang"), page.title()
        page.get_by_role("link", name="English").click()
        page.get_by_role("heading", name="Calls that would be made").wait_for()

    # then
    assert (seen, language, title) == (([], False), "zh-CN", "EXP001 的处置计划 · eniguard")
    # The font that has no Chinese draws boxes.
    assert fonts
    assert not [one for one in fonts if one["familyName"].startswith("DejaVu")]
    assert site.problems == []


@pytest.mark.parametrize(
    ("name", "said"), [("mallory", "You made the call"), ("guest", "nothing in your sign-in lets you decide")]
)
def test_who_may_not_decide_is_told_why(site: Site, name: str, said: str) -> None:
    with site.opened("phone", bypass_csp=True) as page:
        page.goto(site.link())
        page.get_by_role("link", name="Sign in to approve or reject").click()
        page.get_by_label("Name").fill(name)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_text(said).wait_for()
        seen = _looked_at(page, f"phone-not-{name}")
        offered = page.get_by_role("button", name="Approve").count()

    assert (seen, offered, site.record.state) == (([], False), 0, "proposed")


def test_the_cookie_is_kept_from_scripts_and_sent_to_the_page_alone(site: Site) -> None:
    with site.opened() as page:
        # when
        page.goto(site.link())
        page.get_by_role("link", name="Sign in to approve or reject").click()
        page.get_by_label("Name").fill("alice")
        page.get_by_role("button", name="Sign in").click()
        page.get_by_text("Signed in as alice.").wait_for()
        kept = [one for one in page.context.cookies() if one["name"] == "__Host-eniguard"]
        seen_by_scripts = page.evaluate("() => document.cookie")
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("link", name="Sign in to approve or reject").wait_for()
        left = [one for one in page.context.cookies() if one["name"] == "__Host-eniguard"]

    # then
    assert [(one["httpOnly"], one["secure"], one["sameSite"], one["path"]) for one in kept] == [
        (True, True, "Lax", "/")
    ]
    assert (seen_by_scripts, left) == ("", [])


def test_a_form_of_another_site_decides_nothing(site: Site) -> None:
    with site.opened() as page:
        # given: somebody signed in, and a page elsewhere that knows even what the form carries
        page.goto(site.link())
        page.get_by_role("link", name="Sign in to approve or reject").click()
        page.get_by_label("Name").fill("alice")
        page.get_by_role("button", name="Sign in").click()
        form = page.locator("input[name=form]").first.get_attribute("value")
        elsewhere = page.context.new_page()
        elsewhere.set_content(
            f'<form method="post" action="{site.url}decide"><input name="form" value="{form}">'
            '<button name="verdict" value="approve">A prize</button></form>'
        )

        # when
        elsewhere.get_by_role("button").click()
        elsewhere.get_by_text("This does not hold").wait_for()

    # then
    assert (site.record.state, site.started) == ("proposed", [])


def test_a_code_of_the_issuer_is_good_once_and_in_its_own_browser(site: Site) -> None:
    with site.opened() as page, site.opened() as other:
        # given
        answers: list[str] = []
        page.on(
            "request", lambda request: answers.append(request.url) if "/signed-in?" in request.url else None
        )
        page.goto(site.link())
        page.get_by_role("link", name="Sign in to approve or reject").click()
        page.get_by_label("Name").fill("alice")
        page.get_by_role("button", name="Sign in").click()
        page.get_by_text("Signed in as alice.").wait_for()

        # when
        again, elsewhere = page.goto(answers[0]), other.goto(answers[0])

        # then
        assert again is not None
        assert elsewhere is not None
        assert (again.status, elsewhere.status) == (404, 404)
        assert again.body() == elsewhere.body()


def _looked_at(page: Page, name: str) -> tuple[list[str], bool]:
    """What axe finds that is serious, and whether the page is wider than its screen; keeps a picture."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)
    page.add_script_tag(path=AXE)
    found = page.evaluate("async () => (await axe.run(document)).violations")
    worst = [f"{one['id']}: {one['nodes'][0]['html']}" for one in found if one["impact"] in _WORST]
    wide = page.evaluate("() => document.documentElement.scrollWidth > innerWidth")
    return worst, wide


def _tabbed(page: Page, times: int) -> list[str]:
    """What the keyboard comes to, one after the other."""
    names = []
    for _ in range(times):
        page.keyboard.press("Tab")
        names.append(page.locator(":focus").inner_text().strip())
    return names
