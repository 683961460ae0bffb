"""The packaged role data says what the documents say that it was carried over from."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from eniguard.roles.derive import Document, derived, digest, main, packaged, published_index, recorded
from eniguard.roles.files import content

RECORD = Path(__file__).parents[2] / "data" / "role_documents.json"
NATGW = "AliyunServiceRoleForNatgw"
STATEMENTS = [{"Effect": "Allow", "Action": "ecs:A", "Resource": "*"}]


def said(document: Document) -> tuple[bool, str, tuple[str, ...]]:
    return document.complete, document.document, document.earlier


@pytest.mark.parametrize("role", sorted(recorded(RECORD).documents))
def test_packaged_document_is_the_published_one(role: str) -> None:
    assert said(packaged().documents[role]) == said(recorded(RECORD).documents[role])


def test_every_document_is_packaged_and_none_is_made_up() -> None:
    kept = recorded(RECORD).documents

    assert set(packaged().documents) == set(kept)
    assert len(kept) == 43
    assert len([one for one in kept.values() if one.file is not None]) == 32


def test_packaged_index_is_the_published_one_with_its_slips_put_right_beside() -> None:
    kept, found = recorded(RECORD), packaged()
    published = published_index(json.loads(content("role_index.json")))

    assert (found.roles, found.index) == (kept.roles, kept.index)
    assert kept.roles == 196
    assert published["AliyunServiceRolePolicyForImp"][0] == "imp.aliyuncs.com"
    assert published["AliyunServiceRoleForCloudMonitor"][1] == "cloudmonitor.aliyuncs.com"


def test_layout_makes_no_difference_to_a_digest_and_every_value_does() -> None:
    assert digest({"a": 1, "b": ["x"]}) == digest(json.loads('{"b": ["x"],\n"a": 1}'))
    assert digest({"a": ["x", "y"]}) != digest({"a": ["y", "x"]})


def folder_with(folder: Path, **changed: Any) -> Path:
    (folder / "slr").mkdir(parents=True)
    index = {NATGW: {"policy": "AliyunServiceRolePolicyForNatgw", "trusted_service": "nat.aliyuncs.com"}}
    (folder / "role-index.json").write_text(json.dumps(index))
    document = {"role": NATGW, "document_complete": True, "document": {"Statement": STATEMENTS}, **changed}
    (folder / "slr" / f"{NATGW}.json").write_text(json.dumps(document))
    return folder


def test_document_of_a_folder_is_derived_with_the_digest_of_its_file(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, older_document={"Statement": []})

    found = derived(folder)

    assert (found.roles, len(found.documents)) == (1, 43)
    assert found.documents[NATGW] == Document(
        file=sha256((folder / "slr" / f"{NATGW}.json").read_bytes()).hexdigest(),
        complete=True,
        document=digest(STATEMENTS),
        earlier=(digest([]),),
    )
    assert found.documents["AliyunNASManageENIRole"].file is None


def test_check_says_which_document_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "record.json"
    folder = folder_with(tmp_path / "one")

    assert main([str(folder), "--output", str(output)]) == 0
    assert main([str(folder), "--output", str(output), "--check"]) == 0
    assert (
        main(
            [str(folder_with(tmp_path / "two", document_complete=False)), "--output", str(output), "--check"]
        )
        == 1
    )
    assert capsys.readouterr().out == f"{NATGW}: says something else than is recorded\n"


def test_folder_without_documents_and_record_that_is_none_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "record.json"
    output.write_text("[]")
    folder = folder_with(tmp_path / "one")

    assert main([str(tmp_path / "nowhere")]) == 2
    assert main([str(folder), "--output", str(output), "--check"]) == 2
    (folder / "role-index.json").write_text("[]")
    assert main([str(folder), "--output", str(output)]) == 2
    assert "role-index.json" in capsys.readouterr().err
