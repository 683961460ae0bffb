"""``eniguard alerts``: what a sink would be sent of an event, and whether a sink takes anything at all."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, get_args

import click

from eniguard.cli import exit_codes
from eniguard.cli.event_choice import say_none_chosen, say_unreadable
from eniguard.cli.json_text import laid_out, tell_json
from eniguard.cli.policy_option import policy_option
from eniguard.cli.safe import say, shown, tell
from eniguard.errors import ConfigError
from eniguard.settings.alerting import Language

if TYPE_CHECKING:
    from eniguard.alerts.previewing import Preview
    from eniguard.model import Decision
    from eniguard.settings import Policy
    from eniguard.settings.alerting import Sink

_EPILOG = """\b
Examples:
  eniguard alerts preview events/eni/delete-unlisted-refused.json --sink feishu --lang zh
  eniguard alerts send --test"""

_PREVIEW_EPILOG = """\b
Examples:
  eniguard alerts preview events/eni/delete-unlisted-refused.json --sink feishu --lang zh
  eniguard alerts preview trail/ --event 6D1F0E9A-0000-4000-8000-000000000001 --sink oncall

\b
Exit codes, highest first:
  2    usage, configuration, or EVENT holds no such event or several to choose from
  4    input that could not be read
  1    the sink would be sent nothing
  0    it would be sent what stands on standard output"""

_SEND_EPILOG = """\b
Examples:
  eniguard alerts send --test
  eniguard alerts send --test --sink oncall --policy guard.yml

\b
Exit codes, highest first:
  2    usage or configuration
  1    a sink did not take the message
  0    all took it"""

#: The longest problem shown: what to do stands at its end.
_LONGEST = 1_000


@click.group(short_help="Show what a sink would be sent, or send it a test.", epilog=_EPILOG)
def alerts() -> None:
    """Show what a sink would be sent of a recorded event, or send a test to the sinks of guard.yml."""


@alerts.command(epilog=_PREVIEW_EPILOG)
@click.argument("path", metavar="EVENT")
@click.option(
    "--sink", "asked", metavar="NAME|KIND", required=True, help="A sink of guard.yml, or a kind of chats."
)
@click.option("--lang", "language", type=click.Choice(get_args(Language)), help="In place of the sink's.")
@click.option("--event", "event_id", metavar="ID", help="The eventId, when EVENT holds several events.")
@click.option("--state", metavar="FILE", help="State snapshot for an event without one of its own.")
@policy_option
@click.pass_context
def preview(
    context: click.Context,
    *,
    path: str,
    asked: str,
    language: Language | None,
    event_id: str | None,
    state: str | None,
    policy_path: str | None,
) -> None:
    """Print the JSON that a sink would be sent of the recorded event EVENT.

    EVENT is a file, a folder, or - for standard input. It is decided as by `eniguard replay`, and told as at
    its own time. Each message is one JSON document on standard output: what is posted, laid out, without a
    signature. What it tells of stands on standard error, and so does why there is none: no rule has a
    finding, or a waiver hides it. Where something could be put back, the plan for it is told as far as
    guard.yml lets it go; the link to its page has no token.

    A kind is one of dingtalk, feishu, lark, wecom, slack, teams and webhook: the first sink of that kind in
    guard.yml, else one in English with times in UTC. No secret is read, and nothing goes over the network.
    """
    from eniguard.alerts.previewing import previewed
    from eniguard.alerts.reaching import Reaching
    from eniguard.cli.plan_proposals import shown_proposals
    from eniguard.events.times import seconds
    from eniguard.replay.options import Options
    from eniguard.replay.picking import pick
    from eniguard.rule_modules import catalogue_of
    from eniguard.settings.location import find_policy

    policy = find_policy(policy_path)
    sink, known = _sink(policy, asked, language)
    picked = pick(Options(paths=(path,), policy=policy, state=state), event_id)
    say_unreadable(picked)
    if picked.entry is None:
        context.exit(say_none_chosen(picked, path, event_id))
    decision = picked.entry.decision
    compose = Reaching(policy.alerts, catalogue_of(policy), _no_secret).composer
    proposals = shown_proposals(decision.findings, policy)
    at = seconds(decision.event_time)
    found = previewed(policy, sink, decision.findings, compose, at, proposals=proposals)
    for one in found.messages:
        tell_json(laid_out(one.body) + "\n")
        say(_told(one, sink))
    for finding, waiver in found.waived:
        say(f"{finding.rule} on {shown(finding.subject.id)} is not told: waiver {shown(waiver)} hides it")
    for finding, names in found.elsewhere if known else ():
        others = ", ".join(names) or "nobody"
        say(f"by the routes of guard.yml {finding.rule} goes to {others}, not to {sink.name}")
    _say_of_none(decision)
    if picked.errors:
        context.exit(exit_codes.UNREADABLE)
    context.exit(exit_codes.OK if found.messages else exit_codes.FINDINGS)


@alerts.command(epilog=_SEND_EPILOG)
@click.option("--test", is_flag=True, help="Send a test message; there is nothing else to send.")
@click.option("--sink", "names", metavar="NAME", multiple=True, help="This sink only; may be repeated.")
@click.option("--region", metavar="ID", help="Where the guard is; else as the environment or guard.yml says.")
@policy_option
@click.pass_context
def send(
    context: click.Context, *, test: bool, names: tuple[str, ...], region: str | None, policy_path: str | None
) -> None:
    """Send each sink of guard.yml one message that says that it is a test.

    It goes the way that alerts go: with the sink's address and secret, from the environment or from KMS,
    signed, in its language, over https to where guard.yml allows. It mentions nobody. For each sink a line
    says that it was sent, or what went wrong and what to do. Look into the chat as well: Teams takes messages
    that it then does not show.
    """
    from uuid import uuid4

    from eniguard.alerts.reaching import Reaching
    from eniguard.alerts.trial import tried
    from eniguard.cli.connections import OFFLINE_VARIABLE, Connections
    from eniguard.rule_modules import catalogue_of
    from eniguard.settings.location import find_policy

    if not test:
        raise click.UsageError("alerts are sent by the functions; --test sends a test message")
    if os.environ.get(OFFLINE_VARIABLE) == "1":
        raise ConfigError(f"a test goes over the network, and {OFFLINE_VARIABLE}=1 forbids it: unset it")
    policy = find_policy(policy_path)
    sinks = _named(policy, names)
    connections = Connections(policy, region)
    reach = Reaching(policy.alerts, catalogue_of(policy), connections.secrets.get)
    failed = 0
    for sink in sinks:
        answer = tried(sink, reach, uuid4().hex, clock=connections.clock)
        failed += answer.verdict != "sent"
        what = "sent" if answer.verdict == "sent" else f"not sent: {shown(answer.problem, _LONGEST)}"
        tell(f"{sink.name} ({sink.kind}): {what}")
    say(f"sinks {len(sinks)}, sent {len(sinks) - failed}, not sent {failed}")
    context.exit(exit_codes.FINDINGS if failed else exit_codes.OK)


def _sink(policy: Policy, asked: str, language: Language | None) -> tuple[Sink, bool]:
    """The sink that is meant, in the language that is meant, and whether it is one of guard.yml."""
    from msgspec.structs import replace

    from eniguard.settings.alerting import Sink, SinkKind

    named = [one for one in policy.sinks if one.name == asked]
    alike = named or [one for one in policy.sinks if one.kind == asked]
    kinds: dict[str, SinkKind] = {kind: kind for kind in get_args(SinkKind)}
    if alike:
        sink = alike[0]
    elif asked in kinds:
        sink = Sink(asked, kinds[asked], "")
    else:
        names = "".join(f"{one.name}, " for one in policy.sinks)
        raise click.UsageError(f"--sink {shown(asked)}: one of {names}{', '.join(kinds)}")
    return sink if language is None else replace(sink, language=language), bool(alike)


def _named(policy: Policy, names: tuple[str, ...]) -> list[Sink]:
    there = {one.name: one for one in policy.sinks}
    if not there:
        raise ConfigError("there is no sink to send to: name one under sinks in guard.yml")
    for name in names:
        if name not in there:
            raise click.UsageError(f"--sink {shown(name)}: one of {', '.join(there)}")
    return [there[name] for name in dict.fromkeys(names)] if names else list(policy.sinks)


def _told(one: Preview, sink: Sink) -> str:
    alerts = one.message.alerts
    rules = ", ".join(dict.fromkeys([alert.finding.rule for alert in alerts]))
    left_out = "; something was left out to fit" if one.cut else ""
    signed = "; signed when it is sent" if sink.secret is not None else ""
    return f"{sink.name} ({sink.kind}, {sink.language}): {rules}, {one.size} bytes{left_out}{signed}"


def _say_of_none(decision: Decision) -> None:
    if not decision.findings:
        say(f"no rule has a finding on event {shown(decision.event_id)}: nobody is told of it")
    if decision.undecided:
        rules = ", ".join(dict.fromkeys([one.rule for one in decision.undecided]))
        say(f"undecided, and told perhaps when more is known: {rules}")


def _no_secret(reference: str) -> str:
    raise ConfigError("a preview reads no secret")
