"""``eniguard rules``: the catalogue of rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from eniguard.cli.findings_table import STYLES, cell, plain_table, print_table
from eniguard.cli.json_text import indented, json_text, tell_json
from eniguard.cli.policy_option import policy_option
from eniguard.cli.safe import shown, tell

if TYPE_CHECKING:
    from eniguard.cli.rule_sheets import ParameterSheet, RuleLine, RuleSheet

_LIST_EPILOG = """\b
Examples:
  eniguard rules list
  eniguard rules list --policy guard.yml --format json"""

_SHOW_EPILOG = """\b
Examples:
  eniguard rules show ENI003
  eniguard rules show PFX005 --format json"""


@click.group(short_help="List the rules, or show all that one declares.")
def rules() -> None:
    """List the rules, or show all that one declares."""


@rules.command("list", epilog=_LIST_EPILOG)
@policy_option
@click.option(
    "--format", "form", type=click.Choice(("table", "json", "ndjson")), default="table", show_default=True
)
def list_rules(policy_path: str | None, form: str) -> None:
    """List the rules as the policy has them."""
    from eniguard.cli.rule_sheets import rule_lines
    from eniguard.settings.location import find_policy

    lines = rule_lines(find_policy(policy_path))
    if form == "json":
        tell_json(indented(lines) + "\n")
    elif form == "ndjson":
        tell_json("".join(f"{json_text(line)}\n" for line in lines))
    else:
        _print_lines(lines)


@rules.command(epilog=_SHOW_EPILOG)
@click.argument("code")
@policy_option
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True)
def show(code: str, policy_path: str | None, form: str) -> None:
    """Show everything that the rule CODE declares."""
    from eniguard.cli.rule_sheets import rule_sheet
    from eniguard.rule_modules import catalogue_of
    from eniguard.rules.registry import rule_named
    from eniguard.settings.location import find_policy

    policy = find_policy(policy_path)
    sheet = rule_sheet(rule_named(code, catalogue_of(policy)), policy)
    if form == "json":
        tell_json(indented(sheet) + "\n")
    else:
        for line in _sheet_lines(sheet):
            tell(line)


def _print_lines(lines: list[RuleLine]) -> None:
    table = plain_table(gap=1)
    for header in ("rule", "severity", "enabled"):
        table.add_column(header, no_wrap=True)
    table.add_column("actions", no_wrap=True, justify="right")
    table.add_column("name", ratio=2, overflow="fold")
    table.add_column("summary", ratio=3, overflow="fold")
    for line in lines:
        table.add_row(
            cell(line.code),
            cell(line.severity, style=STYLES[line.severity]),
            _enabled(line),
            str(line.actions),
            cell(line.name),
            cell(line.summary, 400),
        )
    print_table(table)


def _enabled(rule: RuleLine | RuleSheet) -> str:
    if not rule.enabled:
        return "no"
    return "yes" if rule.idle is None else "idle"


def _sheet_lines(sheet: RuleSheet) -> list[str]:
    from eniguard.cli.rule_sheets import judged

    lines = [f"{sheet.code} {sheet.name}", "", sheet.summary, sheet.why, ""]
    lines += [
        f"severity         {sheet.severity}",
        f"enabled          {_enabled(sheet)}",
        f"judged           {judged(sheet)}",
    ]
    if sheet.enabled and sheet.idle is not None:
        lines.append(f"idle             {sheet.idle}")
    if sheet.module is not None:
        lines.append(f"defined in       {sheet.module}")
    if sheet.actions:
        lines += [
            f"outcomes         {', '.join(sheet.outcomes)}",
            f"actors           {', '.join(sheet.actors)}",
        ]
    lines += [
        f"advice           {sheet.advice}",
        f"false positives  {sheet.false_positives or 'none known'}",
    ]
    lines += _block("actions", sheet.actions) if sheet.actions else []
    lines += _block("resources", sheet.kinds) if sheet.kinds else []
    lines += _block("params", [_parameter(one) for one in sheet.params])
    lines += [f"  {sheet.notes.replace('``', '')}"] if sheet.notes else []
    lines += _block("permissions for its look-ups", sheet.permissions)
    lines += _block(
        "references", [f"{one.document}: {one.row}" if one.row else one.document for one in sheet.references]
    )
    return lines


def _block(title: str, items: list[str]) -> list[str]:
    return ["", f"{title}:", *(f"  {item}" for item in items or ["none"])]


def _parameter(one: ParameterSheet) -> str:
    constraints = "; ".join(f"{key} {_plain(value)}" for key, value in one.constraints.items())
    changed = "" if one.value == one.default else f"; set to {_plain(one.value)}"
    return f"{one.name}: {constraints}; default {_plain(one.default)}{changed}"


def _plain(value: Any) -> str:
    return shown(value) if isinstance(value, str) else json_text(value)
