"""Values of secrets in KMS by name, for the secrets of the toolkit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from eniguard.errors import CloudError, ConfigError, NotFound, Transport

#: What KMS calls a secret that does not exist, with HTTP 404 (KMS, GetSecretValue).
_NONE = "Forbidden.ResourceNotFound"


class Caller(Protocol):
    """What makes the calls: `eniguard.cloud.Client`."""

    def call(self, product_name: str, action: str, parameters: Mapping[str, Any], /) -> dict[str, Any]:
        """Make one call, and give the fields of its answer."""


class SecretValues:
    """Reads secrets; keeps none, so that whoever asks decides how long a value is good.

    Parameters
    ----------
    client
        Makes the calls, in the region of the secrets.

    Examples
    --------
    >>> from eniguard.cloud import Client, Credentials
    >>> from fakealiyun import fake_aliyun
    >>> with fake_aliyun() as cloud:
    ...     keys = cloud.account()
    ...     _ = cloud.call("kms:CreateSecret", keys, SecretName="robot", SecretData="example", VersionId="1")
    ...     signer = Credentials(keys.access_key_id, keys.access_key_secret)
    ...     SecretValues(Client(lambda: signer, region="cn-hangzhou"))("robot")
    'example'
    """

    def __init__(self, client: Caller) -> None:
        self._client = client

    def __call__(self, name: str) -> str:
        """The current value of a secret.

        Raises
        ------
        CloudError
            Denied, throttled, not found, or without an answer.
        ConfigError
            Its value is binary; texts are needed.
        """
        answer = self._answer(name)
        value, kind = answer.get("SecretData"), answer.get("SecretDataType", "text")
        if kind != "text":
            raise ConfigError(f"the secret {name} is {kind}: put a text into it")
        if not isinstance(value, str):
            # What did come stays untold, for it may hold the value in another form.
            raise Transport(
                f"kms:GetSecretValue of {name} was answered without SecretData; try again later",
                product="kms",
                action="GetSecretValue",
            )
        return value

    def _answer(self, name: str) -> dict[str, Any]:
        try:
            return self._client.call("kms", "GetSecretValue", {"SecretName": name})
        except CloudError as error:
            if error.code != _NONE:
                raise
            raise NotFound(
                f"there is no secret {name} in this region: create it in KMS, or correct its name",
                product=error.product,
                action=error.action,
                code=error.code,
                request_id=error.request_id,
            ) from None
