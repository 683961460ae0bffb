"""How one API is described: its parameters, and where the ids of its targets stand."""

from __future__ import annotations

from enum import Enum
from typing import Literal

from msgspec import Struct
from msgspec.structs import force_setattr


class Shape(Enum):
    """What a parameter holds once it is normalised."""

    TEXT = "text"
    TEXTS = "list of texts"
    INTEGER = "integer"
    FLAG = "boolean"
    PERMISSIONS = "list of security group permissions"
    INTERFACES = "list of network interfaces"
    TAGS = "list of tags"
    ENTRIES = "list of CIDR entries"


#: Which part a target plays in its call.
Part = Literal["subject", "group", "peer_group", "vswitch", "vpc", "instance", "created", "used"]


class Where(Struct, frozen=True, gc=False):
    """Where the ids of one kind of target stand in a call.

    ``when`` limits the row to calls whose parameter (first of the pair, compared without case) has the
    value (second); ``None`` as the value means that the parameter is absent.
    """

    parameter: str
    kind: str
    part: Part = "subject"
    when: tuple[str, str | None] | None = None
    response: bool = False


class Api(Struct, frozen=True, gc=False):
    """One API of the catalogue.

    Attributes
    ----------
    product, name
        As in ``ecs`` and ``DeleteNetworkInterface``.
    write
        Whether the call changes something.
    parameters
        The parameters the guard keeps; every other one is dropped at the edge.
    targets
        Where the ids stand.
    assumed
        ``True`` where no source gives the fields; the row then rests on the naming of its neighbours.
    any_service
        The call is recorded under several service names, all of which are accepted.
    action
        The action in the form ``ecs:DeleteNetworkInterface``, put together from ``product`` and ``name``.
    """

    product: str
    name: str
    write: bool
    parameters: dict[str, Shape]
    targets: tuple[Where, ...] = ()
    assumed: bool = False
    any_service: bool = False
    action: str = ""

    def __post_init__(self) -> None:
        force_setattr(self, "action", f"{self.product}:{self.name}")
