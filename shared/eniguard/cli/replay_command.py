"""``eniguard replay``: recorded calls in, findings out."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from eniguard.cli import exit_codes
from eniguard.cli.findings_output import FORMATS, Output, output_of
from eniguard.cli.policy_option import policy_option
from eniguard.cli.progress import is_terminal, progress_bar
from eniguard.cli.rules_option import rules_option
from eniguard.cli.safe import say, shown
from eniguard.cli.summary import say_summary
from eniguard.errors import InputError
from eniguard.model import SEVERITIES, Severity, at_least

if TYPE_CHECKING:
    from eniguard.replay.engine import Entry, Replay
    from eniguard.replay.expectations import Comparison
    from eniguard.replay.sweeps import SweepEntry
    from eniguard.settings import Policy

_EPILOG = """\b
Examples:
  eniguard replay events/
  eniguard replay --format ndjson trail.gz | grep ENI003
  eniguard replay --fail-on high --rules ENI001,ENI003 today/
  eniguard replay --expect events/
  eniguard replay --plan trail.gz

\b
Exit codes, highest first:
  2    usage or configuration, also a --state that cannot be read
  4    input that could not be read, or was left out (unless --skip-unreadable)
  3    expectations not met
  1    findings at or above --fail-on
  0    none of these
  130  interrupted
  141  the reader of the output went away"""


@click.command(short_help="Decide recorded calls and print the findings.", epilog=_EPILOG)
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option("-j", "--jobs", default=1, metavar="N", type=click.IntRange(min=1), help="Processes to use.")
@click.option(
    "--state",
    metavar="FILE",
    help="State snapshot for every event without one of its own; it has to be readable.",
)
@policy_option
@click.option(
    "--expect",
    is_flag=True,
    help="Compare with expectations.yml in PATH, one folder; its guard.yml goes before ./guard.yml.",
)
@click.option(
    "--fail-on",
    type=click.Choice(SEVERITIES, case_sensitive=False),
    help="Exit with 1 when a finding is at least this severe.",
)
@rules_option
@click.option(
    "--skip-unreadable",
    is_flag=True,
    help="Input that cannot be read, or is left out, does not change the exit code; --state is no input.",
)
@click.option("--plan", "plans", is_flag=True, help="Print what would be put back, in place of the findings.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)
@click.pass_context
def replay(
    context: click.Context,
    *,
    paths: tuple[str, ...],
    jobs: int,
    state: str | None,
    policy_path: str | None,
    expect: bool,
    fail_on: Severity | None,
    only: tuple[str, ...] | None,
    skip_unreadable: bool,
    plans: bool,
    form: str,
) -> None:
    """Decide the recorded calls in files and folders, and print the findings.

    PATH is a file, a folder, or - for standard input. A folder is searched for files that end in .json,
    .jsonl, .ndjson, .log or .gz. They hold events as ActionTrail, EventBridge, SLS or OSS deliver them.
    Findings go to standard output; progress, the summary and errors go to standard error.

    What a waiver of guard.yml hides at the time of the event is left out of the table and of --fail-on, and
    the summary says what each one hid; JSON and NDJSON carry it with the waiver's id under waived_by.
    --expect compares all findings, hidden or not.
    """
    from eniguard.replay.engine import Replay
    from eniguard.replay.options import Options
    from eniguard.settings.location import find_policy

    comparison = _comparison(paths, only) if expect else None
    policy = find_policy(policy_path, beside=paths[0] if expect else None)
    bar = _has_bar(form)
    options = Options(
        paths=paths,
        policy=policy,
        only=only,
        state=state,
        jobs=jobs,
        every=expect,
        now=time.time(),
        followed=bar,
    )
    run = Replay(options)
    watch = _Watch(_plans(form, policy) if plans else output_of(form), comparison)
    _follow(run, watch, bar=bar)
    say_summary(run.tally, policy)
    context.exit(_exit_code(run, watch, fail_on, skip_unreadable))


def _plans(form: str, policy: Policy) -> Output:
    from eniguard.cli.plan_output import PlanOutput

    return PlanOutput(form, policy)


class _Watch:
    """What a replay says, passed on as it comes, and what is left to say at its end."""

    def __init__(self, output: Output, comparison: Comparison | None) -> None:
        self.output = output
        self.comparison = comparison
        self.unreadable = 0
        self.unexpected = 0

    def error(self, error: InputError) -> None:
        self.unreadable += 1
        say(f"eniguard: {shown(str(error))}")

    def entry(self, entry: Entry | SweepEntry) -> None:
        findings = entry.findings
        for finding in findings:
            self.output.add(finding)
        if self.comparison is not None:
            self.comparison.add(entry.key, entry.path, findings)

    def close(self) -> None:
        self.output.close()
        if self.comparison is None:
            return
        mismatches = self.comparison.mismatches()
        self.unexpected = len(mismatches)
        for one in mismatches:
            say(f"not as expected: {shown(one.key)}: {shown(one.problem)}")


def _has_bar(form: str) -> bool:
    """Whether there is a terminal for a bar; findings on a terminal are progress enough."""
    return is_terminal(sys.stderr) and (form == "table" or not is_terminal(sys.stdout))


def _follow(run: Replay, watch: _Watch, *, bar: bool) -> None:
    """Run a replay to its end, behind a bar if there is one."""
    shown_while = progress_bar(run.total_size, lambda: run.tally.size, lambda: run.tally.read)
    with shown_while if bar else nullcontext():
        _pass_on(run, watch)
    watch.close()


def _pass_on(run: Replay, watch: _Watch) -> None:
    for one in run:
        if isinstance(one, InputError):
            watch.error(one)
        else:
            watch.entry(one)


def _comparison(paths: Sequence[str], only: Sequence[str] | None) -> Comparison:
    """The expectations at the replay root; with ``--rules`` only what they say of those rules."""
    from eniguard.replay.expectations import EXPECTATIONS_FILE, Comparison, read_expectations

    if len(paths) != 1 or not os.path.isdir(paths[0]):
        raise click.UsageError(f"--expect takes one PATH: the folder that holds {EXPECTATIONS_FILE}")
    expected = read_expectations(Path(paths[0], EXPECTATIONS_FILE))
    if only is not None:
        expected = {key: [one for one in all_ if one.rule in only] for key, all_ in expected.items()}
    return Comparison(expected)


def _exit_code(run: Replay, watch: _Watch, fail_on: Severity | None, skip_unreadable: bool) -> int:
    if watch.unreadable and not skip_unreadable:
        return exit_codes.UNREADABLE
    if watch.unexpected:
        return exit_codes.UNEXPECTED
    made = [severity for severity in SEVERITIES if run.tally.findings.get(severity)]
    if fail_on is not None and any(at_least(severity, fail_on) for severity in made):
        return exit_codes.FINDINGS
    return exit_codes.OK
