"""Any other receiver: a CloudEvent 1.0 as structured JSON, signed as Standard Webhooks are.

``data`` carries the message's texts, which are plain and have to be escaped for wherever they are shown, and
the alerts themselves, whose values are what the cloud recorded. The signature covers the id, the time and the
body: a receiver checks it, and turns away what is older than a few minutes or was seen before
(docs/sources.md, Chats).
"""

from __future__ import annotations

import base64
import binascii
from datetime import datetime, timezone
from typing import Any

from msgspec import to_builtins

from eniguard.alerts.formats import answers
from eniguard.alerts.formats.base import Answer, Outgoing, Pace, Rendered, Response
from eniguard.alerts.formats.bodies import encoded, outgoing, signature
from eniguard.alerts.formats.cutting import fitted, most_that_fits
from eniguard.alerts.message import Message
from eniguard.errors import ConfigError
from eniguard.printable import printable

CHAT = "The webhook"
#: Bytes of an event: those who receive CloudEvents take 64 KB in any case (docs/sources.md, Chats).
MOST_BYTES = 64 * 1024
#: The ``type`` and ``source`` of the events.
TYPE, SOURCE = "eniguard.alert.v1", "/eniguard"
_CLOUD_EVENT = "application/cloudevents+json; charset=utf-8"
_KEY_PREFIX = "whsec_"


class Webhook:
    """The format of CloudEvents."""

    # Ours: no receiver states one here, and what is sent is merged before it comes near.
    pace = Pace(((10, 1.0),), blocked=10.0)

    def render(self, message: Message) -> Rendered:
        """The event; if that is too long, texts in half of it, ids of alerts, and the alerts that fit."""
        count = len(message.alerts)
        if _size(message, count, count) <= MOST_BYTES:
            return Rendered(_body(message, count, count), cut=False)
        kept, cut = fitted(message, lambda shorter: _size(shorter, 0, 0) <= MOST_BYTES // 2)
        named = most_that_fits(count, lambda some: _size(kept, 0, some) <= MOST_BYTES) or 0
        whole = most_that_fits(named, lambda some: _size(kept, some, named) <= MOST_BYTES) or 0
        return Rendered(_body(kept, whole, named), cut=cut or whole < count)

    def request(self, rendered: Rendered, url: str, secret: str | None, now: float) -> Outgoing:
        """The event; with a secret, ``webhook-id``, ``webhook-timestamp`` and ``webhook-signature``.

        A secret that begins with ``whsec_`` is a key in Base64, any other one is the key itself.
        """
        plain = outgoing(url, rendered.body, _CLOUD_EVENT)
        if secret is None:
            return plain
        identity, timestamp = str(rendered.body["id"]), str(int(now))
        signed = b".".join((identity.encode(), timestamp.encode(), plain.body))
        headers = {
            **plain.headers,
            "webhook-id": identity,
            "webhook-timestamp": timestamp,
            "webhook-signature": f"v1,{signature(_key(secret), signed)}",
        }
        return Outgoing(url, plain.body, headers)

    def answer(self, response: Response) -> Answer:
        """HTTP has the word, whatever the body says."""
        return answers.of_status(response, CHAT) or answers.SENT


FORMAT = Webhook()


def _size(message: Message, whole: int, named: int) -> int:
    return len(encoded(_body(message, whole, named)))


def _body(message: Message, whole: int, named: int) -> dict[str, Any]:
    """The event with so many of its alerts whole, and of so many of them at least the id."""
    data = {
        "schema": 1,
        "language": message.language,
        "severity": message.severity,
        "repeat": message.repeat,
        "title": printable(message.title),
        "lead": printable(message.lead),
        "blocks": [
            {
                "heading": printable(block.heading),
                "lines": [
                    {
                        "label": None if line.label is None else printable(line.label),
                        "text": printable(line.text),
                        "code": line.code,
                    }
                    for line in block.lines
                ],
            }
            for block in message.blocks
        ],
        "links": [{"label": printable(link.label), "url": link.url} for link in message.links],
        "mentions": list(message.mentions),
        "alert_count": len(message.alerts),
        "alerts": [_sayable(to_builtins(alert)) for alert in message.alerts[:whole]],
        "more_alerts": [_sayable(alert.id) for alert in message.alerts[whole:named]],
    }
    return {
        "specversion": "1.0",
        "id": message.id,
        "source": SOURCE,
        "type": TYPE,
        "time": _time(message.at),
        "datacontenttype": "application/json",
        "data": data,
    }


def _sayable(value: Any) -> Any:
    """The value with every lone surrogate, which JSON cannot carry, replaced."""
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, dict):
        return {_sayable(name): _sayable(held) for name, held in value.items()}
    if isinstance(value, list | tuple):
        return [_sayable(held) for held in value]
    return value


def _key(secret: str) -> bytes:
    if not secret.startswith(_KEY_PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret[len(_KEY_PREFIX) :], validate=True)
    except (binascii.Error, ValueError):
        raise ConfigError(
            "The secret of a sink of kind webhook begins with whsec_, but what follows is not Base64. "
            "Give it the secret as its receiver has it."
        ) from None


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
