"""How the bundle of a function is put together."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from functools import cached_property, lru_cache
from importlib.util import find_spec
from pathlib import Path

from msgspec import Struct

import eniguard
from eniguard.bundles.archive import files_in, settle, write_archive
from eniguard.bundles.bytecode import compile_bytecode, interpreter
from eniguard.bundles.imported import Modules
from eniguard.bundles.installed import install
from eniguard.errors import ConfigError
from eniguard.rule_modules import registry_of
from eniguard.settings.compiled import compile_policy, parse_compiled
from eniguard.settings.location import COMPILED

#: The runtime that template.yml deploys; its bundles lie where that looks for them.
DEPLOYED = "python3.10"


class Bundle(Struct, frozen=True):
    """A bundle that was built: its folder, its archive, their sizes in bytes."""

    function: str
    runtime: str
    folder: Path
    archive: Path
    unpacked: int
    zipped: int
    has_bytecode: bool


class Workshop:
    """Builds the bundles of functions under one policy.

    Parameters
    ----------
    guard_yml
        The policy; the built-in defaults without one.
    into
        The folder that bundles go to: those of the runtime `DEPLOYED` by the name of their function, those of
        another one into a folder named for it.
    """

    def __init__(self, guard_yml: Path | None, into: Path) -> None:
        self._guard_yml = guard_yml
        self._into = into.absolute()
        self._interpreter = lru_cache(interpreter)

    def build(self, function: Path, runtime: str = DEPLOYED) -> Bundle:
        """Build the bundle of a function, in place of an earlier one.

        Parameters
        ----------
        function
            The folder of the function, with index.py and requirements.txt.
        runtime
            The Python to build for, as in ``python3.12``.

        Raises
        ------
        ConfigError
            The policy or a rule in it is wrong, a file of the function is missing, or a package cannot be
            installed.
        """
        version = runtime.removeprefix("python")
        place = self._into if runtime == DEPLOYED else self._into / runtime
        place.mkdir(parents=True, exist_ok=True)
        # Beside its place: a build that breaks off leaves the earlier bundle, and no half of one.
        with tempfile.TemporaryDirectory(prefix=f".{function.name}.", dir=place) as scratch:
            folder, archive = Path(scratch, function.name), Path(scratch, f"{function.name}.zip")
            self._fill(folder, function, version)
            python = self._interpreter(version)
            if python is not None:
                compile_bytecode(folder, python)
            settle(folder)
            write_archive(folder, archive)
            built = Bundle(
                function.name,
                runtime,
                place / folder.name,
                place / archive.name,
                sum(path.stat().st_size for path in files_in(folder)),
                archive.stat().st_size,
                python is not None,
            )
            shutil.rmtree(built.folder, ignore_errors=True)
            os.replace(folder, built.folder)
            os.replace(archive, built.archive)
        return built

    def _fill(self, folder: Path, function: Path, version: str) -> None:
        index, requirements = function / "index.py", function / "requirements.txt"
        for path in (index, requirements):
            if not path.is_file():
                raise ConfigError(f"{path}: not found; a function has index.py and requirements.txt")
        packages = folder / "python"
        packages.mkdir(parents=True)
        shutil.copyfile(index, folder / index.name)
        (folder / COMPILED).write_bytes(self._policy)
        install(requirements, version, packages)
        own = [path for name in self._rule_packages for path in _copy_package(name, packages)]
        sources = [path.read_text(encoding="utf-8") for path in (index, *own)]
        home = Path(eniguard.__file__).parents[1]
        for path in self._modules.files(sources):
            (packages / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(home / path, packages / path)

    @cached_property
    def _modules(self) -> Modules:
        return Modules()

    @cached_property
    def _policy(self) -> bytes:
        """The compiled policy, tried in the form in which functions read it."""
        content = compile_policy(self._guard_yml)
        registry_of(parse_compiled(content, Path(COMPILED)))
        return content

    @cached_property
    def _rule_packages(self) -> Sequence[str]:
        """The packages, or single modules, that rules of the user's own lie in."""
        modules = parse_compiled(self._policy, Path(COMPILED)).rule_modules
        return tuple(dict.fromkeys(name.partition(".")[0] for name in modules))


def _copy_package(name: str, packages: Path) -> list[Path]:
    """Copy a package or single module, unless it was installed; returns the modules in it."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise ConfigError(f"rules.modules: {name} is no module or package with an __init__.py: give it one")
    source, single = Path(spec.origin), spec.submodule_search_locations is None
    target = packages / (source.name if single else name)
    if target.exists():
        return []
    if single:
        shutil.copyfile(source, target)
        return [target]
    shutil.copytree(source.parent, target, ignore=shutil.ignore_patterns("__pycache__", "test_*.py", "tests"))
    return sorted(target.rglob("*.py"))
