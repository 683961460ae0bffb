"""How one API is described: its parameters, and where the ids of its targets stand."""

from __future__ import annotations

from enum import Enum
from typing import Literal

from msgspec import Raw, Struct
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
    ENDPOINTS = "list of event targets, of which the endpoints are kept"


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
    also_recorded_as
        Other service names, in lower case, under which the product may be recorded.
    only_about
        A text in lower case that the parameters of a call hold when a rule could look at it. A frequent call
        is passed over by it before it is decoded; ``None`` for all others.
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
    also_recorded_as: tuple[str, ...] = ()
    only_about: bytes | None = None
    action: str = ""

    def __post_init__(self) -> None:
        force_setattr(self, "action", f"{self.product}:{self.name}")

    def passes_over(self, parameters: Raw) -> bool:
        """Whether undecoded parameters show that no rule looks at the call.

        What is written in escapes, or is not there, shows nothing.
        """
        text = bytes(parameters)
        if self.only_about is None or not text or b"\\u" in text:
            return False
        return self.only_about not in text.lower()
