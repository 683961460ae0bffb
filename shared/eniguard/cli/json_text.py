"""Records as JSON that any reader takes and no terminal acts on."""

from __future__ import annotations

import json
import sys
from typing import Any

import msgspec

_ENCODER = msgspec.json.Encoder()


def json_text(record: Any) -> str:
    """One record as a line of JSON.

    Characters that do not print (control and bidi characters, lone surrogates …) stand as escapes; what the
    JSON says stays the same.
    """
    try:
        text = _ENCODER.encode(record).decode()
    except UnicodeEncodeError:
        # A lone surrogate has no UTF-8 form.
        return json.dumps(msgspec.to_builtins(record), separators=(",", ":"))
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else json.dumps(one)[1:-1] for one in text)


def indented(document: Any) -> str:
    """A document for people to read, such as a schema, as indented JSON."""
    return json.dumps(msgspec.to_builtins(document), indent=2)


def laid_out(document: Any) -> str:
    """A document as indented JSON whose texts can be read in any script.

    As with `json_text`, characters that do not print stand as escapes.
    """
    text = json.dumps(document, indent=2, ensure_ascii=False)
    return "".join(one if one.isprintable() or one == "\n" else json.dumps(one)[1:-1] for one in text)


def tell_json(text: str) -> None:
    """Write JSON to standard output: as UTF-8, whatever the terminal speaks."""
    if sys.stdout is not None:
        sys.stdout.buffer.write(text.encode())
