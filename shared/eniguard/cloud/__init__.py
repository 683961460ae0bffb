"""A lean client of the Alibaba Cloud API: signed, patient within a deadline, and silent about secrets.

::

    client = Client(FunctionCredentials(), region="cn-hangzhou")
    client.call("ecs", "DescribeNetworkInterfaces", {"NetworkInterfaceId": ["eni-bp1example"]})

`requests` is imported by the first call, not before.
"""

from eniguard.cloud.accounts import Accounts
from eniguard.cloud.assumed_role import AssumedRole
from eniguard.cloud.client import Client
from eniguard.cloud.credentials import (
    Credentials,
    CredentialsProvider,
    FunctionCredentials,
    Renewable,
    from_chain,
    from_context,
    from_environment,
)
from eniguard.cloud.endpoints import PRODUCTS, Product, endpoint
from eniguard.cloud.flattening import flatten
from eniguard.cloud.request import Answer
from eniguard.cloud.retries import Retries

__all__ = [
    "PRODUCTS",
    "Accounts",
    "Answer",
    "AssumedRole",
    "Client",
    "Credentials",
    "CredentialsProvider",
    "FunctionCredentials",
    "Product",
    "Renewable",
    "Retries",
    "endpoint",
    "flatten",
    "from_chain",
    "from_context",
    "from_environment",
]
