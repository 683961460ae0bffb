"""The source documents of the permission tables, read into rows.

A document is recognised by what it says, not by its file name. The security-group document is around in two
layouts: one table cell a line, and a Markdown table.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from msgspec import Struct

from eniguard.errors import InputError

#: The words by which a document is recognised; its table or policy follows their last occurrence.
ENI_TABLE_HEADING = "API permissions for managed ENIs"
SG_TABLE_HEADING = "Permissions on API operations related to managed security groups"
POLICY_HEADING = "Full policy document"

#: The last column heading of the managed-ENI table, after which its rows begin.
_ENI_LAST_COLUMN = "Creating service"
_API = re.compile(r"[A-Z][A-Za-z0-9]+")
_RULER = re.compile(r":?-{3,}:?")
_YES_NO = {"Yes": True, "No": False}

#: An API, whether the account may call it, and whether the service may.
TableRow = tuple[str, bool, bool]
#: The actions of a policy statement, and its condition.
_Statement = tuple[list[str], Mapping[str, Any] | None]


class TableDocument(Struct, frozen=True):
    """One version of a document with a permission table."""

    path: str
    sha256: str
    rows: tuple[TableRow, ...]


class PolicyDocument(Struct, frozen=True):
    """One version of the document with a role's policy; ``conditioned`` actions are tied to ``service``."""

    path: str
    sha256: str
    role: str
    policy: str
    service: str
    actions: tuple[str, ...]
    conditioned: tuple[str, ...]


class Documents(Struct, frozen=True):
    """The documents of one folder, by what they hold."""

    eni: tuple[TableDocument, ...]
    security_group: tuple[TableDocument, ...]
    api_gateway: tuple[PolicyDocument, ...]


def read_documents(folder: Path) -> Documents:
    """The documents in a folder; files that are none of them are left alone.

    Raises
    ------
    InputError
        The folder cannot be read, lacks one of the three documents, or holds one that cannot be understood.
    """
    if not folder.is_dir():
        problem = "is not a folder" if folder.exists() else "does not exist"
        raise InputError(f"{problem}; name the folder that holds the source documents", path=str(folder))
    eni: list[TableDocument] = []
    groups: list[TableDocument] = []
    policies: list[PolicyDocument] = []
    files = sorted(file for file in folder.iterdir() if file.suffix in (".txt", ".md") and file.is_file())
    for file in files:
        content = _text(file)
        digest = sha256(file.read_bytes()).hexdigest()
        if ENI_TABLE_HEADING in content:
            eni.append(TableDocument(str(file), digest, _eni_rows(content, str(file))))
        elif SG_TABLE_HEADING in content:
            groups.append(TableDocument(str(file), digest, _group_rows(content, str(file))))
        elif POLICY_HEADING in content:
            policies.append(_policy(content, str(file), digest))
    found = {ENI_TABLE_HEADING: eni, SG_TABLE_HEADING: groups, POLICY_HEADING: policies}
    missing = [f'"{heading}"' for heading, documents in found.items() if not documents]
    if missing:
        raise InputError(
            f"none of its {len(files)} text files has the words {', '.join(missing)}; "
            "is this the folder of the source documents?",
            path=str(folder),
        )
    return Documents(tuple(eni), tuple(groups), tuple(policies))


def _text(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError("not UTF-8 text", path=str(file), offset=error.start) from None


def _eni_rows(content: str, path: str) -> tuple[TableRow, ...]:
    """The rows of the managed-ENI table: four cells each, a cell a line."""
    _, heading, table = content.rpartition(ENI_TABLE_HEADING)[2].partition(_ENI_LAST_COLUMN)
    if not heading:
        raise InputError(f'its table lacks the column "{_ENI_LAST_COLUMN}"', path=path)
    cells = [line.strip() for line in table.splitlines() if line.strip()]
    rows = [cells[start : start + 4] for start in range(0, len(cells), 4)]
    return tuple(_row(row[:1] + row[2:], number, path) for number, row in enumerate(rows, start=1))


def _group_rows(content: str, path: str) -> tuple[TableRow, ...]:
    """The rows of the security-group table; a row ends with two verdicts, its second cell may be empty."""
    cells = [cell.strip() for cell in content.rpartition(SG_TABLE_HEADING)[2].split("|")]
    rulers = [position for position, cell in enumerate(cells) if _RULER.fullmatch(cell)]
    if not rulers:
        raise InputError("there is no table below its last heading", path=path)
    rows: list[TableRow] = []
    row: list[str] = []
    for cell in cells[rulers[-1] + 1 :]:
        if cell:
            row.append(cell)
        if len(row) > 2 and row[-2] in _YES_NO and row[-1] in _YES_NO:
            rows.append(_row([row[0], *row[-2:]], len(rows) + 1, path))
            row = []
    if row:
        raise InputError(f"row {len(rows) + 1} of its table is cut off: {' | '.join(row)[:80]}", path=path)
    return tuple(rows)


def _row(cells: list[str], number: int, path: str) -> TableRow:
    """A row from its API and its two verdicts."""
    if len(cells) != 3 or not _API.fullmatch(cells[0]) or not {*cells[1:]} <= set(_YES_NO):
        raise InputError(
            f"row {number} of its table is not an API with two Yes or No: {' | '.join(cells)[:80]}",
            path=path,
        )
    return cells[0], _YES_NO[cells[1]], _YES_NO[cells[2]]


def _policy(content: str, path: str, digest: str) -> PolicyDocument:
    """The policy document of the role, with the role's details above it."""
    printed = content.rpartition(POLICY_HEADING)[2]
    try:
        policy, _ = json.JSONDecoder().raw_decode(printed[max(printed.find("{"), 0) :])
        statements = [(_listed(one["Action"]), one.get("Condition")) for one in policy["Statement"]]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise InputError(f'no policy document follows the words "{POLICY_HEADING}"', path=path) from None
    return PolicyDocument(
        path=path,
        sha256=digest,
        role=_detail("Role name", content, path),
        policy=_detail("Policy name", content, path),
        service=_tied_service(statements, _detail("Trusted service", content, path), path),
        actions=tuple(action for actions, condition in statements if not condition for action in actions),
        conditioned=tuple(action for actions, condition in statements if condition for action in actions),
    )


def _listed(actions: Any) -> list[str]:
    return [actions] if isinstance(actions, str) else [str(action) for action in actions]


def _detail(name: str, content: str, path: str) -> str:
    """One line of the role's details; the text form glues the value to its name."""
    found = re.search(rf"^{name}\s*(\S+)$", content, re.MULTILINE)
    if found is None:
        raise InputError(f'its role details lack the line "{name}"', path=path)
    return found[1]


def _tied_service(statements: Sequence[_Statement], service: str, path: str) -> str:
    """The trusted service, after a look that each condition names it."""
    for actions, condition in statements:
        if condition and condition != {"StringEquals": {"ram:ServiceName": service}}:
            raise InputError(
                f"{', '.join(actions)}: its condition {json.dumps(condition)[:80]} is not about {service}",
                path=path,
            )
    return service
