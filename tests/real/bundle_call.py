"""Run by the interpreter of a function: nothing is importable but the standard library and the bundle.

    python -I -S bundle_call.py BUNDLE [PAYLOAD]

It prints the log lines of the call, what the handler returned, and a line of what was loaded.
"""

from __future__ import annotations

import json
import sys
from types import SimpleNamespace


def main() -> None:
    folder, *payload = sys.argv[1:]
    sys.path[:0] = [folder, f"{folder}/python"]
    import index

    context = SimpleNamespace(request_id="r-1", region="cn-hangzhou", account_id="1234567890123456")
    index.initialize(context)
    if payload:
        answer = index.handler(payload[0].encode(), context)
        # What is no text is written as the runtime does it.
        sys.stdout.write(f"{answer if isinstance(answer, str) else json.dumps(answer)}\n")
    loaded = {
        "modules": sorted(sys.modules),
        "from": [sys.modules[name].__file__ for name in ("index", "eniguard", "msgspec")],
    }
    sys.stdout.write(f"{json.dumps(loaded)}\n")


if __name__ == "__main__":
    main()
