"""Derives the recorded rows of the permission tables from the source documents.

``python -m eniguard.rules.permissions.derive FOLDER`` writes ``tests/data/seed_rows.json``, which a test
compares with the tables; with ``--check`` it writes nothing and says what differs.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from eniguard.errors import EniguardError, InputError
from eniguard.rules.permissions.documents import (
    PolicyDocument,
    TableDocument,
    TableRow,
    read_documents,
)

#: Where the rows are recorded, seen from the root of the repository.
SEED_ROWS = Path("tests/data/seed_rows.json")


class RecordedTable(Struct, frozen=True, forbid_unknown_fields=True):
    """The rows of one permission table, and the SHA-256 of every version of its document."""

    sha256: tuple[str, ...]
    rows: tuple[TableRow, ...]


class RecordedPolicy(Struct, frozen=True, forbid_unknown_fields=True):
    """The policy of one role, and the SHA-256 of every version of its document."""

    sha256: tuple[str, ...]
    role: str
    policy: str
    service: str
    actions: tuple[str, ...]
    conditioned: tuple[str, ...]


class SeedRows(Struct, frozen=True, forbid_unknown_fields=True):
    """What the source documents say, as recorded in the repository."""

    managed_enis: RecordedTable
    managed_security_groups: RecordedTable
    api_gateway_policy: RecordedPolicy
    schema: int = 1


def derive(folder: Path) -> SeedRows:
    """What the documents in a folder say.

    Raises
    ------
    InputError
        A document is missing or cannot be understood, or two versions of one differ in what they say.
    """
    documents = read_documents(folder)
    return SeedRows(
        managed_enis=_table(documents.eni),
        managed_security_groups=_table(documents.security_group),
        api_gateway_policy=_policy(documents.api_gateway),
    )


def recorded(file: Path) -> SeedRows:
    """What the repository has recorded.

    Raises
    ------
    InputError
        There is no such file, or it holds something else.
    """
    try:
        return msgspec.json.decode(file.read_bytes(), type=SeedRows)
    except OSError as error:
        raise InputError(
            f"cannot be read ({error.strerror}); run this at the repository's root", path=str(file)
        ) from None
    except msgspec.DecodeError as error:
        raise InputError(f"does not hold recorded rows: {error}", path=str(file)) from None


def written(rows: SeedRows) -> str:
    """The recorded form: JSON with one row a line, so that a changed row shows as one changed line."""
    return _value(msgspec.to_builtins(rows), "") + "\n"


def _value(value: object, indent: str) -> str:
    deeper = indent + " "
    if isinstance(value, dict):
        fields = ",\n".join(f'{deeper}"{name}": {_value(field, deeper)}' for name, field in value.items())
        return f"{{\n{fields}\n{indent}}}"
    if isinstance(value, tuple | list):
        items = ",\n".join(f"{deeper}{_json(item)}" for item in value)
        return f"[\n{items}\n{indent}]"
    return _json(value)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _table(versions: Sequence[TableDocument]) -> RecordedTable:
    first = versions[0]
    for other in versions[1:]:
        if other.rows != first.rows:
            raise InputError(_disagreement(first.path, first.rows, other.rows), path=other.path)
    return RecordedTable(tuple(sorted(version.sha256 for version in versions)), first.rows)


def _policy(versions: Sequence[PolicyDocument]) -> RecordedPolicy:
    policies = [
        RecordedPolicy((v.sha256,), v.role, v.policy, v.service, v.actions, v.conditioned) for v in versions
    ]
    first = policies[0]
    for version, policy in zip(versions, policies, strict=True):
        if msgspec.structs.replace(policy, sha256=first.sha256) != first:
            raise InputError(f"prints another policy than {versions[0].path}", path=version.path)
    return msgspec.structs.replace(first, sha256=tuple(sorted(version.sha256 for version in versions)))


def _disagreement(path: str, rows: Sequence[TableRow], other: Sequence[TableRow]) -> str:
    for number, (mine, theirs) in enumerate(zip(rows, other, strict=False), start=1):
        if mine != theirs:
            return f"row {number} is {_told(theirs)}, but {_told(mine)} in {path}"
    return f"has {len(other)} rows, but {path} has {len(rows)}"


def _told(row: TableRow) -> str:
    verdicts = ["Yes" if may else "No" for may in row[1:]]
    return f"{row[0]} ({', '.join(verdicts)})"


def differences(before: SeedRows, after: SeedRows) -> Iterator[str]:
    """What the documents say now that is not recorded, one sentence each."""
    for part in ("managed_enis", "managed_security_groups", "api_gateway_policy"):
        old, now = (msgspec.to_builtins(getattr(rows, part)) for rows in (before, after))
        for field, value in now.items():
            yield from (f"{part}.{field}: {change}" for change in _changes(old[field], value))


def _changes(old: object, now: object) -> Iterator[str]:
    """What happened to one recorded value, or to the items of a list."""
    if old == now:
        return
    if not isinstance(old, tuple | list) or not isinstance(now, tuple | list):
        yield f"was {_json(old)}, is {_json(now)}"
        return
    gone = [item for item in old if item not in now]
    new = [item for item in now if item not in old]
    yield from (f"no longer {_json(item)}" for item in gone)
    yield from (f"new {_json(item)}" for item in new)
    if not gone and not new:
        yield "the same items in another order or number"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 when the rows are as recorded or were written, 1 if they differ, 2 on bad input."""
    parser = argparse.ArgumentParser(
        prog="python -m eniguard.rules.permissions.derive",
        description="Derive the recorded rows of the permission tables from the source documents.",
    )
    parser.add_argument("folder", type=Path, help="the folder of the source documents (.txt or .md)")
    parser.add_argument(
        "--output", type=Path, default=SEED_ROWS, help="where the rows are recorded (%(default)s)"
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; say what differs from the record"
    )
    given = parser.parse_args(arguments)
    try:
        return _run(given.folder, given.output, check=given.check)
    except (EniguardError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2


def _run(folder: Path, output: Path, *, check: bool) -> int:
    rows = derive(folder)
    changes = list(differences(recorded(output), rows)) if check or output.exists() else [f"{output}: new"]
    sys.stdout.write("".join(f"{change}\n" for change in changes))
    if not changes:
        sys.stdout.write(f"{output} says what the documents say.\n")
        return 0
    if check:
        return 1
    output.write_text(written(rows), encoding="utf-8")
    sys.stdout.write(f"Wrote {output}. Where rows changed, bring eniguard/rules/permissions in line.\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
