"""The APIs of KMS."""

from __future__ import annotations

from fakealiyun.kms.responses import HANDLERS
from fakealiyun.services import Service

KMS = Service(product="kms", name="Kms", hosts=("kms",), version="2016-01-20", handlers=HANDLERS)
