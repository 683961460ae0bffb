"""The page as it is deployed, on a laptop: bundles in `eniguard serve`, a real provider, and TLS in front."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

import pytest
import requests

from eniguard.deployment import permission_policy, roles_of
from eniguard.remediation.approval import Links, Tokens
from eniguard.remediation.plan import PlanRecord
from eniguard.settings.compiled import compile_policy
from eniguard.settings.guardfile import parse_policy
from fakealiyun import Cloud
from fakealiyun.clock import RunningClock
from fakealiyun.server import served as cloud_served
from tests.functional.cloud.conftest import Live
from tests.functional.deployment.templates import resources
from tests.functional.remediation.scene import Scene
from tests.real.approval.browsing import CLIENT, SECRET, Certificates, free_port, provider
from tests.real.approval.serving import Served, serve, template, tls
from tests.real.approval.test_in_a_browser import GUARD, LINK_KEY, PEOPLE
from tests.real.built import Bundles

SEAL_KEY, SESSION_KEY = "v" * 32, "s" * 32
REMEDIATE = "eniguard-dev-remediate"


@dataclass
class Site:
    """What runs, the account that it guards, and the store that its functions share."""

    url: str
    functions: Served
    scene: Scene
    authority: Path

    def proposed(self) -> tuple[PlanRecord, str]:
        """A plan for a group that mallory opened now, and the link to it."""
        self.scene.group = self.scene.make_group()
        self.scene.make_eni()
        self.scene.opens_ssh()
        (record,) = self.scene.proposed("EXP001")
        return record, Links(self.url, Tokens(LINK_KEY, name="link_keys")).to(record.plan)

    def person(self) -> requests.Session:
        """Somebody with a browser that trusts the tests' authority."""
        session = requests.Session()
        session.trust_env = False  # what this machine trusts
        session.verify = str(self.authority)
        return session


@pytest.fixture(scope="module")
def site(bundles: Bundles, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("served")
    certificates, port = Certificates(tmp_path_factory.mktemp("certificates")), free_port()
    url, clock = f"https://127.0.0.1:{port}/", RunningClock()
    clock.advance(-600)  # as setting the scene lets it run on
    with (
        provider(certificates, free_port(), f"{url}signed-in", PEOPLE) as issuer,
        cloud_served(Cloud("cn-hangzhou", clock=clock)) as cloud,
    ):
        scene = Scene(Live(cloud.cloud, cloud), folder, "mode: approve")
        guard = folder / "guard.yml"
        text = f"{GUARD.format(url=url, issuer=issuer, client=CLIENT)}  mode: approve\n"
        # As template.yml has it.
        text = text.replace("env:STATE", "env:ENIGUARD_STATE")
        guard.write_text(text, encoding="utf-8")
        # In place of the policy in the bundles, which cannot know the ports.
        policy = folder / "policy.json"
        policy.write_bytes(compile_policy(guard))
        (role,) = (one for one in roles_of(resources(), parse_policy(text)) if one.name == REMEDIATE)
        cloud.cloud.role(REMEDIATE, permission_policy(role))
        variables = {
            "ENIGUARD_POLICY": str(policy),
            "ENIGUARD_STATE": f"sqlite:///{scene.path}",
            "SEAL_KEY": SEAL_KEY,
            "CLIENT_SECRET": SECRET,
            "LINK_KEY": LINK_KEY,
            "SESSION_KEY": SESSION_KEY,
            "REQUESTS_CA_BUNDLE": str(certificates.authority),
        }
        path = template(folder, bundles, "remediate", "approval")
        with serve(path, cloud.address, variables) as functions:
            (page,) = functions.started["http"]
            with tls(page["address"], port, certificates):
                yield Site(url, functions, scene, certificates.authority)


def test_a_link_shows_the_plan_in_the_store_that_the_functions_share(site: Site) -> None:
    record, link = site.proposed()

    answer = site.person().get(link)

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert record.plan.subject.id in answer.text
    assert "ecs:RevokeSecurityGroup" in answer.text
    assert "Content-Security-Policy" in answer.headers
    # As with a domain of one's own, browsers show it and do not save it.
    assert "Content-Disposition" not in answer.headers


def test_no_other_site_may_read_a_page(site: Site) -> None:
    _, link = site.proposed()

    answer = site.person().get(link, headers={"Origin": "https://other.example.com"})

    assert answer.headers["Access-Control-Allow-Origin"] == site.url.rstrip("/")
    assert "Access-Control-Allow-Credentials" not in answer.headers


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
    person, before = site.person(), set(site.scene.rules())

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
    line = site.functions.wait(f"{REMEDIATE} | {{", record.plan.id)
    told = json.loads(line.partition(" | ")[2])
    assert (told["ended"], told["approver"]["by"], told["approver"]["subject"]) == (
        "applied",
        "oidc",
        "alice",
    )
    assert before - set(site.scene.rules()) == {("22/22", "0.0.0.0/0")}


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
