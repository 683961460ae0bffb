"""The commands behind `make up`, `make scenario` and `make down`."""

from __future__ import annotations

from pathlib import Path

import click

from local.incident import play
from local.processes import end, running, start

#: Everything that is kept about what runs.
FOLDER = Path("build/local")


@click.group()
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), default=FOLDER)
@click.pass_context
def local(context: click.Context, folder: Path) -> None:
    """A whole cloud on this machine."""
    context.obj = folder.absolute()


@local.command()
@click.argument("template", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def up(folder: Path, template: Path) -> None:
    """Start a fake cloud and the functions of TEMPLATE."""
    found = start(folder, template)
    click.echo(f"fake cloud        {found.cloud}   (pid {found.cloud_pid})")
    click.echo(f"Function Compute  {found.compute}   (pid {found.compute_pid})")
    click.echo(f"functions         {', '.join(found.functions)}")
    for one in found.http:
        click.echo(f"HTTP trigger      {one['address']}   ({one['function']}, {one['trigger']})")
    click.echo(f"what they print   {folder}/functions.log")


@local.command()
@click.option("--seconds", default=60.0, help="How long to wait for each line.")
@click.pass_obj
def scenario(folder: Path, seconds: float) -> None:
    """Play two incidents and show what the guard says and does about them."""
    for line in play(running(folder), folder / "functions.log", seconds):
        click.echo(line)


@local.command()
@click.pass_obj
def down(folder: Path) -> None:
    """End what was started."""
    for line in end(folder):
        click.echo(line)


local(prog_name="local")
