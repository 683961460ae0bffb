"""What the examples of the toolkit do, and that its page shows them as they are."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from eniguard import toolkit
from eniguard.errors import PayloadMismatch
from eniguard.toolkit import Logger
from tests.examples.toolkit import context as context_example
from tests.examples.toolkit import function, hooks, log, measured, once, rows, traced

FILES = sorted((Path(__file__).parent / "toolkit").glob("*.py"))
PAGE = (Path(__file__).parents[2] / "docs" / "toolkit.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```\w+\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
CONTEXT = SimpleNamespace(
    request_id="r-1",
    region="cn-hangzhou",
    function=SimpleNamespace(name="example", timeout=60),
    credentials=SimpleNamespace(
        access_key_id="STS.example", access_key_secret="s3cret-key", security_token=None
    ),
)
READABLE = b'{"id": "d-1", "rows": [{"action": "ecs:DeleteNetworkInterface", "at": 1.0}]}'


def lines(captured: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in captured.readouterr().out.splitlines()]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_page_has_the_file_as_it_is(path: Path) -> None:
    assert path.read_text(encoding="utf-8") in BLOCKS


def test_page_shows_nothing_that_is_not_tested() -> None:
    assert len(BLOCKS) == len(FILES) == 8


def test_page_names_everything_that_is_public() -> None:
    assert [name for name in toolkit.__all__ if f"`{name}`" not in PAGE] == []


def test_the_function_counts_tells_and_measures(capsys: Any) -> None:
    answer = function.handler(READABLE, CONTEXT)

    told, measure = lines(capsys)
    assert answer == '{"ecs:DeleteNetworkInterface":1}'
    assert (told["kind"], told["correlation_id"], told["ecs:DeleteNetworkInterface"]) == ("counted", "d-1", 1)
    assert 50 < told["seconds_left"] < 60
    assert (measure["metric"], measure["action"]) == ("event_to_decision", "ecs:DeleteNetworkInterface")


def test_the_function_keeps_what_it_cannot_read(capsys: Any) -> None:
    assert function.handler(b"{", CONTEXT) is None

    assert function.dead_letters[-1] == (b"{", "Input data was truncated")
    assert [line["kind"] for line in lines(capsys)] == ["dead_letter"]


def test_the_call_can_be_asked_about() -> None:
    assert context_example.handler(b"", CONTEXT) == "example in cn-hangzhou: 100 pages, signed"


def test_the_log_tells_everything_but_secrets(capsys: Any) -> None:
    log.handler("é".encode(), CONTEXT)

    told = lines(capsys)
    assert [line["kind"] for line in told] == ["delivery", "calling", "library", "not_ascii"]
    assert {(line["event_id"], line["request_id"]) for line in told} == {("e-1", "r-1")}
    assert (told[1]["Password"], told[1]["url"]) == ("***", "https://example.com/send?sign=***")
    assert told[3]["error"]["type"] == "UnicodeDecodeError"


def test_the_metrics_are_one_line_a_series(capsys: Any) -> None:
    measured.handler(b"12345", CONTEXT)

    told = [(line["metric"], line["sum"], line["stage"], line.get("way")) for line in lines(capsys)]
    assert told == [
        ("delivered", 5, "prod", None),
        ("events", 2, "prod", "sls"),
        ("events", 1, "prod", "eventbridge"),
    ]


def test_the_traced_function_gives_its_answer() -> None:
    assert traced.handler(b"a b", CONTEXT) == 2


def test_an_event_is_handled_and_a_message_is_sent_once() -> None:
    event = {"id": "e-1", "body": "a b c"}
    assert [once.handle(event), once.handle(event)] == [{"words": 3}, {"words": 3}]
    with pytest.raises(PayloadMismatch):
        once.handle({**event, "body": "other"})

    assert [once.send("m-1", "hello"), once.send("m-1", "hello")] == [200, 200]
    assert [once.send_in_two_steps("m-2", "world"), once.send_in_two_steps("m-2", "world")] == [True, False]
    assert once.posted == ["hello", "world"]


def test_the_rows_are_handled_each_on_its_own(capsys: Any) -> None:
    assert rows.handler(b"1 x 3", CONTEXT) == 4

    assert rows.poison == ["x"]
    (line,) = lines(capsys)
    assert (line["done"], line["poison"], line["failed"], line["left"]) == (2, 1, 0, 0)


def test_what_is_signed_is_told_without_the_secret(capsys: Any) -> None:
    address = hooks.signed("kms:hook", lambda _name: "s3cret-path", Logger())

    assert address == "https://hook.example.com/s3cret-path"
    assert lines(capsys)[0]["address"] == "https://hook.example.com/***"
