"""``eniguard record``: events out of the cloud into a folder that ``eniguard replay`` decides."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from eniguard.cli import exit_codes
from eniguard.cli.policy_option import policy_option
from eniguard.cli.progress import progress_bar
from eniguard.cli.record_options import Wanted, filters, logstore, moment, objects
from eniguard.cli.safe import say, shown
from eniguard.errors import CloudError, ConfigError, InputError

if TYPE_CHECKING:
    from eniguard.cli.connections import Connections
    from eniguard.recording import Recorder, RecordingFolder, Redaction
    from eniguard.recording.inputs import EventInput
    from eniguard.settings import Policy

_EPILOG = """\b
Examples:
  eniguard record --since 2026-03-01T08:00:00Z --until 2026-03-01T09:00:00Z incident
  eniguard record --since 2026-03-01 --filter ServiceName=Ecs --no-state week
  eniguard record --logstore audit/actiontrail_main --since 2026-03-01 march
  eniguard record --objects oss://evidence/AliyunLogs/Actiontrail/cn-hangzhou/2026/03/01/ day

\b
Exit codes, highest first:
  2    usage or configuration
  4    input that could not be read to its end, or nothing to record
  0    none of these
  130  interrupted"""


@click.command(short_help="Record events of the cloud into a folder, redacted.", epilog=_EPILOG)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--since", metavar="TIME", callback=moment, help="First moment; needed unless --objects is given."
)
@click.option("--until", metavar="TIME", callback=moment, help="Last second; by default now.")
@click.option("--region", metavar="ID", help="Where to look; else as the environment or guard.yml says.")
@click.option(
    "--filter",
    "wanted_filters",
    metavar="KEY=VALUE",
    multiple=True,
    callback=filters,
    help="What LookupEvents looks for; twice at most, in pairs that it takes.",
)
@click.option(
    "--logstore",
    "wanted_logstore",
    metavar="PROJECT/LOGSTORE",
    callback=logstore,
    help="Read a logstore that a trail delivers to.",
)
@click.option(
    "--objects",
    "wanted_objects",
    metavar="oss://BUCKET/PREFIX",
    callback=objects,
    help="Read objects that a trail delivered.",
)
@click.option("--no-state", is_flag=True, help="Leave out the state of the region.")
@click.option(
    "--key",
    metavar="env:NAME|file:PATH",
    default="env:ENIGUARD_RECORD_KEY",
    show_default=True,
    help="Where the secret is that pseudonyms are made with.",
)
@policy_option
@click.pass_context
def record(
    context: click.Context,
    /,
    *,
    folder: Path,
    since: float | None,
    until: float | None,
    region: str | None,
    wanted_filters: dict[str, str],
    wanted_logstore: tuple[str, str] | None,
    wanted_objects: tuple[str, str] | None,
    no_state: bool,
    key: str,
    policy_path: str | None,
) -> None:
    """Record events of the cloud into FOLDER, which has to be empty or not there.

    Events come from LookupEvents, from a logstore or from a bucket. Accounts, names, ids and addresses are
    replaced by pseudonyms, the same in every recording made with the same secret, and a replay of FOLDER
    finds what a replay of the originals finds. The state of the region as it is now goes along. Nothing in
    the cloud is changed.
    """
    from eniguard.cli.connections import OFFLINE_VARIABLE, Connections
    from eniguard.recording import Pseudonyms, Recorder, RecordingFolder, Redaction, secret_of
    from eniguard.settings.location import find_policy

    if os.environ.get(OFFLINE_VARIABLE) == "1":
        raise ConfigError(f"record asks the cloud, and {OFFLINE_VARIABLE}=1 forbids it: unset it")
    wanted = Wanted(since, until, wanted_filters, wanted_logstore, wanted_objects)
    wanted.check()
    policy = find_policy(policy_path)
    redaction = Redaction(Pseudonyms(secret_of(key, os.environ)), policy)
    connections = Connections(policy, region)
    now = time.time()
    source = _source(connections, wanted, now)
    connections.credentials()  # none at all is told before a folder is made
    into = RecordingFolder(folder)
    recorder = Recorder(redaction, into, since=since, until=until, unreadable=_say_unreadable)
    try:
        with progress_bar(None, lambda: 0, lambda: recorder.done.read):
            recorder.run(source, now)
    except CloudError as error:
        say(f"eniguard: {shown(str(error))}")
        context.exit(_broke_off(recorder, into, source))
    if not recorder.done.recorded:
        into.discard()
        _say_counts(recorder)
        raise InputError(_nothing(recorder), path=str(folder))
    decided_with = _guard_file(policy, redaction, into)
    whole = no_state or _state(connections, redaction, into, recorder)
    into.finish()
    _say_counts(recorder)
    say(f"decide it: eniguard replay {decided_with}{shown(str(folder))}")
    context.exit(exit_codes.OK if whole and not recorder.done.unreadable else exit_codes.UNREADABLE)


def _source(connections: Connections, wanted: Wanted, now: float) -> EventInput:
    since, until = wanted.since or 0.0, now if wanted.until is None else wanted.until
    if wanted.objects is not None:
        return _bucket(connections, *wanted.objects)
    if wanted.logstore is not None:
        return _rows(connections, *wanted.logstore, since=since, until=until)
    try:
        from eniguard.cloud.lookup_events import EventLookup
    except ImportError:
        raise ConfigError("LookupEvents needs the official client: install eniguard[aliyun]") from None
    from eniguard.recording import LookupInput

    lookup = EventLookup(
        connections.credentials,
        region=connections.region,
        endpoints=connections.endpoints,
        attributes=wanted.filters,
    )
    return LookupInput(lookup, since, until)


def _bucket(connections: Connections, bucket: str, prefix: str) -> EventInput:
    from eniguard.cloud.object_listing import ObjectListing
    from eniguard.cloud.objects import ObjectReader
    from eniguard.recording import ObjectInput

    reads, address = connections.reads, connections.address("oss")
    return ObjectInput(
        ObjectListing(reads, address=address, internal=False),
        ObjectReader(reads, address=address, internal=False),
        region=connections.region,
        bucket=bucket,
        prefix=prefix,
    )


def _rows(connections: Connections, project: str, store: str, *, since: float, until: float) -> EventInput:
    from eniguard.cloud.logs import LogPuller, LogRange
    from eniguard.recording import LogInput

    place = LogRange(f"{connections.region}.log.aliyuncs.com", project, store, 0, "", "")
    return LogInput(LogPuller(connections.reads, address=connections.address("log")), place, since, until)


def _guard_file(policy: Policy, redaction: Redaction, into: RecordingFolder) -> str:
    """Put the guard.yml down if there is one; gives the option that names it to a replay."""
    if policy.source is None:
        return ""
    from eniguard.recording import redacted_guard_file

    text = Path(policy.source).read_text(encoding="utf-8")
    found = into.write_guard_file(redacted_guard_file(text, redaction))
    return f"--policy {shown(str(found))} "


def _state(connections: Connections, redaction: Redaction, into: RecordingFolder, recorder: Recorder) -> bool:
    """Put the state of the region down; whether all of it could be read."""
    from eniguard.recording import RegionState
    from eniguard.recording.folder import STATE

    try:
        own = connections.client.call("sts", "GetCallerIdentity", {})
        state = RegionState(
            connections.client,
            str(own.get("AccountId") or ""),
            connections.region,
            redaction,
            clock=connections.clock,
        )
        with progress_bar(None, lambda: 0, lambda: state.count):
            state.write(into.path / STATE, recorder.done.named)
    except CloudError as error:
        say(f"eniguard: no state was recorded: {shown(str(error))}")
        return False
    for kind, reason in state.missing.items():
        say(f"eniguard: state: {kind} is left out, or not all there: {shown(reason)}")
    say(f"state of {connections.region}: resources {state.count}")
    return not state.missing


def _broke_off(recorder: Recorder, into: RecordingFolder, source: EventInput) -> int:
    """Say how far a recording came; one that came nowhere leaves nothing."""
    if not recorder.done.recorded:
        into.discard()
        return exit_codes.UNREADABLE
    _say_counts(recorder)
    say(
        f"the recording is not whole, as {shown(str(into.path))} says: "
        f"{source.go_on(recorder.done.last)}; replays take several folders, and an event twice counts once"
    )
    return exit_codes.UNREADABLE


def _say_counts(recorder: Recorder) -> None:
    from eniguard.events.times import written

    done = recorder.done
    counts = {
        "read": done.read,
        "recorded": done.recorded,
        "not concerned": done.not_concerned,
        "outside the window": done.outside,
        "unreadable": done.unreadable,
    }
    times = (
        "" if done.first is None or done.last is None else f"; {written(done.first)} to {written(done.last)}"
    )
    say(f"{', '.join(f'{name} {count}' for name, count in counts.items())}{times}")


def _nothing(recorder: Recorder) -> str:
    if not recorder.done.read:
        return "nothing was recorded: there are no events in this window or below this prefix"
    return "nothing was recorded: no event in this window is a call that a rule looks at"


def _say_unreadable(error: InputError) -> None:
    say(f"eniguard: {shown(str(error))}")
