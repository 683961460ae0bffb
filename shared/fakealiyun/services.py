"""How a service of the fake is put together: APIs by name, each a function of its call.

A service is a folder of four files: ``urls`` (hosts, version, the APIs), ``responses`` (wire in and out),
``models`` (state and behaviour) and ``exceptions`` (its error answers).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fakealiyun.identities import Identity
from fakealiyun.wire.parameters import Parameters

if TYPE_CHECKING:
    from fakealiyun.cloud import Cloud
    from fakealiyun.region import Region

#: Fields of a successful answer, without the request id.
Fields = Mapping[str, Any]


@dataclass(frozen=True)
class Call:
    """One call that is being answered.

    ``request_id`` is the answer's. ``region`` is the state of the account in the region of the call.
    """

    cloud: Cloud
    action: str
    caller: Identity
    region: Region
    parameters: Parameters
    request_id: str


Handler = Callable[[Call], Fields]


@dataclass(frozen=True)
class Service:
    """One service of the fake.

    Attributes
    ----------
    product
        The action prefix, as in ``ecs``.
    name
        ``serviceName`` of its events, as in ``Ecs``.
    hosts
        First labels of its endpoints, as in ``ecs`` (also the first part of a path).
    version
        As in ``2014-05-26``.
    handlers
        API name to handler.
    global_service
        Whether it is the same in all regions.
    """

    product: str
    name: str
    hosts: tuple[str, ...]
    version: str
    handlers: Mapping[str, Handler]
    global_service: bool = False
