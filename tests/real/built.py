"""The bundles of all functions: each is built when it is first asked for, once for all tests."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from eniguard.bundles import Bundle, Workshop
from eniguard.bundles.bytecode import interpreter

REPOSITORY = Path(__file__).parents[2]
FUNCTIONS = {path.parent.name: path.parent for path in sorted(REPOSITORY.glob("functions/*/index.py"))}
#: What is deployed, and the Python that is here where that one is not.
RUNTIME = "python3.10" if interpreter("3.10") else f"python3.{sys.version_info.minor}"
PYTHON = interpreter(RUNTIME.removeprefix("python")) or Path(sys.executable)

#: The policy in them.
GUARD = """
regions: [cn-hangzhou]
rules: {ENI001: {severity: critical}}
state: {url: env:ENIGUARD_STATE}
remediation:
  keys: {current: env:SEAL_KEY}
  approval:
    url: https://approve.example.com/
    issuer: https://login.example.com/
    client_id: eniguard
    client_secret: env:CLIENT_SECRET
    link_keys: {current: env:LINK_KEY}
    session_keys: {current: env:SESSION_KEY}
    allowed: [{claim: groups, any_of: [network-security]}]
    ram: [{claim: preferred_username, ram: user}]
"""


class Bundles(Mapping[str, Bundle]):
    """The bundles by the names of their functions; nobody changes what is in them."""

    def __init__(self, guard_yml: Path, into: Path) -> None:
        self._workshop = Workshop(guard_yml, into)
        self._built: dict[str, Bundle] = {}

    def __getitem__(self, name: str) -> Bundle:
        if name not in self._built:
            self._built[name] = self._workshop.build(FUNCTIONS[name], RUNTIME)
        return self._built[name]

    def __iter__(self) -> Iterator[str]:
        return iter(FUNCTIONS)

    def __len__(self) -> int:
        return len(FUNCTIONS)
