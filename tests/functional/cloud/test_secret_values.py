"""Secrets read by name out of a fake KMS over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from eniguard.cloud.secret_values import SecretValues
from eniguard.errors import ConfigError, Denied, NotFound, Transport
from tests.functional.cloud.conftest import Live


def make(live: Live, value: str = "first", **options: Any) -> None:
    live.cloud.call(
        "kms:CreateSecret",
        live.cloud.account(),
        SecretName="robot",
        SecretData=value,
        VersionId="1",
        **options,
    )


def test_current_value_is_read_each_time(live: Live) -> None:
    read = SecretValues(live.client())
    make(live)

    first = read("robot")
    live.cloud.call(
        "kms:PutSecretValue", live.cloud.account(), SecretName="robot", SecretData="second", VersionId="2"
    )

    assert (first, read("robot")) == ("first", "second")


def test_throttling_is_waited_for(live: Live) -> None:
    make(live)
    live.cloud.fail("kms:GetSecretValue", code="Throttling.User", times=2)

    assert SecretValues(live.client())("robot") == "first"
    assert len(live.waits) == 2


def test_what_cannot_be_read_is_an_error_without_the_value(live: Live) -> None:
    make(live, "aGlkZGVu", SecretDataType="binary")
    nobody = live.cloud.role("nobody", policy={"Version": "1", "Statement": []})

    with pytest.raises(NotFound):
        SecretValues(live.client())("none")
    with pytest.raises(Denied):
        SecretValues(live.client(nobody))("robot")
    with pytest.raises(ConfigError, match="binary") as binary:
        SecretValues(live.client())("robot")

    assert "aGlkZGVu" not in str(binary.value)


def test_answer_without_a_value_is_no_answer() -> None:
    class Odd:
        def call(self, product_name: str, action: str, parameters: Any, /) -> dict[str, Any]:
            return {"SecretName": "robot", "CiphertextForRecipient": "hidden"}

    with pytest.raises(Transport) as lost:
        SecretValues(Odd())("robot")

    assert "hidden" not in str(lost.value)
