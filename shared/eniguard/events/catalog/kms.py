"""KMS calls that change a secret (fields: KMS 2016-01-20, SDK 3.3.1); its data is no parameter of ours."""

from __future__ import annotations

from eniguard.events.catalog.shapes import Api, Shape, Where
from eniguard.model.kinds import SECRET

_TARGETS = (Where("SecretName", SECRET),)


def _secret_call(name: str) -> Api:
    return Api("kms", name, True, {"SecretName": Shape.TEXT}, _TARGETS, assumed=True)


APIS: tuple[Api, ...] = (
    _secret_call("DeleteSecret"),
    _secret_call("PutSecretValue"),
    _secret_call("UpdateSecretVersionStage"),
    _secret_call("SetSecretPolicy"),
)
