"""One row of a permission table."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

TableName = Literal["eni", "sg"]

ENI_DOCUMENT = "Managed ENIs"
SG_DOCUMENT = "Managed security groups"
API_GATEWAY_DOCUMENT = "AliyunServiceRoleForApiGatewayConnectUserVpc"


class Row(Struct, frozen=True, gc=False):
    """One row: an API, and who may call it on a managed resource.

    Attributes
    ----------
    table, number
        The table, and the position of the row in it, from 1.
    product, api
        As in ``ecs`` and ``DeleteNetworkInterface``. The documents name the API only.
    account, service
        Whether the account, and the service that the resource belongs to, may call it.
    document
        The title of the document.
    corrected
        What is known to be different from what the row says; ``None`` when nothing is.
    """

    table: TableName
    number: int
    product: str
    api: str
    account: bool
    service: bool
    document: str
    corrected: str | None = None

    @property
    def action(self) -> str:
        """The action in the form ``ecs:DeleteNetworkInterface``."""
        return f"{self.product}:{self.api}"
