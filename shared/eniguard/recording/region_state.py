"""The state of a region as a snapshot: what the rules read about calls, listed live and redacted."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from eniguard.errors import CloudError
from eniguard.events.times import written
from eniguard.facts.item_fields import ItemError
from eniguard.facts.items import item_id
from eniguard.facts.refs import Unknown
from eniguard.model.kinds import (
    CIDR_RESERVATION,
    EIP,
    ENI,
    INSTANCE,
    INSTANCE_TYPE,
    IPV6_ADDRESS,
    POLICY,
    PORT_RANGE_LIST,
    PREFIX_LIST,
    ROLE,
    SECURITY_GROUP,
    SECURITY_GROUP_RULE,
    VSWITCH,
)
from eniguard.recording.redaction import Redaction
from eniguard.sources.asking import Asker, Caller, why
from eniguard.sources.live_view import LiveListings
from eniguard.sources.questions import QUESTIONS, Item

#: The kinds that are listed as a whole.
LISTED = (
    ENI,
    SECURITY_GROUP,
    SECURITY_GROUP_RULE,
    VSWITCH,
    CIDR_RESERVATION,
    INSTANCE,
    EIP,
    IPV6_ADDRESS,
    PREFIX_LIST,
    PORT_RANGE_LIST,
)
#: The kinds that are asked for by their ids, when something names them.
NAMED = (INSTANCE_TYPE, ROLE, POLICY)


class RegionState:
    """Lists one region, kind by kind, and writes the snapshot.

    A kind that cannot be listed as a whole is left out: an incomplete listing would prove what is not so.

    Parameters
    ----------
    caller
        Makes the calls.
    account, region
        Whose state it is.
    redaction
        That of the recording.
    clock
        Gives seconds since 1970 (UTC).

    Attributes
    ----------
    count
        How many resources were written so far.
    missing
        Why kinds were left out, by kind; of those asked for by id, why some are not there.
    """

    def __init__(
        self, caller: Caller, account: str, region: str, redaction: Redaction, *, clock: Callable[[], float]
    ) -> None:
        self.count = 0
        self.missing: dict[str, str] = {}
        self._account = account
        self._region = region
        self._redaction = redaction
        self._clock = clock
        self._listings = LiveListings(caller, account, region, clock=clock)
        self._asker = Asker(caller, region)

    def write(self, path: Path, named: Mapping[str, Iterable[str]]) -> None:
        """Write the snapshot; ``named`` has the names of roles and policies that rules ask about, by kind.

        It stands under its name when it is whole only.
        """
        begun = path.with_name(f".{path.name}.part")
        try:
            with open(begun, "wb") as file:
                for part in self._parts(named):
                    file.write(part)
            os.replace(begun, path)
        finally:
            begun.unlink(missing_ok=True)

    def _parts(self, named: Mapping[str, Iterable[str]]) -> Iterator[bytes]:
        head = {
            "schema": 1,
            "captured_at": written(self._clock()),
            "account_id": self._redaction.pseudonyms.account(self._account),
            "region": self._region,
        }
        yield msgspec.json.encode(head)[:-1] + b',"resources":{'
        between, types = b"\n", list[str]()
        for kind in LISTED:
            items = self._listings.items(kind)
            if isinstance(items, Unknown):
                self.missing[kind] = items.reason
                continue
            if kind == INSTANCE:
                types = [str(one["InstanceType"]) for one in items if one.get("InstanceType")]
            yield between + self._kind(kind, items)
            between = b",\n"
        for kind, ids in {INSTANCE_TYPE: dict.fromkeys(types), ROLE: (), **named}.items():
            yield between + self._kind(kind, self._asked(kind, list(ids)))
            between = b",\n"
        yield b"}}\n"

    def _kind(self, kind: str, items: Sequence[Item]) -> bytes:
        encode = msgspec.json.encode
        lines = [encode(self._redaction.item(kind, one)) for one in items if _has_id(kind, one)]
        self.count += len(lines)
        return encode(kind) + b":[" + b",\n".join(lines) + b"]"

    def _asked(self, kind: str, ids: Sequence[str]) -> list[Item]:
        """What is found of some ids; of those that are not found nothing is said."""
        question = QUESTIONS[kind, "id"]
        found: list[Item] = []
        for start in range(0, len(ids), question.most):
            try:
                items = self._asker.items(question, ids[start : start + question.most])
            except CloudError as error:
                items = why(error)
            if isinstance(items, Unknown):
                self.missing[kind] = items.reason
            else:
                found += items
        return found


def _has_id(kind: str, item: Item) -> bool:
    try:
        return bool(item_id(kind, item))
    except ItemError:
        return False
