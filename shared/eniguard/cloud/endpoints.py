"""Where each product answers, and in which version it is spoken to (docs/sources.md, API)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from msgspec import Struct

from eniguard.errors import ConfigError

#: A region becomes part of a host, and events name regions: nothing else may.
_REGION = re.compile(r"[a-z]{2,8}(-[a-z0-9]{1,16}){1,4}")
#: Key of an override that counts for every product without one of its own.
ANY_PRODUCT = "*"


class Product(Struct, frozen=True):
    """A product of the cloud.

    Attributes
    ----------
    version
        As in ``2014-05-26``.
    host
        Its address; ``{region}`` stands for a region. One without is the same everywhere.
    hosts
        Regions that have another one.
    region_id
        Whether its calls carry ``RegionId``.
    acs3
        Whether it takes the signature of the client; Simple Log Service has one of its own.
    """

    version: str
    host: str
    hosts: Mapping[str, str] = {}
    region_id: bool = False
    acs3: bool = True


class Endpoint(Struct, frozen=True):
    """Where to send a request.

    ``prefix`` is a path in front of that of the call; it is not signed.
    """

    scheme: str
    host: str
    prefix: str = ""

    def url(self, path: str) -> str:
        """The address of a path."""
        return f"{self.scheme}://{self.host}{self.prefix}{path}"


PRODUCTS: dict[str, Product] = {
    "actiontrail": Product(
        "2020-07-06",
        "actiontrail.{region}.aliyuncs.com",
        dict.fromkeys(
            ("cn-beijing-finance-1", "cn-hangzhou-finance", "cn-shenzhen-finance-1"),
            "actiontrail.aliyuncs.com",
        ),
    ),
    "ecs": Product(
        "2014-05-26",
        "ecs.{region}.aliyuncs.com",
        {
            "cn-hangzhou": "ecs-cn-hangzhou.aliyuncs.com",
            "cn-hangzhou-finance": "ecs.aliyuncs.com",
            "cn-shanghai-finance-1": "ecs-cn-hangzhou.aliyuncs.com",
            "cn-shenzhen-finance-1": "ecs-cn-hangzhou.aliyuncs.com",
            "cn-north-2-gov-1": "ecs.aliyuncs.com",
        },
        region_id=True,
    ),
    "eventbridge": Product("2020-04-01", "eventbridge-console.{region}.aliyuncs.com"),
    "fc": Product("2023-03-30", "fcv3.{region}.aliyuncs.com"),
    "kms": Product("2016-01-20", "kms.{region}.aliyuncs.com"),
    "ram": Product("2015-05-01", "ram.aliyuncs.com"),
    "resourcemanager": Product("2020-03-31", "resourcemanager.aliyuncs.com"),
    "sls": Product("2020-12-30", "{region}.log.aliyuncs.com", acs3=False),
    "sts": Product(
        "2015-04-01",
        "sts.{region}.aliyuncs.com",
        {"ap-south-1": "sts.aliyuncs.com", "ap-southeast-2": "sts.aliyuncs.com"},
    ),
    "vpc": Product(
        "2016-04-28",
        "vpc.{region}.aliyuncs.com",
        {
            "cn-hangzhou": "vpc.aliyuncs.com",
            "cn-shanghai-finance-1": "vpc.aliyuncs.com",
            "cn-shenzhen-finance-1": "vpc.aliyuncs.com",
            "cn-north-2-gov-1": "vpc.aliyuncs.com",
            "cn-hangzhou-finance": "vpc.aliyuncs.com",
        },
        region_id=True,
    ),
}


def product(name: str) -> Product:
    """A product by its name.

    Raises
    ------
    ConfigError
        There is none of that name.
    """
    found = PRODUCTS.get(name)
    if found is None:
        raise ConfigError(f"no product {name!r} is known; known: {', '.join(PRODUCTS)}")
    return found


def endpoint(name: str, region: str, overrides: Mapping[str, str] = {}) -> Endpoint:
    """Where a product answers in a region.

    Parameters
    ----------
    name, region
        As in ``ecs`` and ``cn-hangzhou``.
    overrides
        By product, or ``*`` for all others: a host, or an address with scheme, port and path.
        ``{product}`` and ``{region}`` in it are filled in.

    Raises
    ------
    ConfigError
        There is no such product or region, or an override that is no address.

    Examples
    --------
    >>> endpoint("vpc", "cn-beijing").url("/")
    'https://vpc.cn-beijing.aliyuncs.com/'
    >>> endpoint("ecs", "cn-beijing", {"*": "http://127.0.0.1:8080/{product}/{region}"}).url("/")
    'http://127.0.0.1:8080/ecs/cn-beijing/'
    """
    known = product(name)
    if not _REGION.fullmatch(region):
        raise ConfigError(f"{region[:40]!r} is no region; one looks like cn-hangzhou")
    given = overrides.get(name) or overrides.get(ANY_PRODUCT)
    if given is None:
        return Endpoint("https", known.hosts.get(region, known.host).replace("{region}", region))
    filled = given.replace("{product}", name).replace("{region}", region)
    parts = urlsplit(filled if "://" in filled else f"https://{filled}")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.username:
        raise ConfigError(
            f"endpoint of {name}: {given!r} is no address like vpc.example.com or http://host:80"
        )
    return Endpoint(parts.scheme, parts.netloc, parts.path.rstrip("/"))


def overrides(text: str, name: str) -> dict[str, str]:
    """Overrides out of one text, as in ``ecs=http://127.0.0.1:8080,*=http://127.0.0.1:8081``.

    ``name`` is what the text is called in an error.

    Raises
    ------
    ConfigError
        It says something else.
    """
    found = {}
    for entry in filter(None, (part.strip() for part in text.split(","))):
        product_name, separator, address = entry.partition("=")
        if not separator or not product_name or not address:
            raise ConfigError(f"{name}: {entry!r} is no product=address")
        found[product_name] = address
    return found
