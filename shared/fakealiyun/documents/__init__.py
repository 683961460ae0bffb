"""What the documents say, derived from them a second time: tables, limits, and what they leave open."""

from fakealiyun.documents.assumptions import Assumptions
from fakealiyun.documents.limits import (
    ADVANCED_GROUP_QUOTA,
    BASIC_GROUP_QUOTA,
    MOST_PREFIXES_BY_API,
    PREFIX_LENGTHS,
    PREFIX_REGIONS,
    PREFIXES_PER_CALL,
)
from fakealiyun.documents.tables import ENI_TABLE, GROUP_TABLE, Row

__all__ = [
    "ADVANCED_GROUP_QUOTA",
    "BASIC_GROUP_QUOTA",
    "ENI_TABLE",
    "GROUP_TABLE",
    "MOST_PREFIXES_BY_API",
    "PREFIXES_PER_CALL",
    "PREFIX_LENGTHS",
    "PREFIX_REGIONS",
    "Assumptions",
    "Row",
]
