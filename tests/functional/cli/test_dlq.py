"""``eniguard dlq``: what is there is told, what is redriven is marked, and nothing is lost or acted on."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import Result

from eniguard.dead_letters import DeadLetter, DeadLetters
from eniguard.events.calls import Call
from eniguard.events.kept import MOST_BYTES
from eniguard.pipeline import Decided, Pipeline
from eniguard.state import Store, open_store
from tests.functional.cli.recorded import COMMAND, environment, run, write
from tests.functional.cli.recorded import event as recorded
from tests.unit.dead_letters.letters import failed, unreadable

REFUSED = recorded()


def refused(number: int, **changes: Any) -> DeadLetter:
    """The letter of a refused delete of a managed ENI, on which rules have a finding."""
    fields = {name: value for name, value in REFUSED.items() if name != "eventId"}
    return failed(number, **{**fields, **changes})


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'state.db'}"


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    store = open_store(url)
    yield store
    store.close()


@pytest.fixture
def box(store: Store) -> DeadLetters:
    return DeadLetters(store)


@pytest.fixture
def dlq(tmp_path: Path, url: str) -> Callable[..., Result]:
    policy = write(tmp_path / "guard.yml", f"state: {{url: '{url}'}}".encode())

    def command(name: str, *arguments: object) -> Result:
        alone = ["--offline"] if name == "redrive" else []
        return run("dlq", name, *arguments, *alone, "--policy", policy)

    return command


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def put(box: DeadLetters, *letters: DeadLetter) -> None:
    for letter in letters:
        box.put(letter)


def test_list_shows_the_oldest_first_with_what_each_is(dlq: Callable[..., Result], box: DeadLetters) -> None:
    put(box, unreadable(3), refused(1))

    result = dlq("list", "--format", "ndjson")

    first, second = lines(result)
    assert first == {
        "id": refused(1).id,
        "at": "2026-03-01T12:00:01Z",
        "way": "sls",
        "reason": "failed",
        "function": "trail_log",
        "tries": 1,
        "event_id": "event-1",
        "action": "ecs:DeleteNetworkInterface",
        "event_time": REFUSED["eventTime"],
        "region": "cn-hangzhou",
        "account_id": "1234567890123456",
        "problem": "no look-up was answered",
        "origin": "logstore example-logs/actiontrail_example, shard 3, "
        "cursor MTQ0NzI5OTYwNjg5NjYzMjM1Ng==, row 1",
        "redriven": None,
    }
    assert (second["id"], second["reason"], second["event_id"]) == (unreadable(3).id, "unreadable", None)
    assert "dead letters: 2" in result.stderr.splitlines()
    assert result.exit_code == 0
    assert json.loads(dlq("list", "--format", "json").stdout) == [first, second]


def test_table_names_each_letter(
    dlq: Callable[..., Result], box: DeadLetters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    put(box, refused(1))

    rows = [" ".join(line.split()) for line in dlq("list").stdout.splitlines()]

    assert rows[1:] == [
        f"{refused(1).id} 2026-03-01T12:00:01Z sls failed "
        "event-1; ecs:DeleteNetworkInterface; no look-up was answered"
    ]


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        (("--reason", "unreadable"), [2]),
        (("--way", "oss"), [3]),
        (("--function", "TRAIL_LOG"), [1, 2, 3, 4]),
        (("--action", "ecs:deletenetworkinterface"), [1]),
        (("--way", "sls", "--reason", "failed"), [1, 4]),
        (("--limit", "2"), [1, 2]),
        (("--function", "trail_file"), []),
    ],
)
def test_filters_leave_those_that_are_meant(
    dlq: Callable[..., Result], box: DeadLetters, options: tuple[str, ...], numbers: list[int]
) -> None:
    letters = {1: refused(1), 2: unreadable(2), 3: unreadable(3, way="oss", reason="gone"), 4: failed(4)}
    put(box, *letters.values())

    result = dlq("list", "--format", "ndjson", *options)

    assert [one["id"] for one in lines(result)] == [letters[number].id for number in numbers]
    assert (", and more" in result.stderr) == ("--limit" in options)


def test_show_gives_all_that_is_kept(dlq: Callable[..., Result], box: DeadLetters) -> None:
    letter = refused(1)
    put(box, letter)

    shown = dlq("show", letter.id, "--format", "json").stdout
    document = json.loads(shown)
    text = dlq("show", letter.id).stdout

    assert msgspec.json.decode(shown, type=DeadLetter).origin == letter.origin
    assert document["schema"] == 1
    assert document["event"]["event"]["eventId"] == "event-1"
    assert f"dead letter {letter.id}" in text
    assert '"NetworkInterfaceId":"eni-bp1example0001"' in text
    assert "dealt with  no" in text


def test_show_tells_what_is_known_of_bytes_that_could_not_be_read(
    dlq: Callable[..., Result], box: DeadLetters
) -> None:
    put(box, unreadable(1))

    text = dlq("show", unreadable(1).id).stdout

    assert "reason      unreadable: not JSON; expected an event" in text
    assert "bytes       21, SHA-256 " in text
    assert "event       not kept: it could not be read" in text


def test_show_names_what_was_too_long_to_keep(dlq: Callable[..., Result], box: DeadLetters) -> None:
    letter = failed(1, userAgent="x" * MOST_BYTES)
    put(box, letter)

    assert "left out    userAgent (too long)" in dlq("show", letter.id).stdout


def test_redrive_decides_again_and_marks_the_letter(dlq: Callable[..., Result], box: DeadLetters) -> None:
    put(box, refused(1), refused(2))

    result = dlq("redrive", refused(1).id, "--format", "ndjson")

    assert [(one["rule"], one["event_id"]) for one in lines(result)] == [("ENI001", "event-1")]
    assert result.stderr.splitlines()[0] == f"{refused(1).id} redriven: event-1; ecs:DeleteNetworkInterface"
    assert result.exit_code == 0
    assert [found.letter.id for found in box.page().found] == [refused(2).id]
    assert "dealt with  no" not in dlq("show", refused(1).id).stdout


def test_redrive_of_all_leaves_what_cannot_be_read_and_says_so(
    dlq: Callable[..., Result], box: DeadLetters
) -> None:
    put(box, refused(1), unreadable(2), refused(3))

    result = dlq("redrive", "--all")

    said = result.stderr.splitlines()
    assert said[0].startswith(f"{refused(1).id} redriven: ")
    assert said[1].startswith(
        f"{unreadable(2).id} unreadable: the event was not kept and has to be read again"
    )
    assert said[2].startswith(f"{refused(3).id} redriven: ")
    assert said[3] == "redriven 2, unreadable 1"
    rows = [row.split()[:2] for row in result.stdout.splitlines()]
    assert rows.count(["info", "ENI001"]) == 2
    assert result.exit_code == 4
    (found,) = box.page().found
    assert (found.letter.id, found.letter.tries) == (unreadable(2).id, 2)


def test_redrive_takes_only_what_the_filters_leave(dlq: Callable[..., Result], box: DeadLetters) -> None:
    put(box, refused(1), failed(2), refused(3))

    options = ("--action", "ecs:DeleteNetworkInterface", "--limit", "1", "--format", "json")
    result = dlq("redrive", "--all", *options)

    assert [one["event_id"] for one in json.loads(result.stdout)] == ["event-1"]
    assert "taking the oldest 1; more letters are left" in result.stderr
    assert [found.letter.id for found in box.page().found] == [failed(2).id, refused(3).id]


def test_rules_that_lack_a_fact_are_told(dlq: Callable[..., Result], box: DeadLetters) -> None:
    put(box, refused(1, errorCode=None, errorMessage=None))

    result = dlq("redrive", "--all")

    assert result.exit_code == 0
    assert any(
        line.startswith("undecided for want of facts: ENI003 (1)") for line in result.stderr.splitlines()
    )


def test_dry_run_changes_nothing(dlq: Callable[..., Result], box: DeadLetters) -> None:
    put(box, refused(1), unreadable(2))
    before = box.page()

    result = dlq("redrive", "--all", "--dry-run", "--format", "ndjson")

    assert result.stdout == ""
    assert "ready 1, unreadable 1" in result.stderr.splitlines()
    assert box.page() == before


def test_event_that_cannot_be_decided_stays_and_the_others_have_their_turn(
    dlq: Callable[..., Result], box: DeadLetters, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(box, refused(1), refused(2))
    decide = Pipeline.decide

    def poisoned(pipeline: Pipeline, call: Call, *, now: float) -> Decided:
        if call.event_id == "event-1":
            raise KeyError("s3cret")
        return decide(pipeline, call, now=now)

    monkeypatch.setattr(Pipeline, "decide", poisoned)

    result = dlq("redrive", "--all", "--format", "ndjson")

    assert "failed 1, redriven 1" in result.stderr.splitlines()
    assert "s3cret" not in result.stderr
    assert [one["event_id"] for one in lines(result)] == ["event-2"]
    assert result.exit_code == 4
    (found,) = box.page().found
    assert (found.letter.id, found.letter.problem) == (refused(1).id, "KeyError was raised")


@pytest.mark.parametrize("form", ["table", "json", "ndjson"])
def test_letter_is_not_marked_before_its_findings_are_out(
    dlq: Callable[..., Result], tmp_path: Path, box: DeadLetters, form: str
) -> None:
    """The reader of the output is gone before anything is written."""
    put(box, refused(1), refused(2))
    dlq("list")
    command = [
        *COMMAND,
        "dlq",
        "redrive",
        "--all",
        "--offline",
        "--format",
        form,
        "--policy",
        str(tmp_path / "guard.yml"),
    ]
    reading, writing = os.pipe()
    os.close(reading)

    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, env=environment(), check=False)

    os.close(writing)
    assert done.returncode == 141
    assert [found.letter for found in box.page().found] == [refused(1), refused(2)]


def test_windows_are_those_of_the_store_from_one_redrive_to_the_next(
    dlq: Callable[..., Result], box: DeadLetters
) -> None:
    outputs = []
    for number in (1, 1, 1, 2, 3):
        parameters = {"RegionId": "cn-hangzhou", "NetworkInterfaceId": f"eni-{number}"}
        put(box, refused(number, requestParameters=parameters))
        outputs.append([one["rule"] for one in lines(dlq("redrive", "--all", "--format", "ndjson"))])

    # ENI002: the third ENI within an hour; the same event counts once.
    assert outputs == [["ENI001"]] * 4 + [["ENI001", "ENI002"]]


def test_nothing_to_do_is_said_and_is_no_error(dlq: Callable[..., Result], box: DeadLetters) -> None:
    put(box, refused(1))
    dlq("redrive", "--all")

    again, by_id = dlq("redrive", "--all"), dlq("redrive", refused(1).id, "--format", "ndjson")

    assert "nothing to do: there is no open letter of this kind" in again.stderr
    assert (again.exit_code, again.stdout) == (0, "")
    assert "it was dealt with before" in by_id.stderr
    assert (by_id.exit_code, by_id.stdout) == (0, "")


@pytest.mark.parametrize("command", ["show", "redrive"])
def test_unknown_id_names_the_nearest(dlq: Callable[..., Result], box: DeadLetters, command: str) -> None:
    put(box, refused(1), refused(2))
    wrong = refused(2).id[:-2] + "zz"

    result = dlq(command, wrong)

    assert result.exit_code == 2
    assert f"there is no dead letter {wrong}; did you mean {refused(2).id}?" in result.stderr
    assert "`eniguard dlq list` shows those there are" in dlq(command, "?").stderr
    assert len(box.page().found) == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "name the letters by their ids, or give --all"),
        (("x", "--all"), "name the letters by their ids, or give --all"),
        (("x", "--way", "sls"), "go with --all, not with ids"),
    ],
)
def test_redrive_asks_for_ids_or_all(
    dlq: Callable[..., Result], arguments: tuple[str, ...], message: str
) -> None:
    result = dlq("redrive", *arguments)

    assert (result.exit_code, message in result.stderr) == (2, True)


def test_policy_without_a_store_is_told(tmp_path: Path) -> None:
    policy = write(tmp_path / "guard.yml", b"rules: {}")

    result = run("dlq", "list", "--policy", policy)

    assert result.exit_code == 2
    assert "no state store is configured: name one as url in its section state" in result.stderr


def test_store_out_of_reach_is_told(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'missing' / 'state.db'}"
    policy = write(tmp_path / "guard.yml", f"state: {{url: '{url}'}}".encode())

    result = run("dlq", "redrive", "--all", "--policy", policy)

    assert result.exit_code == 2
    assert "state.db was not opened" in result.stderr


def test_letter_of_another_version_is_told_and_stays(
    dlq: Callable[..., Result], box: DeadLetters, store: Store
) -> None:
    put(box, refused(1), refused(2))
    item = store.get(f"dead-letter/{refused(1).id}")
    assert item is not None
    store.replace(item.key, b'{"schema": 2}', version=item.version)

    listed, redriven = dlq("list", "--format", "ndjson"), dlq("redrive", "--all", "--format", "ndjson")

    assert [one["id"] for one in lines(listed)] == [refused(2).id]
    assert [one["event_id"] for one in lines(redriven)] == ["event-2"]
    for result in (listed, redriven):
        assert f"dead letter {refused(1).id} cannot be read by this version; it stays" in result.stderr
        assert result.exit_code == 4


def test_text_from_outside_cannot_act_on_the_terminal(dlq: Callable[..., Result], box: DeadLetters) -> None:
    hostile = "\x1b[31m\u202e[bold]x\n"
    letter = failed(1, userAgent=hostile, errorCode=hostile)
    put(box, msgspec.structs.replace(letter, problem=hostile, function=hostile))

    outputs = [dlq("list", "--format", form).stdout for form in ("table", "json", "ndjson")]
    outputs += [dlq("show", letter.id, "--format", form).stdout for form in ("text", "json")]
    outputs += [dlq("redrive", "--all", "--dry-run").stderr, dlq("redrive", "--all").stderr]

    for output in outputs:
        assert not set(output) & {"\x1b", "\u202e"}
        assert "31m" in output or "event-1" in output
