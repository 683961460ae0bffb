"""Records what the policy documents of service roles and the role index say.

``python -m eniguard.roles.derive FOLDER`` writes ``tests/data/role_documents.json``, which a test compares
with the packaged data; with ``--check`` it writes nothing and says what differs. FOLDER holds
``role-index.json`` (role name to trusted service and policy) and, in ``slr/``, a JSON file for each document.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from eniguard.errors import EniguardError, InputError
from eniguard.roles.files import POLICIES, content

#: Where it is recorded, seen from the root of the repository.
RECORD = Path("tests/data/role_documents.json")


class Document(Struct, frozen=True, forbid_unknown_fields=True):
    """One document: the SHA-256 of its file, and what it says.

    ``file`` is ``None`` for a document of which only the packaged copy is at hand. ``document`` and
    ``earlier`` are the SHA-256 of the policy and of older ones (`digest`).
    """

    file: str | None
    complete: bool
    document: str
    earlier: tuple[str, ...] = ()


class Record(Struct, frozen=True, forbid_unknown_fields=True):
    """What all documents say: the SHA-256 of the role index (`digest`), and each document by its role."""

    roles: int
    index: str
    documents: dict[str, Document]
    schema: int = 1


def digest(value: object) -> str:
    """The SHA-256 of a JSON value, however it is laid out."""
    return sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def packaged() -> Record:
    """What the packaged data says; it does not have the files of the documents."""
    index = published_index(json.loads(content("role_index.json")))
    documents = {path.stem: _packaged(json.loads(path.read_bytes())) for path in sorted(POLICIES.iterdir())}
    return Record(len(index), digest(index), documents)


def published_index(roles: Sequence[dict[str, Any]]) -> dict[str, list[str | None]]:
    """Trusted service and policy by role, as the source of the index has them: its two slips included."""
    found: dict[str, list[str | None]] = {}
    for role in roles:
        if "source" not in role:
            stated = {**role, **role.get("published", {})}
            found[stated["name"]] = [stated["service"], stated["policy"]]
    return found


def derived(folder: Path) -> Record:
    """What the documents in a folder say; those it lacks are taken from the packaged data.

    Raises
    ------
    InputError
        A file is missing or holds something else.
    """
    stated_roles = _read(folder / "role-index.json")
    index = {name: [one["trusted_service"], one["policy"]] for name, one in stated_roles.items()}
    documents = dict(packaged().documents)
    for path in sorted((folder / "slr").glob("*.json")):
        stated = _read(path)
        older = [stated["older_document"]] if "older_document" in stated else []
        documents[stated["role"]] = Document(
            file=sha256(path.read_bytes()).hexdigest(),
            complete=stated["document_complete"],
            document=digest(stated["document"]["Statement"]),
            earlier=tuple([digest(one["Statement"]) for one in older]),
        )
    return Record(len(index), digest(index), dict(sorted(documents.items())))


def recorded(file: Path) -> Record:
    """What the repository has recorded.

    Raises
    ------
    InputError
        There is no such file, or it holds something else.
    """
    try:
        return msgspec.json.decode(file.read_bytes(), type=Record)
    except (OSError, msgspec.MsgspecError) as error:
        raise InputError(f"not a record of role documents: {error}", path=str(file)) from None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 when all is as recorded or was written, 1 if it differs, 2 on bad input."""
    parser = argparse.ArgumentParser(
        prog="python -m eniguard.roles.derive",
        description="Record what the role index and the policy documents of service roles say.",
    )
    parser.add_argument("folder", type=Path, help="holds role-index.json, and the documents in slr/")
    parser.add_argument("--output", type=Path, default=RECORD, help="where it is recorded (%(default)s)")
    parser.add_argument("--check", action="store_true", help="write nothing; say what differs")
    given = parser.parse_args(arguments)
    try:
        found = derived(given.folder)
        if given.check:
            return _compared(found, recorded(given.output))
        given.output.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n")
    except (EniguardError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def _compared(found: Record, kept: Record) -> int:
    names = sorted({*found.documents, *kept.documents})
    differ = [name for name in names if found.documents.get(name) != kept.documents.get(name)]
    if found.index != kept.index:
        differ.append("role-index.json")
    sys.stdout.write("".join(f"{name}: says something else than is recorded\n" for name in differ))
    return 1 if differ else 0


def _packaged(stated: dict[str, Any]) -> Document:
    return Document(
        file=None,
        complete=stated["complete"],
        document=digest(stated["document"]["Statement"]),
        earlier=tuple([digest(one["document"]["Statement"]) for one in stated.get("earlier", ())]),
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        stated = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise InputError(f"not a document: {error}", path=str(path)) from None
    if not isinstance(stated, dict):
        raise InputError("not a document: expected an object", path=str(path))
    return stated


if __name__ == "__main__":
    raise SystemExit(main())
