"""The examples of the documentation and the README run as they are written."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
PAGES = ["docs/fakealiyun.md", "docs/lookups.md", "README.md"]
#: A fenced block with its language.
BLOCK = re.compile(r"^```(?P<language>\w+)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)
#: The first line of a block that is a file.
FILE = re.compile(r"# (?P<name>\w+\.py)\n")


@dataclass(frozen=True)
class Block:
    """One fenced block; ``file`` is the name in its first line, for one that is a file."""

    language: str
    code: str
    place: str
    file: str | None


def blocks() -> Iterator[Block]:
    for page in PAGES:
        text = (REPOSITORY / page).read_text(encoding="utf-8")
        for found in BLOCK.finditer(text):
            file = FILE.match(found["code"])
            line = text.count("\n", 0, found.start()) + 2
            yield Block(
                found["language"], found["code"], f"{page}:{line}", None if file is None else file["name"]
            )


def runnable(language: str) -> list[Block]:
    return [block for block in blocks() if block.language == language and block.file is None]


def run(command: list[str], code: str, folder: Path) -> None:
    search = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    ended = subprocess.run(
        command,
        input=code,
        cwd=folder,
        env={**os.environ, "PATH": search},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_no_block_is_in_a_language_that_is_not_run() -> None:
    assert {block.language for block in blocks()} == {"python", "sh"}


@pytest.mark.parametrize("block", runnable("python"), ids=lambda block: block.place)
def test_python_example_runs(block: Block, tmp_path: Path) -> None:
    run([sys.executable, "-"], block.code, tmp_path)


@pytest.mark.parametrize("block", runnable("sh"), ids=lambda block: block.place)
def test_shell_example_runs(block: Block, tmp_path: Path) -> None:
    run(["bash", "-euo", "pipefail"], block.code, tmp_path)


def test_pytest_example_runs(tmp_path: Path) -> None:
    files = {block.file: block.code for block in blocks() if block.file is not None}
    for name, code in files.items():
        (tmp_path / name).write_text(code, encoding="utf-8")

    assert files.keys() == {"conftest.py", "test_network.py"}
    run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "."], "", tmp_path)
