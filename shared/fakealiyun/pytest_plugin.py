"""Fixtures for pytest; ``pytest_plugins = ["fakealiyun.pytest_plugin"]`` in a ``conftest.py`` takes them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from fakealiyun.chats.serving import ChatServer
    from fakealiyun.cloud import Cloud
    from fakealiyun.server import FakeServer


@pytest.fixture
def aliyun() -> Iterator[Cloud]:
    """A fake cloud that answers the SDKs of this process, new for each test."""
    from fakealiyun.mock import fake_aliyun

    with fake_aliyun() as cloud:
        yield cloud


@pytest.fixture
def aliyun_server() -> Iterator[FakeServer]:
    """A fake cloud behind a server of this machine, new for each test."""
    from fakealiyun.cloud import Cloud
    from fakealiyun.server import served

    with served(Cloud()) as server:
        yield server


@pytest.fixture
def chat_server() -> Iterator[ChatServer]:
    """Chats behind a server of this machine, over TLS, new for each test."""
    from fakealiyun.chats.serving import fake_chats

    with fake_chats() as server:
        yield server
