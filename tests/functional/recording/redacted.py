"""A folder of events and snapshots redacted file by file, as a recording of it would have them."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

from eniguard.events.envelopes import Batch
from eniguard.recording import Pseudonyms, Redaction
from eniguard.replay.files import FOLDER_STATE, Source, events, sources

SECRET = b"0123456789abcdef0123456789abcdef"


def redaction(secret: bytes = SECRET) -> Redaction:
    return Redaction(Pseudonyms(secret))


def redact_folder(original: Path, copy: Path, redaction: Redaction) -> None:
    """Every event file and snapshot, under the same path, in plain JSON lines and JSON."""
    for one in sources([str(original)]):
        assert isinstance(one, Source) or not hasattr(one, "problem"), one
        if isinstance(one, Source):
            _redact_events(one, copy / one.relative, redaction)
    for folder, _, names in os.walk(original):
        for name in names:
            plain = name.removesuffix(".gz")
            if plain == FOLDER_STATE or plain.endswith(".state.json"):
                path = Path(folder, name)
                _redact_state(path, copy / path.relative_to(original), redaction)


def _redact_events(source: Source, target: Path, redaction: Redaction) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    lines = b"".join(
        json.dumps(redaction.event(concerned.call)).encode() + b"\n"
        for batch in events(source)
        for concerned in _sound(batch).concerned
    )
    target.write_bytes(lines or b"[]")


def _sound(batch: Batch) -> Batch:
    assert batch.errors == []
    return batch


def _redact_state(path: Path, target: Path, redaction: Redaction) -> None:
    data = path.read_bytes()
    state = json.loads(gzip.decompress(data) if path.suffix == ".gz" else data)
    state["account_id"] = redaction.pseudonyms.account(state["account_id"])
    state["resources"] = {
        kind: [redaction.item(kind, one) for one in items] for kind, items in state["resources"].items()
    }
    target.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(state).encode()
    target.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)
