"""The fake records itself: every call becomes an ActionTrail event, allowed or refused."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from fakealiyun.errors import ApiError, NotImplementedByTheFake
from fakealiyun.services import Call, Fields, Service
from fakealiyun.trail_events import Event, event_of
from fakealiyun.trail_targets import SOURCE, TOPIC, log_triggers, object_triggers, row_text
from fakealiyun.wire.request import ApiRequest

if TYPE_CHECKING:
    from fakealiyun.cloud import Cloud

Way = Literal["eventbridge", "sls", "oss", "sls-trigger", "oss-trigger"]


@dataclass(frozen=True)
class Recorded:
    """One event with the time from which LookupEvents returns it (seconds since 1970)."""

    event: Event
    visible_at: float


class Trail:
    """The events of one cloud, in the order of their calls."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._recorded: list[Recorded] = []

    @property
    def events(self) -> list[Event]:
        """Every event so far."""
        return [one.event for one in self._recorded]

    def recorded(self) -> Sequence[Recorded]:
        """Every event with the time from which it can be looked up."""
        return self._recorded

    def clear(self) -> None:
        """Forget all events."""
        self._recorded.clear()

    def record(
        self,
        call: Call,
        service: Service,
        request: ApiRequest,
        *,
        fields: Fields | None = None,
        error: ApiError | None = None,
    ) -> None:
        """Record one call with its answer.

        Data that moves is not told of, and what the fake does not implement did not happen.
        """
        if isinstance(error, NotImplementedByTheFake) or request.action in service.unrecorded:
            return
        event = event_of(call, service, request, fields, error)
        now = self._cloud.clock.now().timestamp()
        self._recorded.append(Recorded(event, now + self._cloud.assumptions.lookup_delay))

    def deliver(
        self,
        handler: Callable[[bytes], Any],
        as_: Way = "eventbridge",
        *,
        region: str | None = None,
        duplicate: bool = False,
        shuffle: int | None = None,
        delay: float = 0.0,
        since: int = 0,
    ) -> list[Any]:
        """Hand every event to a handler the way the cloud would, and give back what it returned.

        Parameters
        ----------
        handler
            Takes the delivered bytes.
        as_
            ``eventbridge``: one CloudEvent a call, write events only. ``sls``: one JSON list of log rows.
            ``oss``: one JSON array, as an expanded trail object. ``sls-trigger``, ``oss-trigger``: trails
            that are logging write into their logstores and buckets, and the handler gets what a trigger
            there calls a function with; it has to fetch the events itself.
        region
            Only the events of a region, as an event rule sees them; ``None`` is all of them.
        duplicate
            Deliver everything twice.
        shuffle
            Seed of a shuffled order; ``None`` keeps the order of the calls.
        delay
            Let the clock run this many seconds first.
        since
            Number of the first event to deliver.

        Raises
        ------
        ValueError
            For the triggers: no trail delivers there, or what it delivers to does not exist.
        """
        self._cloud.clock.advance(delay)
        events = [event for event in self.events[since:] if region in (None, event["acsRegion"])]
        events *= 2 if duplicate else 1
        if shuffle is not None:
            random.Random(shuffle).shuffle(events)
        return [handler(payload) for payload in self.payloads(events, as_)]

    def payloads(self, events: Sequence[Event], way: Way) -> Iterator[bytes]:
        """Events as the cloud delivers them, one way or another; see `deliver`."""
        if way == "eventbridge":
            for event in events:
                if event["eventRW"] == "Write":
                    yield json.dumps(self._cloud_event(event)).encode()
        elif way == "sls":
            yield json.dumps([self._row(event) for event in events]).encode()
        elif way == "oss":
            yield json.dumps(events).encode()
        elif way == "sls-trigger":
            yield from log_triggers(self._cloud, events)
        else:
            yield from object_triggers(self._cloud, events)

    def _row(self, event: Event) -> Event:
        """A log row of a trail, as it is exported."""
        return {
            "__topic__": TOPIC,
            "__source__": SOURCE,
            "__time__": str(int(self._cloud.clock.now().timestamp())),
            "event": row_text(event),
        }

    def _cloud_event(self, event: Event) -> Event:
        product = str(event["serviceName"]).lower()
        account, region = event["recipientAccountId"], event["acsRegion"]
        return {
            "id": event["eventId"],
            "source": f"acs.{product}",
            "specversion": "1.0",
            "type": f"{product}:ActionTrail:{event['eventType']}",
            "datacontenttype": "application/json;charset=utf-8",
            "subject": f"acs.{product}:{region}:{account}:{event.get('resourceName', '')}",
            "time": event["eventTime"],
            "aliyunaccountid": account,
            "aliyunpublishtime": self._cloud.clock.text(),
            "aliyuneventbusname": "default",
            "aliyunregionid": region,
            "data": event,
        }
