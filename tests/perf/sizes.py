"""``make sizes``: what each function takes as it is deployed, for memory and time-outs in template.yml.

Each runs from its bundle in a process of its own, under the limits of template.yml, against the fake cloud
and the fake Tablestore over HTTP on loopback. The sweep looks events up at the pace the cloud allows. What
the functions are called with is the same in every run.

The columns: CPU seconds to load, of the first call, of each further one on average; MB at the most; how often
the first call (a sweep: that sweep) asks the cloud and the store; its wall seconds here; and the seconds that
it would take there, on the vCPUs of template.yml and with answers as slow as `ANSWERS` has them, with what
that is of its time-out.
"""

from __future__ import annotations

import argparse
import platform
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from eniguard.deployment.reading import read_template
from eniguard.emulator import functions_of
from eniguard.emulator.functions import Function
from eniguard.emulator.python_runtime import interpreter
from eniguard.settings.compiled import compile_policy
from tests.functional.sweeping.stage import POLICY, TIMER
from tests.perf.deliveries import (
    SECRETS,
    Delivery,
    approved_plans,
    one_object,
    pages,
    rows,
    single_events,
)
from tests.perf.deployed import Deployed, Took, around
from tests.perf.large_account import Size, busy_day, filled, running

ROOT = Path(__file__).parents[2]
GUARD = """
regions: [{regions}]
state: {{url: env:ENIGUARD_STATE}}
guard: {{roles: [eniguard]}}
remediation:
  mode: approve
  keys: {{current: env:SEAL_KEY}}
  approval:
    url: https://approve.example.com/
    issuer: https://login.example.com/
    client_id: eniguard
    client_secret: env:CLIENT_SECRET
    link_keys: {{current: env:LINK_KEY}}
    session_keys: {{current: env:SESSION_KEY}}
    allowed: [{{claim: groups, any_of: [network-security]}}]
    ram: [{{claim: preferred_username, ram: user}}]
"""
REGIONS = ("cn-hangzhou", "cn-beijing", "cn-shanghai")
#: Seconds until an answer, as assumed: of the cloud's APIs, of Tablestore; and between two LookupEvents.
ANSWERS, STORED, PACE = 0.1, 0.005, 0.5
_COLUMNS = ("load", "first", "further", "MB", "cloud", "store", "wall", "there")
#: What is said of the calls of each function, and what makes them; some get all events in one call.
_CALLED: dict[str, tuple[str, Delivery]] = {
    "trail_event": ("one event", single_events),
    "trail_log": ("{:,} rows", rows),
    "trail_file": ("{:,} in an object", one_object),
    "remediate": ("one plan", approved_plans),
    "approval": ("one page", pages),
}
_TOGETHER = ("trail_log", "trail_file")


class Measured(Struct, frozen=True):
    """A function, what template.yml gives it, and a folder for its policy."""

    function: Function
    vcpu: float
    folder: Path


def main() -> int:
    """Measure and print."""
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        functions = _functions(Path(folder), tree=options.tree)
        python = Path(interpreter(functions["sweep"].function)[0]).name
        what = "functions/ as they are in the tree" if options.tree else "bundles"
        print(f"{what}, {python} on {platform.machine()}; one run of each\n")
        print(f"{'':<44}{''.join(f'{name:>9}' for name in _COLUMNS)}")
        for name, (title, delivery) in _CALLED.items():
            events = options.events if name in _TOGETHER else options.further + 1
            _measure(functions[name], f"{name}, {title.format(events)}", delivery, events)
        for count in sorted({1, options.regions}):
            _sweeps(functions["sweep"], REGIONS[:count], options)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make sizes", description=__doc__)
    parser.add_argument("--events", type=int, default=10_000, help="rows of a range (%(default)s)")
    parser.add_argument("--further", type=int, default=200, help="calls after the first (%(default)s)")
    for name, number in (("enis", 10_000), ("groups", 2_000), ("vswitches", 200)):
        parser.add_argument(f"--{name}", type=int, default=number, help="in each region (%(default)s)")
    parser.add_argument("--day", type=int, default=3_000, help="events of a day and region (%(default)s)")
    parser.add_argument("--regions", type=int, choices=(1, 2, 3), default=3, help="at most (%(default)s)")
    parser.add_argument("--tree", action="store_true", help="functions/ with this Python, without bundles")
    return parser.parse_args()


def _functions(folder: Path, *, tree: bool) -> dict[str, Measured]:
    """The functions of template.yml by the names of their folders."""
    template = ROOT / "template.yml"
    if tree:
        text = template.read_text("utf-8").replace("code: ./build/", f"code: {ROOT}/functions/")
        template = folder / "template.yml"
        template.write_text(text, "utf-8")
    given = read_template(template).document["resources"]
    return {
        one.folder.name: Measured(one, float(given[one.folder.name]["props"]["cpu"]), folder)
        for one in functions_of(template)
    }


def _policy(folder: Path, regions: Sequence[str]) -> dict[str, str]:
    """The variables of a function whose policy names regions."""
    guard, compiled = folder / "guard.yml", folder / "policy.json"
    guard.write_text(GUARD.format(regions=", ".join(regions)), "utf-8")
    compiled.write_bytes(compile_policy(guard))
    return {"ENIGUARD_POLICY": str(compiled), **SECRETS}


def _measure(one: Measured, title: str, delivery: Delivery, events: int) -> None:
    with around(running()) as there:
        calls = delivery(there, events)
        with Deployed(one.function, there, _policy(one.folder, REGIONS[:1])) as deployed:
            first = deployed.call(calls[0])
            further = [deployed.call(each) for each in calls[1:]]
    if delivery in (rows, one_object):
        title += f", {first.answer['decided']:,} judged"
    _row(one, title, (deployed.loaded, first, further))


def _sweeps(one: Measured, regions: Sequence[str], options: argparse.Namespace) -> None:
    """The first sweep of an account, which reaches back a day, and the one after it."""
    cloud = running()
    size = Size(options.enis, options.groups, options.vswitches)
    for made in [filled(cloud, region, size) for region in regions]:
        busy_day(cloud, made, options.day)
    with (
        around(cloud, POLICY) as there,
        Deployed(one.function, there, _policy(one.folder, regions)) as deployed,
    ):
        for which in ("first", "next"):
            before = len(cloud.trail.events)
            took = deployed.call(TIMER)
            asked = Counter(event["eventName"] for event in cloud.trail.events[before:])
            load = deployed.loaded if which == "first" else None
            title = f"sweep, regions: {len(regions)}, the {which}"
            _row(one, title, (load, took, []), lookups=asked["LookupEvents"])
            _details(took, asked)
        _told(deployed)


def _row(
    one: Measured, title: str, took: tuple[float | None, Took, Sequence[Took]], *, lookups: int = 0
) -> None:
    """One line of the table: to load, the first call, and further ones."""
    load, first, further = took
    props = one.function.props
    waited = PACE * lookups + ANSWERS * (first.calls - lookups) + STORED * first.stored
    there = (first.cpu + (load or 0.0)) / one.vcpu + waited
    print(
        f"{title:<44}",
        f"{'' if load is None else f'{load:.2f}':>8}",
        f"{first.cpu:>9.2f}",
        f"{f'{sum(each.cpu for each in further) / len(further):.4f}' if further else '':>9}",
        f"{max(each.megabytes for each in (first, *further)):>9.0f}",
        f"{first.calls:>9,}{first.stored:>9,}{first.wall:>9.1f}{there:>9.1f}",
        f"  {there / props.timeout:.0%} of {props.timeout} s",
        sep="",
        flush=True,
    )


def _details(took: Took, asked: Counter[str]) -> None:
    """What a sweep asked for most, the events it met, and the parts that it did not bring to an end."""
    events = ", ".join(f"{name} {count:,}" for name, count in took.answer["events"].items() if count)
    open_parts = [part for part, ended in took.answer["ended"].items() if ended != "done"]
    print(f"    {', '.join(f'{name} {count:,}' for name, count in asked.most_common(6))}")
    print(f"    events: {events}; parts not done: {', '.join(open_parts) or 'none'}")


def _told(deployed: Deployed) -> None:
    for line in deployed.told("rules_swept"):
        left = ", ".join(f"{code}: {each['reason']}" for code, each in line["undecided"].items()) or "none"
        print(
            f"    {line['region']}: {line['findings']} findings of what stands there, "
            f"{line['calls']:,} calls, undecided: {left}"
        )


if __name__ == "__main__":
    sys.exit(main())
