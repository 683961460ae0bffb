"""Bytecode for a bundle: an instance that starts compiles nothing."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from uv import find_uv_bin

from eniguard.errors import ConfigError

#: Where Function Compute puts a bundle (docs/sources.md, Function Compute): there bytecode names its
#: source, and in no folder of this machine.
CODE = "/code"


def interpreter(version: str) -> Path | None:
    """The interpreter of a version of Python on this machine, as in ``3.10``; ``None`` without one.

    It is looked for on PATH, among pyenv's versions and among uv's.
    """
    run = subprocess.run(
        [find_uv_bin(), "python", "find", "--no-config", "--no-project", "--no-python-downloads", version],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PATH": os.pathsep.join([*_pyenv(version), os.environ.get("PATH", os.defpath)])},
    )
    return Path(run.stdout.strip()) if run.returncode == 0 else None


def _pyenv(version: str) -> list[str]:
    """The folders of pyenv's own interpreters: its shims refuse versions that are not switched on."""
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    return [str(path) for path in sorted(root.glob(f"versions/{version}.*/bin"))]


def compile_bytecode(folder: Path, python: Path) -> None:
    """Write the bytecode of every module in a folder.

    It holds without a look at the source: times are lost on the way to Function Compute.

    Parameters
    ----------
    folder
        What becomes ``/code`` there.
    python
        An interpreter of the Python that is to read it.

    Raises
    ------
    ConfigError
        A module cannot be compiled.
    """
    command = [str(python), "-m", "compileall", "-q", "-f", "--invalidation-mode", "unchecked-hash"]
    command += ["-s", str(folder), "-p", CODE, str(folder)]
    # A frozen set of texts is written in the order of their hashes.
    fixed = {"PYTHONHASHSEED": "0"}
    run = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder.anchor, env=fixed)
    if run.returncode != 0:
        raise ConfigError(f"{folder.name}: cannot be compiled:\n{(run.stdout + run.stderr).strip()}")
