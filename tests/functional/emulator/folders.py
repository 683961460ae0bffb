"""Folders with functions and a template, for the tests of the local Function Compute."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from eniguard.emulator import Function, functions_of

#: A function that does what its event says.
INDEX = '''
import json, mmap, os, subprocess, sys, time

calls = 0
initialized = 0


def initialize(context):
    global initialized
    initialized += 1


def handler(event, context):
    global calls
    calls += 1
    wish = json.loads(event or b"{}")
    print("call", calls, flush=True)
    if "raise" in wish:
        raise ValueError(wish["raise"])
    if "exit" in wish:
        os._exit(wish["exit"])
    if "sleep" in wish:
        time.sleep(wish["sleep"])
    if "megabytes" in wish:
        kept = bytearray(wish["megabytes"] << 20)
        kept[::4096] = b"x" * len(kept[::4096])
        time.sleep(wish.get("then", 0))
    if "reserve" in wish:
        mmap.mmap(-1, wish["reserve"] << 20)
    if "child" in wish:
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        return {"child": child.pid, "self": os.getpid()}
    if "bytes" in wish:
        return b"\\x00\\xff"
    if "until" in wish:
        with open(wish["until"], "a") as tries:
            tries.write("x")
        if os.path.getsize(wish["until"]) < wish["times"]:
            raise RuntimeError("not yet")
    return {
        "calls": calls,
        "initialized": initialized,
        "pid": os.getpid(),
        "size": len(event),
        "environment": dict(os.environ),
        "folder": os.getcwd(),
        "context": shape(context),
    }


def shape(context):
    """Names and values of the context, down one level."""
    found = {}
    for name, value in vars(context).items():
        found[name] = vars(value) if hasattr(value, "__dict__") and name != "logger" else str(value)
    return {name: value for name, value in found.items() if name not in ("logger", "getLogger")}
'''


def props(**more: Any) -> dict[str, Any]:
    return {
        "functionName": "guard",
        "region": "cn-hangzhou",
        "runtime": "python3.10",
        "handler": "index.handler",
        "code": "./code",
        "timeout": 20,
        "memorySize": 256,
        **more,
    }


def template(folder: Path, *functions: dict[str, Any], source: str = INDEX) -> Path:
    """A template.yml beside the code of its functions."""
    (folder / "code").mkdir(exist_ok=True)
    (folder / "code" / "index.py").write_text(source, encoding="utf-8")
    resources = {
        f"function_{number}": {"component": "fc3", "props": one}
        for number, one in enumerate(functions or (props(),))
    }
    path = folder / "template.yml"
    path.write_text(yaml.safe_dump({"edition": "3.0.0", "resources": resources}), encoding="utf-8")
    return path


def functions(folder: Path, *wanted: dict[str, Any], source: str = INDEX) -> list[Function]:
    return functions_of(template(folder, *wanted, source=source), {})
