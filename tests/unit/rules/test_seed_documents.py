"""Rows are derived from documents of the shapes in which the source documents come."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from eniguard.errors import InputError
from eniguard.rules.permissions.derive import derive, main, recorded

ENI = """Interfaces

API permissions for managed ENIs

Two columns.

API

API operation

Your account

Creating service

LookAtInterface

Looks, and only looks.

Yes

Yes

DropInterface

Drops one.

No

Yes
"""

GROUP_CELLS = """See Permissions on API operations related to managed security groups.
Permissions on API operations related to managed security groups
API | API operation | Account | Service |
---|---|---|---|
OpenGroup |
|
No | Yes |
LookAtGroup | Looks at one. | Yes | Yes |"""

GROUP_MARKDOWN = """## Permissions on API operations related to managed security groups

|API|API operation|Account|Service|
|---|-------------|-------|-------|
|OpenGroup|-   Opens the way in.
-   Opens the way out.

|No|Yes|
|LookAtGroup|Looks at one.|Yes|Yes|
"""

TIED = {"StringEquals": {"ram:ServiceName": "example.aliyuncs.com"}}
STATEMENTS = [
    {"Effect": "Allow", "Action": ["ecs:LookAtInterface", "ecs:DropInterface"], "Resource": "*"},
    {"Effect": "Allow", "Action": "ram:DeleteServiceLinkedRole", "Resource": "*", "Condition": TIED},
]


def policy_text(statements: object = STATEMENTS) -> str:
    document = json.dumps({"Version": "1", "Statement": statements}, indent=1)
    return (
        "Role details\n\nPropertyValue\nRole nameAliyunServiceRoleForExample\n"
        "Policy nameAliyunServiceRolePolicyForExample\nTrusted serviceexample.aliyuncs.com\n"
        f'Full policy document\n\n{document}\n\nCreate the role\n\n{{"Statement": []}}\n'
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "a.txt").write_text(ENI)
    (documents / "b.txt").write_text(GROUP_CELLS)
    (documents / "c.md").write_text(GROUP_MARKDOWN)
    (documents / "d.txt").write_text(policy_text())
    (documents / "other.txt").write_text("Something about prefixes.")
    (documents / "picture.png").write_bytes(b"\x89PNG\xff")
    return documents


def test_rows_verdicts_and_hashes_are_read(folder: Path) -> None:
    rows = derive(folder)

    assert rows.managed_enis.rows == (("LookAtInterface", True, True), ("DropInterface", False, True))
    assert rows.managed_enis.sha256 == (sha256(ENI.encode()).hexdigest(),)
    assert rows.managed_security_groups.rows == (("OpenGroup", False, True), ("LookAtGroup", True, True))
    assert len(rows.managed_security_groups.sha256) == 2


def test_policy_is_read_with_its_conditioned_action(folder: Path) -> None:
    policy = derive(folder).api_gateway_policy

    assert policy.role == "AliyunServiceRoleForExample"
    assert policy.policy == "AliyunServiceRolePolicyForExample"
    assert policy.service == "example.aliyuncs.com"
    assert policy.actions == ("ecs:LookAtInterface", "ecs:DropInterface")
    assert policy.conditioned == ("ram:DeleteServiceLinkedRole",)


def test_record_is_written_once_and_then_agrees(folder: Path, tmp_path: Path) -> None:
    record = tmp_path / "rows.json"

    assert main([str(folder), "--output", str(record)]) == 0
    assert recorded(record) == derive(folder)
    before = record.read_bytes()
    assert main([str(folder), "--output", str(record), "--check"]) == 0
    assert main([str(folder), "--output", str(record)]) == 0
    assert record.read_bytes() == before


def test_changed_document_is_told_by_row_and_hash(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = tmp_path / "rows.json"
    main([str(folder), "--output", str(record)])
    (folder / "a.txt").write_text(ENI.replace("\n\nNo\n", "\n\nYes\n"))
    capsys.readouterr()

    assert main([str(folder), "--output", str(record), "--check"]) == 1
    told = capsys.readouterr().out.splitlines()
    assert 'managed_enis.rows: no longer ["DropInterface",false,true]' in told
    assert 'managed_enis.rows: new ["DropInterface",true,true]' in told
    assert sum("managed_enis.sha256" in line for line in told) == 2
    assert recorded(record) != derive(folder)

    assert main([str(folder), "--output", str(record)]) == 0
    assert recorded(record) == derive(folder)


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        (
            "c.md",
            GROUP_MARKDOWN.replace("|No|", "|Yes|"),
            "row 1 is OpenGroup (Yes, Yes), but OpenGroup (No, Yes)",
        ),
        ("c.md", GROUP_MARKDOWN.partition("|LookAtGroup")[0], "has 1 rows"),
        ("c.md", GROUP_MARKDOWN + "|HalfARow|Something|No|", "row 3 of its table is cut off"),
        ("c.md", GROUP_MARKDOWN.partition("|API")[0], "no table"),
        ("a.txt", ENI.replace("\n\nNo\n", "\n\nMaybe\n"), "row 2 of its table"),
        ("a.txt", ENI + "\nHalfARow\n", "row 3 of its table"),
        ("a.txt", ENI.replace("DropInterface", "Drop one"), "row 2 of its table"),
        ("a.txt", ENI.replace("Creating service", "Service"), 'the column "Creating service"'),
        ("d.txt", policy_text([{"Effect": "Allow"}]), "no policy document"),
        ("d.txt", "Full policy document, to follow", "no policy document"),
        ("d.txt", policy_text().replace("Policy name", "Policy: "), 'the line "Policy name"'),
        ("d.txt", policy_text().replace("Trusted serviceexample", "Trusted serviceother"), "is not about"),
        ("e.txt", policy_text([STATEMENTS[1]]), "another policy"),
        ("e.txt", "API permissions \ufffd".encode("utf-16").decode("latin-1"), None),
    ],
)
def test_document_that_cannot_be_trusted_is_refused_by_name(
    folder: Path, name: str, content: str, problem: str | None
) -> None:
    (folder / name).write_text(content, encoding="latin-1" if problem is None else "utf-8")

    with pytest.raises(InputError) as caught:
        derive(folder)
    assert caught.value.path == str(folder / name)
    assert (problem or "not UTF-8 text") in caught.value.problem


def test_wrong_folder_is_told_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "notes.txt").write_text("nothing")

    assert main([str(tmp_path)]) == 2
    told = capsys.readouterr().err
    assert "API permissions for managed ENIs" in told
    assert "Full policy document" in told

    assert main([str(tmp_path / "absent")]) == 2
    assert "does not exist" in capsys.readouterr().err
    assert main([str(tmp_path / "notes.txt")]) == 2
    assert "is not a folder" in capsys.readouterr().err


def test_missing_or_foreign_record_is_told(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = tmp_path / "rows.json"

    assert main([str(folder), "--output", str(record), "--check"]) == 2
    assert "cannot be read" in capsys.readouterr().err
    record.write_text('{"rows": []}')
    assert main([str(folder), "--output", str(record)]) == 2
    assert "does not hold recorded rows" in capsys.readouterr().err
    assert record.read_text() == '{"rows": []}'
