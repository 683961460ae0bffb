"""A store in a file and a chat, by one clock."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from eniguard.state import Store, open_store
from tests.functional.alerts.stage import Chat, Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path}/state.db", clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def chat(clock: Clock) -> Chat:
    return Chat(clock)
