"""Which service a managed resource belongs to, read off its free-text Description.

The documents say only that the Description of a managed ENI contains the name of the service; how that name
is written is not stated. ``PRODUCT_NAMES`` is therefore an ASSUMPTION, kept in this one place: a trusted
service name of the role index is always understood, a product's name only as far as this table goes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from eniguard.roles.catalogue import index

#: ASSUMPTION: how Descriptions may name a product, and the trusted service that puts its ENIs and groups
#: into a customer's VPC. Only products that put ENIs or groups there, and whose trusted service is known.
PRODUCT_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "api gateway": "connectuservpc.apigateway.aliyuncs.com",
        "apigateway": "connectuservpc.apigateway.aliyuncs.com",
        "nat gateway": "nat.aliyuncs.com",
        "natgateway": "nat.aliyuncs.com",
        "natgw": "nat.aliyuncs.com",
        "cloud firewall": "cloudfw.aliyuncs.com",
        "cloudfirewall": "cloudfw.aliyuncs.com",
        "cloudfw": "cloudfw.aliyuncs.com",
        "application load balancer": "alb.aliyuncs.com",
        "alb": "alb.aliyuncs.com",
        "network load balancer": "nlb.aliyuncs.com",
        "nlb": "nlb.aliyuncs.com",
        "gateway load balancer": "gwlb.aliyuncs.com",
        "gwlb": "gwlb.aliyuncs.com",
        "privatelink": "privatelink.aliyuncs.com",
        "function compute": "fc.aliyuncs.com",
        "elastic container instance": "eci.aliyuncs.com",
        "eci": "eci.aliyuncs.com",
        "polardb": "polardb.aliyuncs.com",
        "analyticdb for postgresql": "adbpg.aliyuncs.com",
        "adbpg": "adbpg.aliyuncs.com",
        "waf": "waf.aliyuncs.com",
        "sase": "csas.aliyuncs.com",
        "csas": "csas.aliyuncs.com",
        "bastionhost": "bastionhost.aliyuncs.com",
        "dataworks": "dataworks.aliyuncs.com",
        "vpn gateway": "vpn.aliyuncs.com",
        "alikafka": "alikafka.aliyuncs.com",
        "extreme nas": "extreme.nas.aliyuncs.com",
    }
)


def owner_service(description: str | None, names: Mapping[str, str] = PRODUCT_NAMES) -> str | None:
    """The trusted service that a managed resource's Description names, or ``None``.

    Parameters
    ----------
    description
        The Description as the API gives it.
    names
        Product names in lower case, each with its trusted service; replaces ``PRODUCT_NAMES``.

    Returns
    -------
    str or None
        Names count as whole words and without case; the longest one wins. When the longest ones name
        different services the answer is ``None``.
    """
    if not description:
        return None
    if names is PRODUCT_NAMES:
        return _packaged_owner(description)
    return _owner(description, _services(names))


@lru_cache(maxsize=2048)
def _packaged_owner(description: str) -> str | None:
    return _owner(description, _packaged_services())


@lru_cache(maxsize=1)
def _packaged_services() -> Mapping[str, str]:
    return _services(PRODUCT_NAMES)


def _services(names: Mapping[str, str]) -> dict[str, str]:
    """Every text that names a service: its trusted service name, and the product names."""
    return {**names, **{role.service: role.service for role in index().values() if role.service is not None}}


def _owner(description: str, services: Mapping[str, str]) -> str | None:
    text = description.lower()
    # One search a name is a hundred times cheaper than compiling one expression of all names at cold start.
    found = [name for name in services if name in text and _is_word(name, text)]
    longest = max(map(len, found), default=0)
    named = {services[name] for name in found if len(name) == longest}
    return named.pop() if len(named) == 1 else None


def _is_word(name: str, text: str) -> bool:
    """Whether a name stands by itself: ``alb.aliyuncs.com`` does not in ``clone.alb.aliyuncs.com``."""
    return re.search(rf"(?<![a-z0-9.-]){re.escape(name)}(?![a-z0-9-]|\.[a-z0-9])", text) is not None
