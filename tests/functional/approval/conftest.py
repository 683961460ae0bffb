from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import responses

from tests.functional.approval.issuer import Issuer
from tests.functional.approval.scene import ALICE, Browser, Clock, Scene


@pytest.fixture
def issuer(clock: Clock) -> Iterator[Issuer]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as answers:
        found = Issuer(answers, clock)
        found.person = dict(ALICE)
        yield found


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def scene(tmp_path: Path, issuer: Issuer, clock: Clock) -> Scene:
    return Scene(tmp_path, issuer, clock)


@pytest.fixture
def browser(scene: Scene) -> Browser:
    return Browser(scene)
