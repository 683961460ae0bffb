"""A page with its plans, an issuer, and browsers; all of it through what the function is called with."""

from __future__ import annotations

import io
import json
import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec
from msgspec.structs import replace

from eniguard.delivery.approval import ApprovalDelivery
from eniguard.errors import Throttled
from eniguard.remediation.approval import Links, Tokens
from eniguard.remediation.box import Plans
from eniguard.remediation.keys import seal_of
from eniguard.remediation.plan import PlanRecord
from eniguard.settings import RemediationSettings
from eniguard.settings.approving import Keys
from eniguard.state import open_store
from tests.functional.approval.issuer import CLIENT, ISSUER, SECRET, Issuer
from tests.functional.remediation.plans import plan

NOW = 1_800_000_000.0
URL = "https://approve.example.com/plans/"
LINK_KEY, SESSION_KEY, SEAL_KEY = "l" * 32, "s" * 32, "v" * 32
ALICE = {"sub": "00u-alice", "preferred_username": "alice", "groups": ["staff", "network-security"]}

GUARD = f"""
state: {{url: env:STATE}}
remediation:
  keys: {{current: env:SEAL_KEY}}
  approval:
    url: {URL}
    issuer: {ISSUER}
    client_id: {CLIENT}
    client_secret: env:CLIENT_SECRET
    link_keys: {{current: env:LINK_KEY, previous: env:LINK_KEY_BEFORE}}
    session_keys: {{current: env:SESSION_KEY}}
    allowed:
      - {{claim: groups, any_of: [network-security]}}
    ram:
      - {{claim: preferred_username, ram: user}}
"""


@dataclass
class Clock:
    now: float = NOW

    def __call__(self) -> float:
        return self.now


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: str

    @property
    def form(self) -> str:
        found = re.search(r'name="form" value="([^"]+)"', self.body)
        assert found is not None, self.body
        return unescape(found.group(1))

    @property
    def location(self) -> str:
        return self.headers["Location"]


@dataclass
class Scene:
    """The function under a policy, and what is around it."""

    folder: Path
    issuer: Issuer
    clock: Clock
    guard: str = GUARD
    variables: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        policy = self.folder / "guard.yml"
        policy.write_text(self.guard, encoding="utf-8")
        self.log = io.StringIO()
        self.started: list[str] = []
        self.busy = False
        self.environment = {
            "ENIGUARD_POLICY": str(policy),
            "ENIGUARD_REMEDIATE": "eniguard-dev-remediate",
            "STATE": f"sqlite:///{self.folder / 'state.db'}",
            "SEAL_KEY": SEAL_KEY,
            "CLIENT_SECRET": SECRET,
            "LINK_KEY": LINK_KEY,
            "LINK_KEY_BEFORE": "b" * 32,
            "SESSION_KEY": SESSION_KEY,
            **self.variables,
        }
        self.delivery = self.another()
        seal = seal_of(RemediationSettings(keys=Keys("seal")), lambda _: SEAL_KEY)
        self.plans = Plans(open_store(self.environment["STATE"], clock=self.clock), seal, clock=self.clock)
        self.links = Links(URL, Tokens(LINK_KEY, name="link_keys"))

    def another(self) -> ApprovalDelivery:
        """Another instance of the function, on the same store."""
        return ApprovalDelivery(
            self.environment, clock=self.clock, stream=self.log, remediate=self._remediate
        )

    def _remediate(self, plan_id: str) -> None:
        if self.busy:
            raise Throttled("busy", product="fc", action="InvokeFunction")
        self.started.append(plan_id)

    def answer(self, event: Mapping[str, Any]) -> Answer:
        taken = self.delivery.handle(json.dumps(event).encode(), None)
        assert taken["isBase64Encoded"] is False
        return Answer(taken["statusCode"], taken["headers"], taken["body"])


@dataclass
class Browser:
    """Somebody's browser: keeps the cookie, and sends what browsers send."""

    scene: Scene
    language: str = "en"
    ip: str = "203.0.113.7"
    cookie: str = ""
    encodes: bool = False

    def get(self, address: str) -> Answer:
        parts = urlsplit(address)
        return self.ask("GET", parts.path, dict(parse_qsl(parts.query)), {})

    def post(
        self,
        part: str,
        form: Mapping[str, str] | list[tuple[str, str]],
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        path = urlsplit(URL).path + part
        sent = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
        return self.ask("POST", path, {}, {**sent, **(headers or {})}, urlencode(form))

    def open(self, link: str) -> Answer:
        return self.get(link)

    def sign_in(self, link: str) -> Answer:
        """Sign in from a plan's page; what the page answers in the end."""
        sent = self.begin(link)
        assert sent.status == 303, sent
        return self.come_back(self.scene.issuer.sign_in(sent.location))

    def begin(self, link: str) -> Answer:
        return self.get(f"{URL}sign-in?{urlsplit(link).query}")

    def come_back(self, query: Mapping[str, str]) -> Answer:
        return self.get(f"{URL}signed-in?{urlencode(query)}")

    def ask(
        self, method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str], body: str = ""
    ) -> Answer:
        answer = self.scene.answer(
            {
                "version": "v1",
                "rawPath": path,
                "body": b64encode(body.encode()).decode() if self.encodes else body,
                "isBase64Encoded": self.encodes,
                "headers": {"Accept-Language": self.language, "Cookie": self.cookie, **headers},
                "queryParameters": query,
                "requestContext": {
                    "accountId": "1234567890123456",
                    "domainName": "approve.example.com",
                    "http": {
                        "method": method,
                        "path": path,
                        "protocol": "HTTP/1.1",
                        "sourceIp": self.ip,
                        "userAgent": "a browser",
                    },
                    "requestId": "1-64f6cd87-0",
                    "time": "2027-01-15T08:00:00Z",
                    "timeEpoch": "1800000000000",
                },
            }
        )
        if "Set-Cookie" in answer.headers:
            jar: SimpleCookie = SimpleCookie(answer.headers["Set-Cookie"])
            name, morsel = next(iter(jar.items()))
            self.cookie = f"{name}={morsel.value}" if morsel.value else ""
        return answer


def shown_form(scene: Scene, browser: Browser) -> str:
    """Sign in at the page of a plan; what its form carries."""
    scene.plans.propose(plan())
    return browser.get(browser.sign_in(scene.links.to(plan())).location).form


def overwrite(scene: Scene, **changes: object) -> None:
    """Write a plan into the store as somebody would who got at it."""
    store = open_store(scene.environment["STATE"], clock=scene.clock)
    item = store.get("plan/plan-1")
    assert item is not None
    record = msgspec.json.decode(item.value, type=PlanRecord)
    changed = replace(record, plan=replace(record.plan, **changes))
    assert store.replace(item.key, msgspec.json.encode(changed), version=item.version) is not None
