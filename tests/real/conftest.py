"""Fixtures for the tests with the Python SDKs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from alibabacloud_ecs20140526.client import Client as Ecs

from fakealiyun import Cloud, fake_aliyun
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
