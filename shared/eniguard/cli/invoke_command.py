"""``eniguard invoke``: a recorded event to a function, deployed or on this machine."""

from __future__ import annotations

import sys
from pathlib import Path
from urllib.parse import urlsplit

import click

from eniguard.cli import exit_codes
from eniguard.cli.safe import say, shown
from eniguard.errors import InputError

_EPILOG = """\b
Examples:
  eniguard invoke trail_event events/eni/delete-unlisted-refused.json --endpoint http://127.0.0.1:9100
  eniguard invoke eniguard-trail-event event.json --region cn-beijing --log
  eniguard invoke guards/trail-event event.json --account 1234567890123456 --async

\b
Exit codes:
  2    usage, configuration, or the call was refused
  4    the event could not be read
  1    the function ended with an error
  0    it ended well, or the event was taken in (--async)"""

#: Where the emulator listens; no credentials are needed there.
_HERE = ("127.0.0.1", "::1", "localhost")
#: The longest log shown: Function Compute gives 4 KB of it.
_LONGEST = 8_192


@click.command(epilog=_EPILOG, short_help="Call a function with a recorded event.")
@click.argument("function")
@click.argument("event", metavar="EVENT")
@click.option("--async", "later", is_flag=True, help="Do not wait for the function.")
@click.option("--endpoint", metavar="URL", help="In place of the cloud's: that of `eniguard serve`, say.")
@click.option("--region", default="cn-hangzhou", show_default=True, help="Where the function is.")
@click.option("--account", metavar="ID", help="The account of SERVICE; the cloud's address has it.")
@click.option("--qualifier", metavar="NAME", help="A version or alias; the newest code by default.")
@click.option("--log", is_flag=True, help="Write the end of the function's log to standard error.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=1),
    default=600.0,
    show_default=True,
    help="Seconds to wait for the function.",
)
@click.pass_context
def invoke(
    context: click.Context,
    /,
    *,
    function: str,
    event: str,
    later: bool,
    endpoint: str | None,
    region: str,
    account: str | None,
    qualifier: str | None,
    log: bool,
    timeout: float,
) -> None:
    """Call FUNCTION with the bytes of the file EVENT, or of standard input (-).

    FUNCTION is a function of Function Compute 3.0, or SERVICE/FUNCTION of 2.0. What it returns goes to
    standard output. The credentials are those of the environment, else of the official chain.
    """
    from eniguard.cli.function_calls import FunctionCall, call

    service, separator, name = function.rpartition("/")
    address = endpoint or _cloud(region, account, old=bool(separator))
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise click.UsageError(f"--endpoint {address}: expected an address as in http://127.0.0.1:9100")
    from eniguard.cloud.credentials import Credentials, from_chain, from_environment

    here = parts.hostname in _HERE
    credentials = from_environment()
    if credentials is None:
        credentials = Credentials("LTAIexample", "example-secret") if here else from_chain()()
    if parts.scheme == "http" and not here:
        say("eniguard: the event goes out unencrypted: https:// encrypts it")
    called = call(
        FunctionCall(
            name,
            service if separator else None,
            _bytes_of(event),
            address.rstrip("/"),
            region,
            credentials,
            qualifier,
            later,
            log and not later,
            timeout,
        )
    )
    for line in called.log.splitlines():
        say(shown(line, _LONGEST))
    _write(called.body)
    say(f"request id {shown(called.request_id or '-')}{', taken in' if later else ''}")
    if called.error is not None:
        say(f"eniguard: {shown(function)} ended with {shown(called.error)}")
        context.exit(exit_codes.FINDINGS)


def _cloud(region: str, account: str | None, *, old: bool) -> str:
    """The address of Function Compute; that of 2.0 has the account in it (docs/sources.md, Local running)."""
    if not old:
        return f"https://fcv3.{region}.aliyuncs.com"
    if account is None:
        raise click.UsageError("name the account of the service with --account, or an --endpoint")
    return f"https://{account}.{region}.fc.aliyuncs.com"


def _bytes_of(event: str) -> bytes:
    if event == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(event).read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path=event) from None


def _write(body: bytes) -> None:
    """What the function returned: as text, made harmless for a terminal, else byte for byte."""
    if not body:
        return
    if sys.stdout.isatty():
        sys.stdout.write(f"{shown(body.decode('utf-8', 'replace'), len(body))}\n")
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(body)
    if not body.endswith(b"\n"):
        sys.stdout.buffer.write(b"\n")
