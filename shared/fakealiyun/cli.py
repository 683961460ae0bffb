"""The command line: ``fakealiyun serve``."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from fakealiyun.cloud import Cloud
from fakealiyun.server import FakeServer


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def fakealiyun() -> None:
    """A part of Alibaba Cloud on your machine."""


@fakealiyun.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--port", default=0, show_default=True, help="Port; 0 takes a free one.")
@click.option("--region", default="cn-hangzhou", show_default=True, help="Region of calls that name none.")
@click.option("--check-signatures", is_flag=True, help="Refuse calls whose signature is wrong.")
@click.option("--chats", type=int, help="Port of the chats, which answer over TLS; 0 takes a free one.")
@click.option(
    "--ca-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where the authority of the chats' certificate is written to.",
)
def serve(
    *, host: str, port: int, region: str, check_signatures: bool, chats: int | None, ca_file: Path | None
) -> None:
    """Answer API calls over HTTP until ctrl-C.

    Prints one line of JSON: the address, the endpoint for SDKs, the admin path, and keys of the account; with
    --chats also the robots of the chats.
    """
    if (chats is None) != (ca_file is None):
        raise click.UsageError("--chats and --ca-file go together: clients have to be told of the authority.")
    cloud = Cloud(region, check_signatures=check_signatures)
    with _told(f"cannot listen at {host}:{port}"):
        server = FakeServer(cloud, host, port)
    started: dict[str, Any] = {
        "address": server.address,
        "endpoint": server.endpoint,
        "admin": server.admin,
        "region": region,
        "keys": asdict(cloud.account()),
    }
    if chats is not None and ca_file is not None:
        with _told(f"cannot serve the chats at {host}:{chats} with {ca_file}"):
            started["chats"] = _chats(host, chats, ca_file)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        click.echo(json.dumps(started))
        server.run()
    except KeyboardInterrupt:
        return


def _chats(host: str, port: int, ca_file: Path) -> dict[str, Any]:
    """Chats that answer until the process ends, as they are told of."""
    from fakealiyun.chats import Chats
    from fakealiyun.chats.serving import ChatServer

    server = ChatServer(Chats(), ca_file, host, port)
    threading.Thread(target=server.run, name="fakealiyun-chats", daemon=True).start()
    robots = {
        robot.name: {"url": server.url(robot.name), "secret": robot.secret} for robot in server.chats.robots
    }
    return {"address": server.address, "admin": server.admin, "ca_file": server.ca_file, "robots": robots}


@contextmanager
def _told(problem: str) -> Iterator[None]:
    """Errors of the system as errors of the command line."""
    try:
        yield
    except OSError as error:
        reason = (error.strerror or str(error)).partition(" (")[0]
        raise click.ClickException(f"{problem}: {reason}") from None


@fakealiyun.command()
def coverage() -> None:
    """Print which APIs are implemented, as Markdown."""
    from fakealiyun.coverage import page

    click.echo(page(), nl=False)


def main() -> None:
    """Run ``fakealiyun`` with the arguments of this process, and exit with its code."""
    fakealiyun(prog_name="fakealiyun")


if __name__ == "__main__":
    main()
