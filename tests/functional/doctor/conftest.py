from __future__ import annotations

from collections.abc import Iterator

import pytest

from eniguard.state import Store, open_store


@pytest.fixture
def store() -> Iterator[Store]:
    store = open_store("memory:")
    yield store
    store.close()
