"""``eniguard template``: template.yml before Serverless Devs deploys it."""

from __future__ import annotations

from pathlib import Path

import click

from eniguard.cli.safe import say, shown

_CHECK_EPILOG = """\b
Examples:
  eniguard template check
  eniguard template check --deploy template.yml && s deploy -y -t template.yml"""


@click.group(short_help="Check template.yml before it is deployed.")
def template() -> None:
    """Check template.yml, which Serverless Devs deploys, before it does."""


@template.command(epilog=_CHECK_EPILOG)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), default="template.yml")
@click.option(
    "--deploy",
    is_flag=True,
    help="Also refuse values of documentation, and functions whose code is not built.",
)
def check(file: Path, deploy: bool) -> None:
    """Say what is wrong with FILE (template.yml by default), and exit with 2 if anything is.

    Serverless Devs passes over unknown keys, triggers that are configured like those of another type, and
    expressions in the access; here each is an error. Environment variables, and those of a .env beside the
    file, count as they do for Serverless Devs. Nothing is asked over the network.
    """
    from eniguard.deployment import read_template, template_problems
    from eniguard.errors import ConfigError

    found = read_template(file)
    problems = template_problems(found, file.parent, deploy=deploy)
    if problems:
        raise ConfigError("\n".join(f"{file}: {one}" for one in problems))
    count = len(found.document["resources"])
    ready = " and may be deployed" if deploy else ""
    say(f"{shown(str(file))}: {count} functions, nothing wrong{ready}")
