"""Events that could not be dealt with: kept in one form whatever way they came, listed, and handled again."""

from eniguard.dead_letters.box import DeadLetters, Found, Page
from eniguard.dead_letters.letter import (
    DeadLetter,
    LetterWay,
    Reason,
    Undelivered,
    Unread,
    letter_of_alerts,
    letter_of_call,
    letter_of_input,
)
from eniguard.dead_letters.origins import (
    DirectOrigin,
    EventBridgeOrigin,
    LookupOrigin,
    Origin,
    OssOrigin,
    OutboxOrigin,
    SlsOrigin,
)
from eniguard.dead_letters.redriving import Again, Handle, OriginReader, redrive

__all__ = [
    "Again",
    "DeadLetter",
    "DeadLetters",
    "DirectOrigin",
    "EventBridgeOrigin",
    "Found",
    "Handle",
    "LetterWay",
    "LookupOrigin",
    "Origin",
    "OriginReader",
    "OssOrigin",
    "OutboxOrigin",
    "Page",
    "Reason",
    "SlsOrigin",
    "Undelivered",
    "Unread",
    "letter_of_alerts",
    "letter_of_call",
    "letter_of_input",
    "redrive",
]
