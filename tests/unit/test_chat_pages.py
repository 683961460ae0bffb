"""The pages about chats: each exists, says all there is to say, and shows what is sent today."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from msgspec import Struct
from pydantic import ValidationError

from eniguard.alerts.alert import Alert, AlertKind, Ended, Going, Proposal
from eniguard.alerts.formats import format_of
from eniguard.alerts.formats.base import Response
from eniguard.settings import Policy
from eniguard.settings.alert_section import SinkEntry
from eniguard.settings.alerting import Language, SinkKind
from eniguard.settings.guardfile import parse_policy
from tests.pictures.payloads import CASE, KINDS, payload, pictured
from tests.pictures.pictures import FOLDER, drawn_from, picture, says_it_was_drawn_from

DOCS = Path(__file__).parents[2] / "docs"
PAGES = DOCS / "chats"
#: Bytes of a picture: pages have to open on a slow line.
MOST_BYTES = 60_000


def text(kind: str) -> str:
    return (PAGES / f"{kind}.md").read_text(encoding="utf-8")


def options(kind: SinkKind) -> list[str]:
    """The options of a sink of that kind: ``secret`` where guard.yml may have one."""
    entry = {"name": "oncall", "kind": kind, "url": "kms:url", "secret": "kms:secret"}
    try:
        SinkEntry.model_validate(entry)
    except ValidationError:
        return [name for name in SinkEntry.model_fields if name != "secret"]
    return list(SinkEntry.model_fields)


def policy_of(page: str) -> Policy:
    (block,) = re.findall(r"^```yaml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    return parse_policy(block)


def known(kind: SinkKind) -> list[str]:
    """The codes or words of answers that its format knows."""
    module: Any = import_module(f"eniguard.alerts.formats.{kind}")
    turned_away = [module._TURNED_AWAY] if kind == "dingtalk" else []
    return [str(one) for one in (*getattr(module, "CODES", getattr(module, "ERRORS", ())), *turned_away)]


def test_every_chat_has_a_page_in_the_navigation_and_on_the_first_one() -> None:
    navigation = yaml.safe_load((DOCS.parent / "mkdocs.yml").read_text(encoding="utf-8"))["nav"]
    (chats,) = [one["Chats"] for one in navigation if "Chats" in one]

    assert sorted(chats) == sorted(f"chats/{name}.md" for name in (*KINDS, "index"))
    assert sorted(path.stem for path in PAGES.glob("*.md")) == sorted((*KINDS, "index"))
    assert [kind for kind in KINDS if f"]({kind}.md)" not in text("index")] == []
    assert [kind for kind in get_args(SinkKind) if f"`{kind}`" not in text("index")] == []


@pytest.mark.parametrize("kind", KINDS)
def test_page_names_every_option_of_its_sinks_and_has_them_in_a_guard_yml_that_is_right(
    kind: SinkKind,
) -> None:
    # given
    page = text(kind)
    expected = options(kind)

    # when
    (sink,) = policy_of(page).sinks

    # then
    assert [name for name in expected if f"`{name}`" not in page] == []
    assert sink.kind == kind
    assert [name for name in expected if f"    {name}:" not in page and f"  - {name}:" not in page] == []


@pytest.mark.parametrize("kind", [kind for kind in KINDS if "secret" not in options(kind)])
def test_page_says_that_there_is_no_secret(kind: SinkKind) -> None:
    assert "There is no `secret`" in text(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_page_has_every_answer_that_is_known(kind: SinkKind) -> None:
    assert [code for code in known(kind) if f"`{code}`" not in text(kind)] == []


@pytest.mark.parametrize("kind", KINDS)
def test_first_page_has_the_pace(kind: SinkKind) -> None:
    (row,) = [line for line in text("index").splitlines() if re.match(rf"\| \[.*\]\({kind}\.md\) \|", line)]
    units = {1.0: "a second", 60.0: "a minute", 65.0: "in 65 s"}

    assert [
        f"{most} {units[seconds]}"
        for most, seconds in format_of(kind).pace.limits
        if f"{most} {units[seconds]}" not in row
    ] == []


@pytest.mark.parametrize("kind", KINDS)
def test_limit_of_size_is_told(kind: SinkKind) -> None:
    module: Any = import_module(f"eniguard.alerts.formats.{kind}")
    most = getattr(module, "MOST_BYTES", None) or module.MOST_CHARACTERS
    # Signing takes 120 bytes of those that Feishu takes.
    told = f"{most + 120 if kind == 'feishu' else most:,}"

    assert told in text(kind)
    assert told in text("index")


@pytest.mark.parametrize(
    ("status", "row"),
    [(302, "301, 302, 307"), (403, "401, 403, 407"), (410, "404, 405, 410"), (413, "413"), (429, "429")],
)
def test_statuses_of_http_are_told_as_they_are_taken(status: int, row: str) -> None:
    (line,) = [line for line in text("index").splitlines() if line.startswith(f"| {row}")]
    verdict = format_of("slack").answer(Response(status, {}, b"")).verdict

    # Who is sent on, turned away or unknown corrects the sink; the rest is nobody's fault.
    assert ("give the sink" in line or "check" in line) == (verdict == "unavailable")


@pytest.mark.parametrize("told", [Alert, Proposal])
def test_page_of_the_webhook_names_all_that_an_alert_and_a_plan_have(told: type[Struct]) -> None:
    assert [name for name in told.__struct_fields__ if f"`{name}`" not in text("webhook")] == []


def test_page_of_the_webhook_names_every_kind_of_alert_and_ending_and_how_far_plans_go() -> None:
    said = text("webhook")

    words = (*get_args(AlertKind), *get_args(Ended), *get_args(Going))
    assert [word for word in words if f"`{word}`" not in said] == []


@pytest.mark.parametrize("kind", KINDS)
def test_page_tells_how_to_try_it(kind: SinkKind) -> None:
    (sink,) = policy_of(text(kind)).sinks

    assert f"eniguard alerts preview events/{CASE.as_posix()} --sink {sink.name}\n" in text(kind)
    assert f"eniguard alerts send --test --sink {sink.name}\n" in text(kind)


@pytest.mark.parametrize(("kind", "language"), list(pictured()))
def test_page_shows_a_picture_of_what_is_sent_today(kind: SinkKind, language: Language) -> None:
    """If this fails, messages look otherwise than before: ``make pictures`` draws them anew."""
    path = picture(kind, language)

    assert f"](pictures/{path.name})" in text(kind)
    assert path.stat().st_size <= MOST_BYTES
    assert says_it_was_drawn_from(path) == drawn_from(kind, language, payload(kind, language))


def test_there_is_no_other_picture() -> None:
    assert sorted(FOLDER.iterdir()) == sorted(picture(kind, language) for kind, language in pictured())
