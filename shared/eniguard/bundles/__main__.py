"""``python -m eniguard.bundles``: build the bundles of functions; what `make package` runs."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from eniguard.bundles.building import DEPLOYED, Bundle, Workshop
from eniguard.errors import ConfigError
from eniguard.settings.location import policy_path

#: The runtimes of Function Compute that eniguard runs on (docs/sources.md, Function Compute).
RUNTIMES = (DEPLOYED, "python3.12")


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("names", nargs=-1)
@click.option("--functions", type=click.Path(path_type=Path), default="functions", show_default=True)
@click.option("--into", type=click.Path(path_type=Path), default="build", show_default=True)
@click.option("--policy", metavar="FILE", help="guard.yml; else $ENIGUARD_POLICY, ./guard.yml, the defaults.")
@click.option("--runtime", "runtimes", multiple=True, default=RUNTIMES, show_default=True)
def package(
    names: tuple[str, ...], functions: Path, into: Path, policy: str | None, runtimes: tuple[str, ...]
) -> None:
    """Build the bundles of the functions NAMES, by default of all, and print their sizes.

    A bundle holds index.py, the policy as policy.json, and in python/ what index.py imports: packages as
    requirements.txt pins them, and the modules of eniguard. It is a folder, and beside it a zip archive;
    building it again gives the same bytes. Those for python3.10 go to build/NAME, those for another runtime
    to build/RUNTIME/NAME.
    """
    folders = [functions / name for name in names] or sorted(
        path.parent for path in functions.glob("*/index.py")
    )
    workshop = Workshop(policy_path(policy), into)
    for runtime in runtimes:
        for folder in folders:
            click.echo(_line(workshop.build(folder, runtime)))


def _line(bundle: Bundle) -> str:
    line = (
        f"{bundle.function:<12}  {bundle.runtime:<10}  {bundle.unpacked / 1e6:6.1f} MB"
        f"  {bundle.zipped / 1e6:6.1f} MB zipped  {os.path.relpath(bundle.folder)}"
    )
    if bundle.has_bytecode:
        return line
    return f"{line}  (without bytecode, which starts slower: no {bundle.runtime} on this machine)"


if __name__ == "__main__":
    try:
        package()
    except ConfigError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(2)
