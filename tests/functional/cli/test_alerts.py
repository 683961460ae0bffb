"""``eniguard alerts``: what is shown is what is sent, secrets stay secret, and a test says how a sink is."""

from __future__ import annotations

import json
import socket
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, get_args

import pytest

from eniguard.replay.engine import Entry, Replay
from eniguard.replay.options import Options
from eniguard.settings import DEFAULT_POLICY
from eniguard.settings.alerting import Language, SinkKind
from fakealiyun import Clock
from fakealiyun.chats.serving import ChatServer, fake_chats
from fakealiyun.server import FakeServer
from tests.functional.alerts.chatting import Chatting
from tests.functional.cli.recorded import event, run, state, succeeded, write

KINDS: tuple[SinkKind, ...] = get_args(SinkKind)
LANGUAGES: tuple[Language, ...] = get_args(Language)
AT = datetime(2026, 3, 1, 12, 0, 1, tzinfo=timezone.utc)
SECRET = "SEC-not-to-be-told"
ADDRESS = f"https://hooks.example.com/{SECRET}"
#: A sink with a secret of every kind, and waivers.
GUARD = """
sinks:
  - name: oncall
    kind: dingtalk
    url: env:ROBOT
    secret: env:SIGN
    language: zh
    time_zone: Asia/Shanghai
  - {name: archive, kind: webhook, url: "kms:archive-url", secret: "kms:archive-sign"}
routes:
  - {match: {severity: high}, sinks: [oncall]}
  - {sinks: [archive]}
waivers:
  - id: nlb-teardown
    match: {resources: [eni-bp1waived0001]}
    owner: jane@example.com
    reason: the NLB goes
    expires: 2026-03-02
"""


def refused(number: int = 1, eni: str = "eni-bp1example0001", **fields: Any) -> dict[str, Any]:
    parameters = {"RegionId": "cn-hangzhou", "NetworkInterfaceId": eni}
    return event(number=number, requestParameters=parameters, **fields)


@pytest.fixture
def recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A recorded refusal, in a folder without a guard.yml."""
    monkeypatch.chdir(tmp_path)
    return write(tmp_path / "refused.json", refused())


@pytest.fixture
def guard(tmp_path: Path) -> Path:
    return write(tmp_path / "guard.yml", GUARD.encode())


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing can be reached."""

    def refuse(*_: object) -> None:
        raise AssertionError("something is asked over the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def bodies(text: str) -> list[Any]:
    """The JSON documents of an output."""
    decoder, found, at = json.JSONDecoder(), [], 0
    while at < len(text):
        body, at = decoder.raw_decode(text, at)
        found.append(body)
        at += 1
    return found


# -- preview -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_preview_is_what_the_chat_is_then_sent(recorded: Path, kind: SinkKind, language: Language) -> None:
    # given the same event as a function tells of it
    (entry,) = Replay(Options(paths=(str(recorded),), policy=DEFAULT_POLICY))
    assert isinstance(entry, Entry)
    clock = Clock(AT)
    with fake_chats(clock) as server:
        chat = Chatting(server, clock, kind, language=language)
        chat.put(*entry.findings)
        chat.send()
        (sent,) = [dict(one.body) for one in chat.robot.received]
    for name in ("timestamp", "sign"):
        sent.pop(name, None)

    # when
    result = run("alerts", "preview", recorded, "--sink", kind, "--lang", language)

    # then
    assert result.exit_code == 0
    assert bodies(result.stdout) == [sent]
    assert result.stderr.startswith(f"{kind} ({kind}, {language}): ENI001, ")
    assert (
        f" {len(json.dumps(sent, ensure_ascii=False, separators=(',', ':')).encode())} bytes" in result.stderr
    )


@pytest.mark.usefixtures("nowhere")
def test_preview_reads_no_secret_and_asks_nobody(
    recorded: Path, guard: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROBOT", ADDRESS)
    monkeypatch.setenv("SIGN", SECRET)

    result = run("alerts", "preview", recorded, "--sink", "oncall")
    monkeypatch.delenv("ROBOT")
    without = run("alerts", "preview", recorded, "--sink", "oncall")

    assert result.exit_code == 0
    assert SECRET not in result.output
    assert (without.stdout, without.exit_code) == (result.stdout, 0)
    assert "signed when it is sent" in result.stderr


def test_kind_means_the_sink_of_that_kind_in_guard_yml(recorded: Path, guard: Path) -> None:
    named = run("alerts", "preview", recorded, "--sink", "oncall")
    kind = run("alerts", "preview", recorded, "--sink", "dingtalk")
    other = run("alerts", "preview", recorded, "--sink", "dingtalk", "--lang", "en")

    assert kind.stdout == named.stdout
    assert "2026-03-01 20:00:01" in named.stdout
    assert "托管弹性网卡" in named.stdout
    assert "托管弹性网卡" not in other.stdout


def test_preview_says_where_the_routes_send_it_instead(recorded: Path, guard: Path) -> None:
    routed = run("alerts", "preview", recorded, "--sink", "archive")
    elsewhere = run("alerts", "preview", recorded, "--sink", "oncall")

    assert "routes" not in routed.stderr
    assert "by the routes of guard.yml ENI001 goes to archive, not to oncall" in elsewhere.stderr
    assert elsewhere.exit_code == 0


def test_waived_finding_is_not_told_as_long_as_the_waiver_holds(
    tmp_path: Path, recorded: Path, guard: Path
) -> None:
    # given
    hidden = write(tmp_path / "hidden.json", refused(eni="eni-bp1waived0001"))
    later = write(tmp_path / "later.json", refused(eni="eni-bp1waived0001", eventTime="2026-03-04T08:00:00Z"))

    # when
    held = run("alerts", "preview", hidden, "--sink", "archive")
    over = run("alerts", "preview", later, "--sink", "archive")

    # then
    assert (held.exit_code, held.stdout) == (1, "")
    assert "ENI001 on eni-bp1waived0001 is not told: waiver nlb-teardown hides it" in held.stderr
    assert over.exit_code == 0
    assert bodies(over.stdout)[0]["data"]["alerts"][0]["expired_waivers"] == ["nlb-teardown"]


def test_event_without_a_finding_is_told_to_nobody(tmp_path: Path, recorded: Path) -> None:
    write(tmp_path / "own.json", succeeded())
    write(tmp_path / "own.state.json", state("eni-bp1example0001", managed=False))

    result = run("alerts", "preview", tmp_path / "own.json", "--sink", "slack")

    assert (result.exit_code, result.stdout) == (1, "")
    assert "no rule has a finding on event 00000000-" in result.stderr


def test_one_of_several_events_is_chosen(tmp_path: Path, recorded: Path) -> None:
    several = write(tmp_path / "several.json", [refused(1), refused(2, "eni-bp1example0002")])
    name = refused(2)["eventId"]

    open_ = run("alerts", "preview", several, "--sink", "slack")
    chosen = run("alerts", "preview", several, "--sink", "slack", "--event", name)

    assert (open_.exit_code, open_.stdout) == (2, "")
    assert "holds 2 events; choose one with --event ID" in open_.stderr
    assert chosen.exit_code == 0
    assert "eni-bp1example0002" in chosen.stdout
    assert "eni-bp1example0001" not in chosen.stdout


@pytest.mark.parametrize("sink", ["telegram", "\x1b[31m", ""])
def test_unknown_sink_is_named_with_those_there_are(recorded: Path, guard: Path, sink: str) -> None:
    result = run("alerts", "preview", recorded, "--sink", sink)

    assert (result.exit_code, result.stdout) == (2, "")
    assert "one of oncall, archive, dingtalk, feishu, lark" in result.stderr
    assert "\x1b" not in result.stderr


def test_what_cannot_be_read_is_said(tmp_path: Path, recorded: Path) -> None:
    missing = run("alerts", "preview", tmp_path / "missing.json", "--sink", "slack")
    nothing = run(
        "alerts", "preview", write(tmp_path / "no.json", succeeded("DescribeZones")), "--sink", "slack"
    )

    assert (missing.exit_code, nothing.exit_code) == (4, 2)
    assert "does not hold an event that concerns a rule" in nothing.stderr


@pytest.mark.parametrize("kind", KINDS)
def test_preview_of_hostile_content_harms_no_terminal(tmp_path: Path, recorded: Path, kind: str) -> None:
    who = {"type": "ram-user", "accountId": "1234567890123456", "userName": "\x1b[31m\u202e@all\x07\u2028"}
    hostile = write(tmp_path / "hostile.json", refused(userIdentity=who, sourceIpAddress="\x9b31m<!channel>"))

    result = run("alerts", "preview", hostile, "--sink", kind)

    assert result.exit_code == 0
    assert all(one.isprintable() or one == "\n" for one in result.output)
    assert len(bodies(result.stdout)) == 1


# -- send --test -------------------------------------------------------------------------------------------


class Desk:
    """Where somebody sets sinks up: chats, a guard.yml with one sink for each kind, and an environment."""

    def __init__(self, server: ChatServer, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.chats, self.server = server.chats, server
        lines = [
            "regions: [cn-hangzhou]",
            f"alerts: {{internal_hosts: [localhost], ca_file: {server.ca_file}}}",
            "sinks:",
        ]
        for kind in KINDS:
            monkeypatch.setenv(f"URL_{kind}", server.url(kind))
            secret = server.secret(kind)
            if secret is not None:
                monkeypatch.setenv(f"SIGN_{kind}", secret)
            sign = "" if secret is None else f', secret: "env:SIGN_{kind}"'
            lines.append(f'  - {{name: to-{kind}, kind: {kind}, url: "env:URL_{kind}"{sign}, language: zh}}')
        self.policy = write(folder / "guard.yml", "\n".join(lines).encode())

    def received(self, kind: str) -> list[str]:
        return [json.dumps(one.body, ensure_ascii=False) for one in self.chats.robot(kind).received]


@pytest.fixture
def desk(chat_server: ChatServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.chdir(tmp_path)
    for name in ("ENIGUARD_OFFLINE", "ENIGUARD_POLICY"):
        monkeypatch.delenv(name, raising=False)
    return Desk(chat_server, tmp_path, monkeypatch)


def test_each_sink_is_sent_one_message_that_says_that_it_is_a_test(desk: Desk) -> None:
    result = run("alerts", "send", "--test")

    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [f"to-{kind} ({kind}): sent" for kind in KINDS]
    assert result.stderr == "sinks 7, sent 7, not sent 0\n"
    for kind in KINDS:
        (text,) = desk.received(kind)
        assert "测试" in text
        assert f"to-{kind}" in text.replace("\\", "")
        assert desk.chats.robot(kind).refused == []
        assert desk.server.url(kind).rpartition("/")[2] not in text


def test_test_in_english_has_an_id_of_its_own_each_time(desk: Desk) -> None:
    text = desk.policy.read_text("utf-8").replace("language: zh", "language: en")
    write(desk.policy, text.encode())

    for _ in range(2):
        run("alerts", "send", "--test", "--sink", "to-webhook")

    first, second = [one.body for one in desk.chats.robot("webhook").received]
    assert first["data"]["title"] == "[Test] Alerts of eniguard arrive here"
    assert (first["data"]["severity"], first["data"]["alerts"]) == ("info", [])
    assert first["id"] != second["id"]


def test_only_the_sinks_that_are_named_are_tested(desk: Desk) -> None:
    result = run("alerts", "send", "--test", "--sink", "to-slack", "--sink", "to-wecom", "--sink", "to-slack")

    assert result.stdout == "to-slack (slack): sent\nto-wecom (wecom): sent\n"
    assert [kind for kind in KINDS if desk.received(kind)] == ["wecom", "slack"]


@pytest.mark.parametrize(
    ("kind", "change", "says"),
    [
        ("dingtalk", {"SIGN_dingtalk": "SEC-other"}, "the sink's secret"),
        ("feishu", {"SIGN_feishu": "SEC-other"}, "secret"),
        ("webhook", {"SIGN_webhook": "SEC-other"}, "secret"),
        ("slack", {"URL_slack": ""}, "set the environment variable URL_slack"),
        ("wecom", {"URL_wecom": "http://localhost/not-to-be-told"}, "https://"),
        ("teams", {"URL_teams": "https://192.168.7.7/not-to-be-told"}, "private"),
        ("slack", {"URL_slack": "https://localhost:1/not-to-be-told"}, "cannot be reached"),
    ],
)
def test_sink_that_fails_says_what_to_do_and_the_others_are_sent(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, kind: str, change: dict[str, str], says: str
) -> None:
    for name, value in change.items():
        monkeypatch.setenv(name, value)

    result = run("alerts", "send", "--test")

    assert result.exit_code == 1
    (line,) = [one for one in result.stdout.splitlines() if not one.endswith(": sent")]
    assert line.startswith(f"to-{kind} ({kind}): not sent: ")
    assert says in line
    assert "sinks 7, sent 6, not sent 1" in result.stderr
    for value in (*change.values(), "not-to-be-told", desk.server.secret(kind) or "example-token"):
        assert not value or value not in result.output


@pytest.mark.parametrize(
    ("fault", "says"), [("error", "HTTP 503"), ("redirect", "302"), ("reset", "may have arrived")]
)
def test_answer_that_is_none_is_said(desk: Desk, fault: Any, says: str) -> None:
    desk.chats.fail("slack", kind=fault, status=503)

    result = run("alerts", "send", "--test", "--sink", "to-slack")

    assert result.exit_code == 1
    assert says in result.stdout


def test_secrets_come_from_kms(
    desk: Desk, aliyun_server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    cloud = aliyun_server.cloud
    root = cloud.account()
    secrets = {"robot-url": desk.server.url("dingtalk"), "robot-sign": desk.server.secret("dingtalk") or ""}
    for name, value in secrets.items():
        cloud.call("kms:CreateSecret", root, SecretName=name, SecretData=value, VersionId="1")
    monkeypatch.setenv("ENIGUARD_ENDPOINTS", f"*={aliyun_server.address}")
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", root.access_key_id)
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", root.access_key_secret)
    text = desk.policy.read_text("utf-8")
    for name, value in (("URL", "robot-url"), ("SIGN", "robot-sign")):
        text = text.replace(f"env:{name}_dingtalk", f"kms:{value}")
    write(desk.policy, text.replace("env:URL_slack", "kms:missing").encode())

    # when
    result = run("alerts", "send", "--test", "--sink", "to-dingtalk", "--sink", "to-slack")

    # then
    first, second = result.stdout.splitlines()
    assert first == "to-dingtalk (dingtalk): sent"
    assert second.startswith("to-slack (slack): not sent: ")
    assert len(desk.received("dingtalk")) == 1


@pytest.mark.parametrize(
    ("arguments", "environment", "says"),
    [
        ((), {}, "--test"),
        (("--test", "--sink", "nobody"), {}, "one of to-dingtalk, to-feishu"),
        (("--test",), {"ENIGUARD_OFFLINE": "1"}, "ENIGUARD_OFFLINE=1 forbids it"),
    ],
)
def test_what_cannot_be_tested_is_said_and_nothing_is_sent(
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    environment: dict[str, str],
    says: str,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    result = run("alerts", "send", *arguments)

    assert (result.exit_code, result.stdout) == (2, "")
    assert says in result.stderr
    assert [kind for kind in KINDS if desk.received(kind)] == []


def test_guard_yml_without_a_sink_has_none_to_test(desk: Desk) -> None:
    write(desk.policy, b"regions: [cn-hangzhou]")

    result = run("alerts", "send", "--test")

    assert result.exit_code == 2
    assert "name one under sinks in guard.yml" in result.stderr
