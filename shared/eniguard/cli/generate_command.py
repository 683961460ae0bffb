"""``eniguard generate``: files derived from the rules and records."""

from __future__ import annotations

from pathlib import Path

import click

from eniguard.cli.json_text import indented, tell_json
from eniguard.cli.policy_option import policy_option
from eniguard.cli.rules_option import rules_option

_FORMS = ("guard", "finding", "decision", "snapshot")

_SCHEMA_EPILOG = """\b
Examples:
  eniguard generate schema > guard.schema.json
  eniguard generate schema finding"""

_PAGES_EPILOG = """\b
Examples:
  eniguard generate rule-pages docs/rules
  eniguard generate rule-pages --policy guard.yml --rules ACME001 --events cases docs/rules"""


@click.group(short_help="Write files that follow from the rules and records.")
def generate() -> None:
    """Write files that follow from the rules and records."""


@generate.command(epilog=_SCHEMA_EPILOG)
@click.argument("form", type=click.Choice(_FORMS), default="guard")
@policy_option
def schema(form: str, policy_path: str | None) -> None:
    """Write a JSON Schema to standard output.

    guard (the default) is guard.yml with the parameters of each rule, also of those in the modules that the
    policy names; finding and decision are the records
    that eniguard writes; snapshot is a state snapshot as replay reads it.
    """
    from eniguard.cli.schemas import SCHEMAS, guard_schema

    if form == "guard":
        from eniguard.rule_modules import catalogue_of
        from eniguard.settings.location import find_policy

        document = guard_schema(catalogue_of(find_policy(policy_path)))
    else:
        document = SCHEMAS[form]()
    tell_json(indented(document) + "\n")


@generate.command("rule-pages", epilog=_PAGES_EPILOG)
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@policy_option
@click.option(
    "--events",
    metavar="ROOT",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Recorded calls with expectations.yml, to take an example of each rule from.",
)
@rules_option
def rule_pages(
    folder: Path, policy_path: str | None, events: Path | None, only: tuple[str, ...] | None
) -> None:
    """Write a page for each rule, and one that lists them, as Markdown files into FOLDER.

    A page says what the rule reports, why, what to do about it, its parameters, false positives and
    sources, all as the rule itself has them. With --events it also shows a recorded case, and what the rule
    says of it under the policy: every rule then needs a case that it reports.
    """
    from eniguard.cli.rule_examples import examples
    from eniguard.cli.rule_pages import pages
    from eniguard.cli.rule_sheets import rule_sheet
    from eniguard.rule_modules import catalogue_of
    from eniguard.rules.registry import rule_named
    from eniguard.settings import DEFAULT_POLICY
    from eniguard.settings.location import find_policy

    policy = find_policy(policy_path)
    rules = catalogue_of(policy)
    if only is not None:
        chosen = {rule_named(code, rules) for code in only}
        rules = tuple(rule for rule in rules if rule in chosen)
    shown = {} if events is None else examples(events, policy, [rule.code for rule in rules])
    written = pages([rule_sheet(rule, DEFAULT_POLICY) for rule in rules], shown)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in written.items():
        (folder / name).write_text(text, encoding="utf-8")
