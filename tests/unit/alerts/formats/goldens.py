"""The golden files: what each chat is sent for each of the messages.

``make alert-goldens`` writes them anew. Characters that are not seen are written as escapes of JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from eniguard.alerts.alert import Ended
from eniguard.alerts.formats import format_of
from eniguard.alerts.message import Message
from eniguard.model import SEVERITIES
from eniguard.settings.alerting import Language, SinkKind
from tests.messages.cases import CASES as MESSAGES
from tests.messages.cases import composed
from tests.unit.alerts.formats.messages import digest, hostile, longest, single

FOLDER = Path(__file__).parent / "goldens"
KINDS: tuple[SinkKind, ...] = tuple(kind for kind in get_args(SinkKind) if kind != "lark")
LANGUAGES: tuple[Language, ...] = get_args(Language)
CASES = ("single", "digest", "longest", "hostile", "plan", "outcome")
#: Of `tests.messages.cases`, what tells of plans and of how they ended.
COMPOSED = {
    "plan": ("plan-approve", "plan-auto", "plan-shown", "plan-without-page", "digest-of-plans"),
    "outcome": tuple(f"outcome-{ended}" for ended in get_args(Ended)),
}

_UNSEEN = re.compile("[\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\u00ad\x7f-\x9f]")


def messages(case: str) -> Iterator[tuple[str, Message]]:
    """The messages of a case by their names in its golden file."""
    for language in LANGUAGES:
        if case == "single":
            for severity in SEVERITIES:
                yield f"{language} {severity}", single(severity, language)
        elif case in COMPOSED:
            for name in COMPOSED[case]:
                alerts, repeat = MESSAGES[name]
                yield f"{language} {name}", composed(*alerts, language=language, repeat=repeat)
        else:
            made = {"digest": digest, "longest": longest, "hostile": hostile}[case]
            yield language, made(language)


def golden(kind: SinkKind, case: str) -> str:
    """What a golden file has to hold."""
    rendered: dict[str, Any] = {}
    for name, message in messages(case):
        made = format_of(kind).render(message)
        rendered[name] = {"cut": made.cut, "body": made.body}
    text = json.dumps(rendered, ensure_ascii=False, indent=1)
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"


def path(kind: SinkKind, case: str) -> Path:
    """Where it lies."""
    return FOLDER / kind / f"{case}.json"


if __name__ == "__main__":
    for one in KINDS:
        for case in CASES:
            path(one, case).parent.mkdir(parents=True, exist_ok=True)
            path(one, case).write_text(golden(one, case), encoding="utf-8")
