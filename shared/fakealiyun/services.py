"""How a service of the fake is put together: APIs by name, each a function of its call.

A service is a folder of four files: ``urls`` (hosts, version, the APIs), ``responses`` (wire in and out),
``models`` (state and behaviour) and ``exceptions`` (its error answers).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fakealiyun.identities import Identity
from fakealiyun.wire.answers import Answer
from fakealiyun.wire.parameters import Parameters
from fakealiyun.wire.request import HttpRequest

if TYPE_CHECKING:
    from fakealiyun.cloud import Cloud
    from fakealiyun.region import Region

#: Fields of a successful answer, without the request id.
Fields = Mapping[str, Any]


@dataclass(frozen=True)
class Call:
    """One call that is being answered.

    ``request_id`` is the answer's. ``region`` is the state of the account in the region of the call. ``http``
    is the request itself, for the calls whose headers and body count.
    """

    cloud: Cloud
    action: str
    caller: Identity
    region: Region
    parameters: Parameters
    request_id: str
    http: HttpRequest


#: Gives the fields of a JSON answer, or an answer in a form of its own.
Handler = Callable[[Call], Fields | Answer]

#: Verbs of APIs that change nothing.
_READS = ("Describe", "List", "Get", "Head", "Pull", "Lookup")


def reads(action: str) -> bool:
    """Whether an action (``ecs:DescribeVpcs``, or the API name alone) changes nothing."""
    return action.rpartition(":")[2].startswith(_READS)


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
    in_process
        Whether only `Cloud.call` reaches it: names in paths, bodies and protocols of its own are not read.
    shows_parameters
        Whether its events carry request parameters.
    rights
        What RAM calls the right to an API, where that is not its own name.
    unrecorded
        APIs that move data; a trail of management events has none of them.
    """

    product: str
    name: str
    hosts: tuple[str, ...]
    version: str
    handlers: Mapping[str, Handler]
    global_service: bool = False
    in_process: bool = False
    shows_parameters: bool = True
    rights: Mapping[str, str] = field(default_factory=dict)
    unrecorded: frozenset[str] = frozenset()


def idempotent(call: Call, make: Callable[[], Fields]) -> Fields:
    """What ``make`` answers, once per ``ClientToken``: the same token and API give the same answer again."""
    token = call.parameters.text("ClientToken")
    if token is None:
        return make()
    key = (call.action, token)
    if key not in call.region.tokens:
        call.region.tokens[key] = make()
    return call.region.tokens[key]
