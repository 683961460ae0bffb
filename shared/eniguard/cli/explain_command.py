"""``eniguard explain``: why one event was decided as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from eniguard.cli import exit_codes
from eniguard.cli.event_choice import say_none_chosen, say_unreadable
from eniguard.cli.json_text import indented, tell_json
from eniguard.cli.policy_option import policy_option
from eniguard.cli.safe import tell

if TYPE_CHECKING:
    from eniguard.replay.explained import Explained
    from eniguard.settings import Policy


_EPILOG = """\b
Examples:
  eniguard explain events/eni/delete-unlisted-refused.json
  eniguard explain trail/ --event 6D1F0E9A-0000-4000-8000-000000000001 --rule ENI003"""


@click.command(short_help="Show why one event was decided as it was.", epilog=_EPILOG)
@click.argument("path")
@click.option("--event", "event_id", metavar="ID", help="The eventId, when PATH holds several events.")
@click.option("--rule", "code", metavar="CODE", help="Show this rule only.")
@click.option("--state", metavar="FILE", help="State snapshot for an event without one of its own.")
@policy_option
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True)
@click.pass_context
def explain(
    context: click.Context,
    *,
    path: str,
    event_id: str | None,
    code: str | None,
    state: str | None,
    policy_path: str | None,
    form: str,
) -> None:
    """Show how one recorded call was understood, and what each rule made of it.

    For each rule that looked: its conditions with the actual values, the facts it read with their source and
    time, and what it says. For every other rule: why it did not look. An event of a sequence is
    explained with what the events before it in PATH have changed.

    The exit code is 2 also when PATH holds no such event, or several to choose from, which are then listed.
    """
    from eniguard.replay.explaining import search
    from eniguard.replay.options import Options
    from eniguard.rule_modules import catalogue_of
    from eniguard.rules.registry import rule_named
    from eniguard.settings.location import find_policy

    policy = find_policy(policy_path)
    wanted = None if code is None else rule_named(code, catalogue_of(policy)).code
    found = search(Options(paths=(path,), policy=policy, state=state), event_id)
    say_unreadable(found.picked)
    if found.explained is None:
        context.exit(say_none_chosen(found.picked, path, event_id))
    _show(found.explained, wanted, form, policy)
    context.exit(exit_codes.UNREADABLE if found.picked.errors else exit_codes.OK)


def _show(found: Explained, code: str | None, form: str, policy: Policy) -> None:
    from msgspec.structs import replace

    from eniguard.cli.explained_text import lines_of

    if code is not None:
        found = replace(found, rules=tuple(rule for rule in found.rules if rule.code == code))
    if form == "json":
        tell_json(indented(found) + "\n")
        return
    for line in lines_of(found):
        tell(line)
    _show_plans(found, policy)


def _show_plans(found: Explained, policy: Policy) -> None:
    """What would be put back, and how far guard.yml lets that go."""
    from eniguard.cli.plan_lines import plan_lines
    from eniguard.cli.plan_output import shown_plan

    findings = [finding for rule in found.rules for finding in rule.findings]
    for plan in filter(None, [shown_plan(one, policy) for one in findings]):
        tell("")
        for line in plan_lines(plan):
            tell(line)
