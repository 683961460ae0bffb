"""The command ``eniguard``: its subcommands load when asked for, and its errors become exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import click

from eniguard import __version__
from eniguard.cli import exit_codes
from eniguard.cli.safe import one_line, say, shown, tolerate_any_text
from eniguard.errors import ConfigError, EniguardError, InputError

#: Name of each subcommand → the module and the name of its click command.
_COMMANDS = {
    "replay": ("eniguard.cli.replay_command", "replay"),
    "explain": ("eniguard.cli.explain_command", "explain"),
    "rules": ("eniguard.cli.rules_command", "rules"),
    "inventory": ("eniguard.cli.inventory_command", "inventory"),
    "show": ("eniguard.cli.show_command", "show"),
    "generate": ("eniguard.cli.generate_command", "generate"),
    "template": ("eniguard.cli.template_command", "template"),
    "serve": ("eniguard.cli.serve_command", "serve"),
    "invoke": ("eniguard.cli.invoke_command", "invoke"),
    "waivers": ("eniguard.cli.waivers_command", "waivers"),
    "alerts": ("eniguard.cli.alerts_command", "alerts"),
    "dlq": ("eniguard.cli.dlq_command", "dlq"),
    "plans": ("eniguard.cli.plans_command", "plans"),
    "doctor": ("eniguard.cli.doctor_command", "doctor"),
    "record": ("eniguard.cli.record_command", "record"),
}

#: Set by the shell when it asks for completions; click answers.
_COMPLETION = "_ENIGUARD_COMPLETE"

#: What click says of a group without a subcommand: its whole help. Before 8.2 it wrote that itself.
_HELP_WANTED: type[click.UsageError] | tuple[()] = getattr(click.exceptions, "NoArgsIsHelpError", ())

_EPILOG = """\b
Examples:
  eniguard replay events/
  eniguard explain events/eni/delete-unlisted-refused.json
  eniguard rules show ENI003
  eniguard inventory --managed --state state.json

\b
Exit codes, highest first:
  2    usage or configuration
  4    input that could not be read
  3    expectations not met
  1    findings at or above --fail-on
  0    none of these
  130  interrupted
  141  the reader of the output went away"""


class LazyGroup(click.Group):
    """A group that imports a subcommand when it is used, and maps every error to an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the subcommands, in the order of the documentation."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The subcommand of a name, or ``None`` when there is none."""
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(module), name)
        return command

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run the command; in stand-alone mode, exit with its code."""
        if not standalone_mode or _COMPLETION in os.environ:
            return super().main(args, prog_name, complete_var, standalone_mode, **extra)
        tolerate_any_text()
        sys.exit(_exit_code(self, list(sys.argv[1:] if args is None else args), prog_name or "eniguard"))


def _exit_code(command: click.Command, arguments: list[str], name: str) -> int:
    """Run a command to its end, and give the exit code; errors are one line each on standard error."""
    code = exit_codes.OK
    try:
        try:
            with command.make_context(name, arguments) as context:
                command.invoke(context)
        except click.exceptions.Exit as end:
            code = end.exit_code
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except BrokenPipeError:
        _discard_output()
        return exit_codes.BROKEN_PIPE
    except (KeyboardInterrupt, click.Abort):
        say("eniguard: interrupted")
        return exit_codes.INTERRUPTED
    except click.ClickException as error:
        return _wrong_usage(error)
    except ConfigError as error:
        for line in str(error).split("\n"):
            say(f"eniguard: {shown(line)}")
        return exit_codes.USAGE
    except EniguardError as error:
        say(f"eniguard: {shown(str(error))}")
        return exit_codes.UNREADABLE if isinstance(error, InputError) else exit_codes.USAGE
    except OSError as error:
        say(f"eniguard: {shown(str(error))}")
        _discard_output()
        return exit_codes.USAGE
    return code


def _wrong_usage(error: click.ClickException) -> int:
    if isinstance(error, _HELP_WANTED):
        say(error.format_message())
        return exit_codes.USAGE
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is not None:
        say(context.get_usage())
        say(f"Try '{context.command_path} --help' for help.")
    say(f"eniguard: {one_line(error.format_message())}")
    return exit_codes.USAGE


def _discard_output() -> None:
    """Point the standard streams at nothing, so that the interpreter's own flush at exit stays quiet."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            os.dup2(nothing, stream.fileno())


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=_EPILOG,
)
@click.version_option(__version__, prog_name="eniguard")
def eniguard() -> None:
    """Decide recorded Alibaba Cloud calls against the documented rules.

    The rules are about managed ENIs, managed security groups, IP prefixes, service-linked roles, the exposure
    of ordinary groups, and the guard itself. Only alerts send, dlq redrive, doctor, plans and record ask the
    cloud, and nothing there is changed: alerts send sends a test to the chats that you name, and what plans
    approves and undoes is carried out by a function.
    """
