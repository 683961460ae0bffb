"""Fixtures for the tests with the Python SDKs and with bundles."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alibabacloud_ecs20140526.client import Client as Ecs

from fakealiyun import Cloud, fake_aliyun
from tests.real.built import GUARD, Bundles
from tests.real.ecs_calls import REGION, config
from tests.real.scene import Scene, scene


@pytest.fixture(params=["ACS3-HMAC-SHA256", "v2"])
def algorithm(request: pytest.FixtureRequest) -> str:
    """The signature that clients are told to make; the first is their own choice."""
    return str(request.param)


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    """A fake cloud that answers the SDKs of this process and checks what they sign."""
    with fake_aliyun(REGION, check_signatures=True) as found:
        yield found


@pytest.fixture
def there(cloud: Cloud) -> Scene:
    return scene(cloud)


@pytest.fixture
def client(cloud: Cloud, algorithm: str) -> Ecs:
    return Ecs(config(cloud.account("alice"), signature_algorithm=algorithm))


@pytest.fixture(scope="session")
def guard_yml(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The policy that the bundles are built with."""
    path = tmp_path_factory.mktemp("policy") / "guard.yml"
    path.write_text(GUARD, "utf-8")
    return path


@pytest.fixture(scope="session")
def bundles(tmp_path_factory: pytest.TempPathFactory, guard_yml: Path) -> Bundles:
    """What is deployed of each function."""
    return Bundles(guard_yml, tmp_path_factory.mktemp("bundles"))
