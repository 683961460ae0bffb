"""The page as it is deployed, on a laptop: bundles in `eniguard serve`, a real provider, and TLS in front."""

from __future__ import annotations

import html
import json
import re
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

import pytest
import requests
from msgspec.structs import replace

from eniguard.remediation.approval import Links, Tokens
from eniguard.remediation.box import Plans
from eniguard.remediation.keys import seal_of
from eniguard.remediation.plan import PlanRecord
from eniguard.settings.guardfile import parse_policy
from eniguard.state import open_store
from fakealiyun import Cloud
from fakealiyun.server import served
from tests.functional.remediation.plans import plan
from tests.real.approval.browsing import CLIENT, SECRET, Certificates, free_port, provider
from tests.real.approval.serving import Served, serve, template, tls
from tests.real.approval.test_in_a_browser import GUARD, LINK_KEY, PEOPLE

SEAL_KEY, SESSION_KEY = "v" * 32, "s" * 32


@dataclass
class Site:
    """What runs, and the plans in the store that its functions share."""

    url: str
    address: str
    functions: Served
    plans: Plans
    authority: Path

    def proposed(self) -> tuple[PlanRecord, str]:
        """A plan that was put down now, and the link to it."""
        found = replace(plan(uuid.uuid4().hex, at=time.time()), event_at=time.time() - 40.0)
        record = self.plans.propose(found)
        return record, Links(self.url, Tokens(LINK_KEY, name="link_keys")).to(record.plan)

    def person(self) -> requests.Session:
        """Somebody with a browser that trusts the tests' authority."""
        session = requests.Session()
        session.trust_env = False  # what this machine trusts
        session.verify = str(self.authority)
        return session


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("served")
    certificates, port = Certificates(tmp_path_factory.mktemp("certificates")), free_port()
    url, state = f"https://127.0.0.1:{port}/", f"sqlite:///{folder}/state.db"
    variables = {
        "ENIGUARD_STATE": state,
        "STATE": state,
        "SEAL_KEY": SEAL_KEY,
        "CLIENT_SECRET": SECRET,
        "LINK_KEY": LINK_KEY,
        "SESSION_KEY": SESSION_KEY,
        "REQUESTS_CA_BUNDLE": str(certificates.authority),
    }
    guard = folder / "guard.yml"
    with (
        provider(certificates, free_port(), f"{url}signed-in", PEOPLE) as issuer,
        served(Cloud("cn-hangzhou")) as cloud,
    ):
        guard.write_text(GUARD.format(url=url, issuer=issuer, client=CLIENT), encoding="utf-8")
        path = template(folder, guard, "remediate", "approval")
        with serve(path, cloud.address, variables) as functions:
            (page,) = functions.started["http"]
            policy = parse_policy(guard.read_text("utf-8"))
            plans = Plans(open_store(state), seal_of(policy.remediation, lambda _: SEAL_KEY))
            with tls(page["address"], port, certificates):
                yield Site(url, page["address"], functions, plans, certificates.authority)


def test_a_link_shows_the_plan_in_the_store_that_the_functions_share(site: Site) -> None:
    record, link = site.proposed()

    answer = site.person().get(link)

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert record.plan.subject.id in answer.text
    assert "ecs:RevokeSecurityGroup" in answer.text
    assert "Content-Security-Policy" in answer.headers
    # As with a domain of one's own, browsers show it and do not save it.
    assert "Content-Disposition" not in answer.headers


def test_whatever_does_not_hold_gets_one_answer(site: Site) -> None:
    _, link = site.proposed()

    altered = f"?{link.partition('?')[2][:-2]}AA"
    answers = [
        site.person().get(f"{site.url}{rest}")
        for rest in ("", "?plan=forged", altered, "elsewhere", "signed-in?state=1")
    ]
    answers.append(site.person().post(f"{site.url}decide", {"form": "forged", "verdict": "approve"}))

    assert {(one.status_code, one.content) for one in answers} == {(404, answers[0].content)}


@pytest.mark.parametrize("method", ["HEAD", "PUT", "OPTIONS"])
def test_function_compute_itself_refuses_other_methods(site: Site, method: str) -> None:
    _, link = site.proposed()

    answer = site.person().request(method, link)

    assert (answer.status_code, answer.headers["X-Fc-Error-Type"]) == (403, "FcCommonError")


def test_who_signs_in_approves_and_the_plan_is_carried_out(site: Site) -> None:
    # given
    record, link = site.proposed()
    person = site.person()

    # when
    shown = person.get(link)
    form = person.get(_found(r'href="([^"]*sign-in[^"]*)"', shown, site.url))
    page = person.post(form.url, {"name": "alice"})
    decided = person.post(
        _found(r'action="([^"]*decide)"', page, site.url),
        {"form": _found(r'name="form" value="([^"]*)"', page), "verdict": "approve"},
    )

    # then
    assert "Signed in as alice." in page.text
    assert (decided.status_code, decided.url) == (200, f"{link}&lang=en")
    site.functions.wait("eniguard-dev-approval |", '"plan_decided"', record.plan.id)
    # It was called as the cloud would have been, and found no such security group in the fake.
    ended = json.loads(site.functions.wait("eniguard-dev-remediate | {", record.plan.id).partition(" | ")[2])
    found = site.plans.get(record.plan.id)
    assert found is not None
    assert found.verdict is not None
    assert (found.verdict.approver.subject, found.verdict.approver.by) == ("alice", "oidc")
    assert found.state not in ("proposed", "approved"), ended


def test_nothing_that_lets_one_in_is_in_what_the_functions_print(site: Site) -> None:
    printed = "\n".join(site.functions.lines)

    assert "eniguard-dev-approval | FC Invoke End" in printed
    for secret in (SEAL_KEY, SECRET, LINK_KEY, SESSION_KEY, "__Host-eniguard", "code=", "plan="):
        assert secret not in printed


def _found(pattern: str, page: requests.Response, base: str = "") -> str:
    """The first of something in a page; an address of it as a whole one."""
    found = re.search(pattern, page.text)
    assert found is not None, page.text
    text = html.unescape(found[1])
    return urljoin(base, text) if base else text
