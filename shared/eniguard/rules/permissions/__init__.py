"""The permission tables of the source documents, as data.

Rows are the documents', number by number; what is known to be different today stands beside a row in
``corrected``, never in place of it. A row says what may be done to a *managed* resource; what a service's
role may do at all is its policy's affair (``eniguard.roles``): both have to hold.
"""

from eniguard.rules.permissions.api_gateway import API_GATEWAY_POLICY, PolicyTable
from eniguard.rules.permissions.eni import (
    DOCUMENTS_ENI_CODE,
    ENI_TABLE,
    UNDOCUMENTED_ENI_TAG_WRITES,
    UNDOCUMENTED_ENI_WRITES,
    eni_row,
)
from eniguard.rules.permissions.rows import Row, TableName
from eniguard.rules.permissions.security_group import SG_REFERENCES, SG_TABLE, sg_row
from eniguard.rules.permissions.verdicts import account_forbidden

__all__ = [
    "API_GATEWAY_POLICY",
    "DOCUMENTS_ENI_CODE",
    "ENI_TABLE",
    "SG_REFERENCES",
    "SG_TABLE",
    "UNDOCUMENTED_ENI_TAG_WRITES",
    "UNDOCUMENTED_ENI_WRITES",
    "PolicyTable",
    "Row",
    "TableName",
    "account_forbidden",
    "eni_row",
    "sg_row",
]
