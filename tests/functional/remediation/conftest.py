from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fakealiyun import Cloud
from fakealiyun.server import served
from tests.functional.cloud.conftest import REGION, Live
from tests.functional.remediation.scene import Scene

Play = Callable[..., Scene]


@pytest.fixture
def live() -> Iterator[Live]:
    cloud = Cloud(REGION, check_signatures=True)
    with served(cloud) as server:
        yield Live(cloud, server)


@pytest.fixture
def play(live: Live, tmp_path: Path) -> Play:
    """Opens a scene with what `remediation` says in guard.yml."""

    def opened(remediation: str = "mode: approve") -> Scene:
        return Scene(live, tmp_path, remediation)

    return opened
