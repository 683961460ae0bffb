from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fakealiyun import Cloud
from fakealiyun.server import served
from tests.functional.sweeping.stage import REGION, Stage
from tests.real.scene import Scene, scene


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    cloud = Cloud(REGION, check_signatures=True)
    with served(cloud) as server:
        yield Stage(server, tmp_path)


@pytest.fixture
def there(stage: Stage) -> Scene:
    return scene(stage.cloud)
