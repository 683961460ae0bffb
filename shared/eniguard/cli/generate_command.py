"""``eniguard generate``: files derived from the rules and records."""

from __future__ import annotations

from pathlib import Path
from typing import Any

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

_RAM_EPILOG = """\b
Examples:
  eniguard generate ram-policy --format markdown
  eniguard generate ram-policy eniguard-dev-sweep > policy.json
  eniguard generate ram-policy eniguard-dev-sweep --trust > trust.json
  eniguard generate ram-policy --account 6543210987654321"""

_PATTERN_EPILOG = """\b
Examples:
  eniguard generate event-pattern
  eniguard generate event-pattern --by-name --policy guard.yml"""

_template_option = click.option(
    "--template",
    "template_path",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    default="template.yml",
    show_default=True,
    help="The template whose functions, roles and places count.",
)


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


@generate.command("ram-policy", epilog=_RAM_EPILOG)
@click.argument("role", required=False)
@click.option("--trust", is_flag=True, help="The trust policy of ROLE in place of what it may do.")
@click.option(
    "--format",
    "form",
    type=click.Choice(("json", "markdown")),
    default="json",
    show_default=True,
    help="Of all roles: JSON by name, or a page to read.",
)
@click.option(
    "--account",
    metavar="ID",
    help="The roles that the functions take in this member account, in place of their own.",
)
@_template_option
@policy_option
def ram_policy(
    role: str | None,
    *,
    trust: bool,
    form: str,
    account: str | None,
    template_path: Path,
    policy_path: str | None,
) -> None:
    """Write the RAM policies of the roles in template.yml to standard output.

    Each role gets what its function or trigger needs under the policy and no more: reads of what the
    enabled rules look up, its logs, its state, its failed calls, and what its trigger points at. No
    function but remediate gets a right to change anything that is guarded, and that one no more than the
    modes in guard.yml need. With ROLE, that one policy as RAM takes it.
    """
    from eniguard.cli.ram_pages import role_pages
    from eniguard.deployment import member_roles, permission_policy, roles_of, trust_policy
    from eniguard.settings.location import find_policy

    resources, policy = _resources(template_path), find_policy(policy_path)
    of_all = roles_of(resources, policy) if account is None else member_roles(resources, policy, account)
    roles = {one.name: one for one in of_all}
    if role is None:
        if trust:
            raise click.UsageError("--trust needs the name of a role")
        both = {
            name: {"trust": trust_policy(one), "policy": permission_policy(one)}
            for name, one in roles.items()
        }
        tell_json(role_pages(roles.values()) if form == "markdown" else indented(both) + "\n")
    elif role not in roles:
        where = template_path if account is None else f"account {account}"
        raise click.UsageError(f"{where} has no role {role!r}; there are {', '.join(roles)}")
    else:
        tell_json(indented((trust_policy if trust else permission_policy)(roles[role])) + "\n")


@generate.command("event-pattern", epilog=_PATTERN_EPILOG)
@click.option(
    "--by-name",
    is_flag=True,
    help="Match the names of the judged calls, too: fewer calls of the function, and a pattern to keep up.",
)
@policy_option
def event_pattern(by_name: bool, policy_path: str | None) -> None:
    """Write the filter pattern of trail_event's trigger to standard output.

    It takes the calls that the enabled rules judge. By default it matches the end of the type alone, and
    the code chooses.
    """
    from eniguard.deployment import event_pattern as pattern_of
    from eniguard.deployment import registry_for
    from eniguard.deployment.event_patterns import pattern_text
    from eniguard.settings.location import find_policy

    registry = registry_for("trail_event", find_policy(policy_path))
    tell_json(pattern_text(pattern_of(registry, by_name=by_name)) + "\n")


def _resources(path: Path) -> dict[str, Any]:
    """The resources of a template.

    Raises
    ------
    ConfigError
        It cannot be read, or something is wrong with it.
    """
    from eniguard.deployment import read_template, template_problems
    from eniguard.errors import ConfigError

    found = read_template(path)
    problems = template_problems(found, path.parent)
    if problems:
        raise ConfigError("\n".join(f"{path}: {one}" for one in problems))
    resources: dict[str, Any] = found.document["resources"]
    return resources
