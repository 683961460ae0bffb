"""``eniguard generate``: files derived from the rules and records."""

from __future__ import annotations

import click

from eniguard.cli.json_text import indented, tell_json

_FORMS = ("guard", "finding", "decision", "snapshot")

_EPILOG = """\b
Examples:
  eniguard generate schema > guard.schema.json
  eniguard generate schema finding"""


@click.group(short_help="Write files that follow from the rules and records.")
def generate() -> None:
    """Write files that follow from the rules and records."""


@generate.command(epilog=_EPILOG)
@click.argument("form", type=click.Choice(_FORMS), default="guard")
def schema(form: str) -> None:
    """Write a JSON Schema to standard output.

    guard (the default) is guard.yml with the parameters of each rule; finding and decision are the records
    that eniguard writes; snapshot is a state snapshot as replay reads it.
    """
    from eniguard.cli.schemas import SCHEMAS

    tell_json(indented(SCHEMAS[form]()) + "\n")
