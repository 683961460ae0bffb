"""Pinned packages for the Python of Function Compute, whatever Python is at hand."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from uv import find_uv_bin

from eniguard.errors import ConfigError

#: What the built-in runtimes run: x86_64, on a glibc of 2.28 (docs/sources.md, Function Compute).
PLATFORM = "x86_64-manylinux2014"
#: What an installer leaves behind: paths and times of this machine, and scripts that nothing calls.
_TRACES = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json", "uv_build.json")
_SCRIPTS = ("bin", ".lock")
#: Libraries that packages do without where they are missing: a third of a bundle, for one version of Python
#: only, and what aiohttp reads websockets with, which the SDK of Tablestore has none of.
_NOT_USED = ("tablestore/ots_sdk/*.so", "aiohttp/_websocket/*.so")
#: What compiled parts and type checkers are made from.
_SOURCES = tuple([f"**/*.{suffix}" for suffix in ("c", "h", "pxd", "pyi", "pyx")])


def install(requirements: Path, version: str, target: Path) -> None:
    """Install pinned packages into a folder, as they are on Function Compute.

    Packages that come as source are built with the setuptools beside this Python.

    Parameters
    ----------
    requirements
        A requirements.txt in which each package is pinned with hashes.
    version
        The Python to install for, as in ``3.10``.
    target
        The folder, made if it is not there.

    Raises
    ------
    ConfigError
        A package cannot be installed, or only in a form for this machine.
    """
    # pip evaluates environment markers for the Python that runs it, uv for the one that it installs for.
    command = [find_uv_bin(), "pip", "install", "--quiet", "--no-config"]
    command += ["--no-deps", "--require-hashes", "--requirement", str(requirements), "--target", str(target)]
    command += ["--python-version", version, "--python-platform", PLATFORM]
    command += ["--python", sys.executable, "--no-build-isolation"]
    # Else files share their place with those of uv's cache, which must keep their times and modes.
    command += ["--link-mode", "copy"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode != 0:
        raise ConfigError(f"{requirements}: cannot be installed for Python {version}:\n{run.stderr.strip()}")
    _check_platform(requirements, target)
    _remove_needless(target)


def _check_platform(requirements: Path, target: Path) -> None:
    """A package with compiled code that came as source was compiled for this machine."""
    for wheel in sorted(target.glob("*.dist-info/WHEEL")):
        tags = [line.removeprefix("Tag: ") for line in wheel.read_text().splitlines() if "Tag: " in line]
        if not any(tag.endswith("-any") or "-manylinux" in tag for tag in tags):
            raise ConfigError(
                f"{requirements}: {wheel.parent.stem} comes as source and was compiled for this machine: "
                f"pin a version that has a wheel for {PLATFORM}"
            )


def _remove_needless(target: Path) -> None:
    traces = [f"*.dist-info/{name}" for name in _TRACES]
    for path in {path for one in (*traces, *_NOT_USED, *_SOURCES) for path in target.glob(one)}:
        path.unlink()
    for path in (target / name for name in _SCRIPTS):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
