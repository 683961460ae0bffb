"""The option ``--rules``, which keeps a few rules."""

from __future__ import annotations

import click


def _codes(
    _context: click.Context, _option: click.Parameter, given: tuple[str, ...]
) -> tuple[str, ...] | None:
    """The codes that are given, in upper case; ``None`` when the option is not there."""
    if not given:
        return None
    codes = tuple(code.strip().upper() for part in given for code in part.split(",") if code.strip())
    if not codes:
        raise click.BadParameter("name at least one rule, as in --rules ENI001,ENI003")
    return codes


rules_option = click.option(
    "--rules", "only", metavar="CODES", multiple=True, callback=_codes, help="Only these rules."
)
