"""Plays every scenario and writes events/: the recorded calls, their snapshots and what is expected of them.

The public samples and the README are left as they are; every other file is written anew. What is expected is
what the rules say now: look at what changed in expectations.yml before keeping it.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from eniguard.errors import InputError
from eniguard.replay.engine import Entry, Replay
from eniguard.replay.options import Options
from eniguard.replay.sweeps import SweepEntry
from tests.scenarios.catalogue import stages
from tests.scenarios.deliveries import delivered, snapshot_file
from tests.scenarios.guard_itself import GUARD_YML, POLICY

EVENTS = Path(__file__).parents[2] / "events"
EXPECTATIONS = "expectations.yml"
_KEPT = ("README.md", "samples")
_HEAD = """\
# What each recorded call is expected to give: a list of findings, [] for none. Written by `make events`.
# The key is the path of the file, or path#eventId in a file with several events.
# On some events a rule cannot be decided; a comment says so. That is no finding.
"""
#: Cases of which more is to be said than the scenario does.
_SAMPLES = {
    "samples/create-network-interface": "An older service role creates an ENI.",
    "samples/run-instances-console": "A console call with real numbers and booleans.",
}


def write(folder: Path, samples: Path = EVENTS / "samples") -> None:
    """Write all recorded calls below a folder, which may hold what an earlier run wrote.

    Parameters
    ----------
    folder
        Receives the files.
    samples
        The public samples, copied when they are elsewhere.
    """
    if samples.parent != folder:
        shutil.copytree(samples, folder / "samples", dirs_exist_ok=True)
    for old in folder.iterdir():
        if old.is_dir() and old.name not in _KEPT:
            shutil.rmtree(old)
    sentences = dict(_SAMPLES)
    for path, sentence, content in _files():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        if sentence:
            sentences[_stem(path)] = sentence
    (folder / "guard.yml").write_text(GUARD_YML, "utf-8")
    (folder / EXPECTATIONS).write_text(_expectations(folder, sentences), "utf-8")


def _files() -> Iterator[tuple[str, str, bytes]]:
    for stage in stages():
        for folder, snapshot in stage.folders.items():
            yield (*_apart(snapshot_file(f"{folder}/state.json", snapshot)),)
        for case in stage.cases:
            if case.events:
                path, content = delivered(case, stage.trail)
                yield path, case.sentence, content
            if case.state is not None:
                path, content = snapshot_file(f"{case.path}.state.json", case.state)
                yield path, "" if case.events else case.sentence, content


def _apart(file: tuple[str, bytes]) -> tuple[str, str, bytes]:
    return file[0], "", file[1]


def _stem(path: str) -> str:
    folder, _, name = path.rpartition("/")
    return f"{folder}/{name.partition('.')[0]}"


def _expectations(folder: Path, sentences: dict[str, str]) -> str:
    entries = list(_decided(folder))
    several = {one.path for one in entries if sum(one.path == other.path for other in entries) > 1}
    lines, family, path = [_HEAD], "", ""
    for entry in sorted(entries, key=lambda one: one.path.rpartition("/")[::2]):
        if (here := entry.path.rpartition("/")[0]) != family:
            family = here
            lines.append(f"\n# {family}/\n")
        if entry.path != path:
            path = entry.path
            lines.append(f"# {sentences.get(_stem(path), '')}\n")
        lines += _entry(entry, entry.key if path in several else path, several)
    return "".join(lines)


def _entry(entry: Entry | SweepEntry, key: str, several: set[str]) -> Iterator[str]:
    if isinstance(entry, Entry) and entry.path in several:
        yield f"# {entry.decision.action}, {entry.decision.outcome}\n"
    said = entry.decision if isinstance(entry, Entry) else entry.sweep
    if said.undecided:
        yield f"# Undecided: {', '.join(sorted({one.rule for one in said.undecided}))}.\n"
    name = json.dumps(key) if ": " in key else key
    found = sorted((one.rule, one.severity, one.subject.id) for one in said.findings)
    if not found:
        yield f"{name}: []\n"
        return
    yield f"{name}:\n"
    for rule, severity, subject in found:
        yield f"  - {{rule: {rule}, severity: {severity}, subject: {subject}}}\n"


def _decided(folder: Path) -> Iterator[Entry | SweepEntry]:
    for one in Replay(Options(paths=(str(folder),), policy=POLICY, every=True)):
        if isinstance(one, InputError):
            raise one
        yield one


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else EVENTS)
