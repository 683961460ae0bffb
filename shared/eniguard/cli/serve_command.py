"""``eniguard serve``: a local Function Compute."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from eniguard.cli.connections import ENDPOINTS_VARIABLE
from eniguard.cli.json_text import json_text, tell_json
from eniguard.cli.safe import say, shown, tell
from eniguard.errors import ConfigError

if TYPE_CHECKING:
    from eniguard.emulator import Compute, EmulatorServer, HttpServers, HttpTrigger
    from eniguard.emulator.fake_cloud import FakeCloud

_EPILOG = """\b
Examples:
  eniguard serve
  eniguard serve --env ENIGUARD_OFFLINE=1 --port 9100
  fakealiyun serve --port 8080 &
  eniguard serve --cloud http://127.0.0.1:8080
  eniguard invoke trail_event event.json --endpoint http://127.0.0.1:9100"""

#: The longest line of a function that is shown; JSON lines are whole up to here.
_LONGEST = 32_768


@click.command(epilog=_EPILOG, short_help="Run the functions of a template.yml on this machine.")
@click.option(
    "-t",
    "--template",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("template.yml"),
    show_default=True,
    help="The template of Serverless Devs (fc3).",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--port", default=0, show_default=True, help="Port; 0 takes a free one.")
@click.option(
    "--cloud",
    metavar="URL",
    help="A fake cloud (`fakealiyun serve`): functions reach it in place of the cloud, with keys of their "
    "roles, and its events call them as their triggers say.",
)
@click.option(
    "--env",
    "pairs",
    metavar="NAME=VALUE",
    multiple=True,
    help="A variable of all functions, over the template's.",
)
@click.option(
    "--python", metavar="FILE", help="The interpreter of python runtimes; else one of their version."
)
@click.option(
    "--account", default="1234567890123456", show_default=True, help="The account of the functions."
)
@click.option(
    "--dead-letters",
    "letters",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write, as NDJSON, what goes to destinations that are not here (MNS, EventBridge …).",
)
@click.option(
    "--retry-wait",
    type=click.FloatRange(min=0),
    default=1.0,
    show_default=True,
    help="Seconds until the first retry of an asynchronous call; doubled for each further one.",
)
def serve(
    *,
    template: Path,
    host: str,
    port: int,
    cloud: str | None,
    pairs: tuple[str, ...],
    python: str | None,
    account: str,
    letters: Path | None,
    retry_wait: float,
) -> None:
    """Run the functions of a template.yml on this machine until ctrl-C.

    Each function runs in processes of its own, with its environment, time-out and memory limit, and is called
    by the InvokeFunction API of Function Compute; each of its HTTP triggers has an address of its own. The
    first line on standard output is JSON with the addresses; what the functions print follows, each line with
    the name of its function. Nothing of this shell's environment reaches a function but PATH.
    """
    try:
        from eniguard.emulator import Compute, functions_of, http_triggers_of
    except ImportError as error:
        raise ConfigError(f"serve needs {error.name}: install eniguard[serve]") from None
    from eniguard.emulator.compute import no_keys
    from eniguard.emulator.triggers import Triggers, deliveries_of, timers_of

    variables = _variables(pairs)
    fake = None if cloud is None else _cloud(cloud)
    functions = functions_of(template)
    timers, left = timers_of(functions)
    delivered = deliveries_of(functions)
    pages, unserved = http_triggers_of(functions)
    compute = Compute(
        functions,
        account_id=account,
        variables=variables,
        python=python,
        keys=no_keys if fake is None else fake.keys,
        letters=letters,
        retry_wait=retry_wait,
        tell=_tell,
    )
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with compute:
        try:
            server, served = _listening(compute, host, port, pages)
            compute.add_variables({ENDPOINTS_VARIABLE: _endpoints(server, fake)})
            for line in (*left, *unserved):
                say(shown(line))
            started = {
                "address": server.address,
                "pid": os.getpid(),
                "functions": list(compute.functions),
                "http": served.told(),
            }
            tell_json(f"{json_text(started)}\n")
            _flush()
            triggers = Triggers(compute.enqueue_event, timers, delivered, fake, _tell)
            with suppress(KeyboardInterrupt), served, triggers:
                server.run()
            say("ending the functions")
        finally:
            # A second ctrl-C must not leave processes behind.
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_IGN)


def _listening(
    compute: Compute, host: str, port: int, pages: list[HttpTrigger]
) -> tuple[EmulatorServer, HttpServers]:
    from eniguard.emulator import EmulatorServer, HttpServers

    try:
        return EmulatorServer(compute, host, port), HttpServers(pages, compute, host, tell=_tell)
    except OSError as error:
        reason = (error.strerror or str(error)).partition(" (")[0]
        raise ConfigError(f"cannot listen at {host}:{port}: {reason}") from None


def _endpoints(server: EmulatorServer, fake: FakeCloud | None) -> str:
    """Where functions find Function Compute, to call each other, and the rest of the cloud."""
    here = f"fc={server.address}"
    return here if fake is None else f"{here},*={fake.address}"


def _cloud(address: str) -> FakeCloud:
    from eniguard.emulator.fake_cloud import FakeCloud

    cloud = FakeCloud(address)
    cloud.check()
    return cloud


def _variables(pairs: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for pair in pairs:
        name, separator, value = pair.partition("=")
        if not separator or not name:
            raise click.UsageError(f"--env {pair}: expected NAME=VALUE")
        found[name] = value
    return found


def _tell(name: str, line: str) -> None:
    if name:
        tell(f"{name} | {shown(line, _LONGEST)}")
        _flush()
    else:
        say(shown(line))


def _flush() -> None:
    """Let what was printed be there at once: whoever reads it through a pipe or a file waits for it."""
    if sys.stdout is not None:
        sys.stdout.flush()
