"""The command line: ``fakealiyun serve``."""

from __future__ import annotations

import json
import signal
from dataclasses import asdict

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
def serve(host: str, port: int, region: str, check_signatures: bool) -> None:
    """Answer API calls over HTTP until ctrl-C.

    Prints one line of JSON: the address, the endpoint for SDKs, the admin path, and keys of the account.
    """
    cloud = Cloud(region, check_signatures=check_signatures)
    try:
        server = FakeServer(cloud, host, port)
    except OSError as error:
        reason = (error.strerror or str(error)).partition(" (")[0]
        raise click.ClickException(f"cannot listen at {host}:{port}: {reason}") from None
    started = {
        "address": server.address,
        "endpoint": server.endpoint,
        "admin": server.admin,
        "region": region,
        "keys": asdict(cloud.account()),
    }
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        click.echo(json.dumps(started))
        server.run()
    except KeyboardInterrupt:
        return


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
