"""``make sizes``: what each function takes as it is deployed, for memory and time-outs in template.yml.

Each runs from its bundle in a process of its own, under the limits of template.yml, against the fake cloud and
the fake Tablestore over HTTP on loopback. The sweep looks events up at the pace that the cloud allows. What
was made for the calls is the same in every run. Needs Linux, whose /proc tells of processes.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import tempfile
from collections import Counter
from pathlib import Path

from eniguard.emulator import functions_of
from eniguard.emulator.functions import Function
from eniguard.emulator.python_runtime import interpreter
from eniguard.settings.compiled import compile_policy
from tests.functional.sweeping.stage import POLICY, TIMER
from tests.perf.deliveries import (
    MOST_PLANS,
    SECRETS,
    Delivery,
    approved_plans,
    one_object,
    pages,
    rows,
    single_events,
)
from tests.perf.deployed import Deployed, Took, around
from tests.perf.large_account import Size, busy_day, filled, yesterday

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
#: Seconds that an answer of the cloud takes, for what a sweep would take there: a guess on the safe side.
_ANSWER = 0.1


def main() -> int:
    """Measure and print."""
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        functions = _functions(Path(folder), tree=options.tree)
        what = "from source" if options.tree else "bundles"
        python = Path(interpreter(functions["sweep"])[0]).name
        print(f"{what}, {python} on {platform.machine()}, {platform.processor() or platform.system()}; CPU and wall in s\n")
        print(f"{'':<44}{'load':>7}{'first':>9}{'further':>9}{'MB':>6}{'cloud':>8}{'store':>8}{'wall':>8}")
        for name, title, delivery, events in (
            ("trail_event", "one event; {n} further", single_events, options.further + 1),
            ("trail_log", "{e:,} rows, {j:,} judged", rows, options.events),
            ("trail_file", "{e:,} events, {j:,} judged", one_object, options.events),
            ("remediate", "one plan; {n} further", approved_plans, min(MOST_PLANS, options.further + 1)),
            ("approval", "one page; {n} further", pages, options.further + 1),
        ):
            _measure(functions[name], name, title, delivery, events, Path(folder))
        for count in sorted({1, options.regions}):
            _sweeps(functions["sweep"], REGIONS[:count], options, Path(folder))
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


def _functions(folder: Path, *, tree: bool) -> dict[str, Function]:
    """The functions of template.yml by the names of their folders."""
    template = ROOT / "template.yml"
    if tree:
        text = template.read_text("utf-8").replace("code: ./build/", f"code: {ROOT}/functions/")
        template = folder / "template.yml"
        template.write_text(text, "utf-8")
    return {one.folder.name: one for one in functions_of(template)}


def _policy(folder: Path, regions: tuple[str, ...]) -> dict[str, str]:
    """The variables of a function whose policy names regions."""
    guard, compiled = folder / "guard.yml", folder / "policy.json"
    guard.write_text(GUARD.format(regions=", ".join(regions)), "utf-8")
    compiled.write_bytes(compile_policy(guard))
    return {"ENIGUARD_POLICY": str(compiled), **SECRETS}


def _measure(
    function: Function, name: str, title: str, delivery: Delivery, events: int, folder: Path
) -> None:
    with around(yesterday()) as there:
        calls = delivery(there, events)
        with Deployed(function, there, _policy(folder, REGIONS[:1])) as deployed:
            first = deployed.call(calls[0])
            further = [deployed.call(one) for one in calls[1:]]
    judged = (first.answer or {}).get("decided", 0) if name.startswith("trail") else 0
    said = title.format(n=len(further), e=events, j=judged)
    _row(f"{name}, {said}", deployed.loaded, first, further)


def _row(title: str, loaded: float | None, first: Took, further: list[Took]) -> None:
    load = "" if loaded is None else f"{loaded:.2f}"
    each = f"{sum(one.cpu for one in further) / len(further):.4f}" if further else ""
    peak = max(one.megabytes for one in (first, *further))
    print(
        f"{title:<44}{load:>7}{first.cpu:>9.2f}{each:>9}{peak:>6.0f}"
        f"{first.calls:>8,}{first.stored:>8,}{first.wall:>8.1f}",
        flush=True,
    )


def _sweeps(function: Function, regions: tuple[str, ...], options: argparse.Namespace, folder: Path) -> None:
    cloud = yesterday()
    size = Size(options.enis, options.groups, options.vswitches)
    made = [filled(cloud, region, size) for region in regions]
    for one in made:
        busy_day(cloud, one, options.day)
    with around(cloud, POLICY) as there, Deployed(function, there, _policy(folder, regions)) as deployed:
        for number in range(2):
            before = len(cloud.trail.events)
            took = deployed.call(TIMER)
            asked = Counter(event["eventName"] for event in cloud.trail.events[before:])
            which = "the next" if number else "the first"
            _row(
                f"sweep, {len(regions)} regions, {which}", None if number else deployed.loaded, took, []
            )
            print("  ", dict(asked.most_common()), json.dumps(took.answer))
            limit = function.props.timeout
            print(took.wall / limit, (took.wall + _ANSWER * took.calls) / limit)
        for line in deployed.told("rules_swept"):
            print(line)


if __name__ == "__main__":
    sys.exit(main())
