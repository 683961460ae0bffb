"""The APIs of Function Compute: the present one, and the one with services, called as ``fc-open``."""

from __future__ import annotations

from fakealiyun.fc.responses import HANDLERS, OLD_HANDLERS
from fakealiyun.services import Service

FC = Service(product="fc", name="Fc", hosts=("fc", "fcv3"), version="2023-03-30", handlers=HANDLERS)
FC_OPEN = Service(
    product="fc", name="Fc", hosts=("fc-open",), version="2021-04-06", handlers=OLD_HANDLERS, in_process=True
)
