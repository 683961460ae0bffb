from __future__ import annotations

import doctest
import importlib
import pkgutil
import subprocess
import sys
from types import ModuleType

import pytest

from eniguard import toolkit

PARTS = sorted(part.name for part in pkgutil.iter_modules(toolkit.__path__))
LATE = ("requests", "sqlite3", "redis", "opentelemetry", "pydantic", "logging", "random", "eniguard.state")


def test_all_is_the_public_namespace() -> None:
    public = {
        name
        for name, value in vars(toolkit).items()
        if not name.startswith("_") and not isinstance(value, ModuleType)
    }

    assert set(toolkit.__all__) == public


def test_importing_it_loads_nothing_that_may_come_later() -> None:
    program = f"import sys, eniguard.toolkit; print([name for name in {LATE!r} if name in sys.modules])"

    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert answer.stdout.strip() == "[]"


@pytest.mark.parametrize("name", toolkit.__all__)
def test_every_public_name_says_what_it_is(name: str) -> None:
    assert (getattr(toolkit, name).__doc__ or "").strip()


@pytest.mark.parametrize("part", PARTS)
def test_examples_in_docstrings_give_what_they_say(part: str) -> None:
    module = importlib.import_module(f"eniguard.toolkit.{part}")

    results = doctest.testmod(module)

    assert results.failed == 0


def test_the_parts_that_can_be_used_alone_have_an_example() -> None:
    shown = {name for name in toolkit.__all__ if ">>>" in (getattr(toolkit, name).__doc__ or "")}

    assert shown == {
        "BatchProcessor",
        "Deadline",
        "FcContext",
        "Idempotency",
        "Logger",
        "Metrics",
        "Redactor",
        "Secrets",
        "Tracer",
        "guard_handler",
        "idempotent",
    }
