"""The functions against a fake cloud behind a server."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.functional.cloud.conftest import Live, live
from tests.functional.delivery.scene import Guard

__all__ = ["guard", "live"]


@pytest.fixture
def guard(live: Live, tmp_path: Path) -> Guard:
    return Guard(live, tmp_path)
