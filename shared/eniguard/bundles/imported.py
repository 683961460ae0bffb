"""Which modules of eniguard code imports, sooner or later: the files of a bundle."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from grimp import build_graph

import eniguard

_ROOT = Path(eniguard.__file__).parent
_NAME = eniguard.__name__


class Modules:
    """The modules of eniguard and what they import, wherever the import stands, types alone left out."""

    def __init__(self) -> None:
        self._graph = build_graph(_NAME, exclude_type_checking_imports=True, cache_dir=None)

    def files(self, sources: Iterable[str]) -> list[Path]:
        """The files of eniguard that code needs, sorted, each relative to the folder that eniguard lies in.

        Parameters
        ----------
        sources
            Texts of Python modules, each of which may import from eniguard.
        """
        needed = self._closed(name for source in sources for name in _imports(source))
        return sorted(
            path.relative_to(_ROOT.parent)
            for path in _ROOT.rglob("*")
            if path.is_file() and "__pycache__" not in path.parts and _module(path) in needed
        )

    def _closed(self, names: Iterable[str]) -> set[str]:
        """Modules by any names in or of them, with the packages they lie in and all that those import."""
        left = [module for name in names for module in _upward(name)]
        found: set[str] = set()
        while left:
            name = left.pop()
            if name not in found and name in self._graph.modules:
                found.add(name)
                for module in self._graph.find_modules_directly_imported_by(name):
                    left += _upward(module)
        return found


def _imports(source: str) -> Iterator[str]:
    """Full names of what a module imports; ``from a import b`` is ``a.b``."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _upward(name: str) -> Iterator[str]:
    """A dotted name, and those of the packages above it."""
    while name:
        yield name
        name = name.rpartition(".")[0]


def _module(path: Path) -> str:
    """The module in a file; of other files the package that they lie in."""
    if path.suffix == ".py" and path.name != "__init__.py":
        return ".".join(path.relative_to(_ROOT.parent).with_suffix("").parts)
    folder = path.parent
    while not (folder / "__init__.py").is_file():
        folder = folder.parent
    return ".".join(folder.relative_to(_ROOT.parent).parts)
