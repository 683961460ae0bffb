"""Findings as a table for people; codes, severities and times are never broken."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from eniguard.cli.safe import shown, tell
from eniguard.model import SEVERITIES, Actor, Finding, Severity

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

#: Findings a table shows; nobody reads more of them in a terminal.
MOST_ROWS = 1_000
#: The longest summary and the longest id shown.
_LONGEST_SUMMARY = 240
_LONGEST_NAME = 120
#: Columns of a terminal that is not one, and the fewest that the table fits into.
DEFAULT_WIDTH = 80
NARROWEST = 72
#: From here on date and time stand on one line.
WIDE = 110

STYLES: dict[Severity, str] = {
    "critical": "bold red",
    "high": "red",
    "medium": "yellow",
    "low": "cyan",
    "info": "dim",
}


class Shortlist:
    """The most severe findings of a replay, in the order they were made; its size is bounded.

    Parameters
    ----------
    most
        How many are kept.
    """

    def __init__(self, most: int = MOST_ROWS) -> None:
        self._most = most
        self._kept: dict[Severity, list[tuple[int, Finding]]] = {severity: [] for severity in SEVERITIES}
        self._count = 0

    def add(self, finding: Finding) -> None:
        """Take in one finding."""
        kept = self._kept[finding.severity]
        if len(kept) < self._most:
            kept.append((self._count, finding))
        self._count += 1

    def findings(self) -> list[Finding]:
        """The findings to show."""
        by_severity = [one for severity in reversed(SEVERITIES) for one in self._kept[severity]]
        return [finding for _, finding in sorted(by_severity[: self._most], key=lambda one: one[0])]

    @property
    def left_out(self) -> int:
        """How many findings are not among those to show."""
        return max(0, self._count - self._most)


def who(actor: Actor | None) -> str:
    """The caller in a few words; the session name is chosen by the caller and therefore left out."""
    if actor is None:
        return "-"
    name = actor.role or actor.name or actor.principal_id or actor.type
    return name if actor.kind == "account" else f"{name} ({actor.kind})"


def terminal_width() -> int:
    """Columns of standard output: ``COLUMNS``, else those of the terminal, else 80."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isascii() and columns.isdigit() and int(columns) > 0:
        return int(columns)
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or DEFAULT_WIDTH
    except (OSError, ValueError, AttributeError):
        return DEFAULT_WIDTH


def print_findings(findings: Sequence[Finding]) -> None:
    """Print findings as a table on standard output; nothing when there are none."""
    if findings:
        print_table(_table(findings, table_width()))


def print_table(table: Table) -> None:
    """Print a table on standard output, without the blanks at the end of its lines."""
    from rich.console import Console

    console = Console(file=sys.stdout, width=table_width(), highlight=False, emoji=False, markup=False)
    with console.capture() as captured:
        console.print(table)
    for line in captured.get().splitlines():
        tell(line.rstrip())


def table_width() -> int:
    """Columns a table takes: those of the terminal, unless that is too narrow for any table."""
    return max(terminal_width(), NARROWEST)


def cell(text: str, longest: int = _LONGEST_NAME, style: str = "") -> Text:
    """A text from outside as a cell: escaped, and never read as markup."""
    from rich.text import Text

    return Text(shown(text, longest), style=style, overflow="fold")


def plain_table(gap: int = 2) -> Table:
    """An empty table in the look that all tables here share, with ``gap`` blanks between columns."""
    from rich.table import Table

    return Table(box=None, padding=(0, gap, 0, 0), pad_edge=False, header_style="bold")


def _table(findings: Sequence[Finding], width: int) -> Table:
    gap = 2 if width >= WIDE else 1
    table = plain_table(gap)
    table.add_column("severity", no_wrap=True, width=len("critical"))
    table.add_column("rule", no_wrap=True, width=max(len(one.rule) for one in findings))
    table.add_column(
        "subject", width=_fitting((one.subject.id for one in findings), "subject", max(18, width // 5))
    )
    table.add_column("who", width=_fitting((who(one.actor) for one in findings), "who", width // 7))
    table.add_column("when", no_wrap=True)
    table.add_column("what")
    for one in findings:
        table.add_row(
            cell(one.severity, style=STYLES[one.severity]),
            cell(one.rule),
            cell(one.subject.id),
            cell(who(one.actor)),
            _when(one.event_time or "-", width),
            cell(one.summary, _LONGEST_SUMMARY),
        )
    return table


def _fitting(texts: Iterable[str], header: str, most: int) -> int:
    """The width of a column: as its longest text asks for, within bounds."""
    return min(max(len(header), *(len(shown(text)) for text in texts)), most)


def _when(time: str, width: int) -> Text:
    if width >= WIDE:
        return cell(time)
    from rich.text import Text

    return Text("\n").join(cell(part) for part in time.split("T", 1))
