"""Events that could not be dealt with: kept in one form whatever way they came, listed, and handled again."""

from eniguard.dead_letters.box import DeadLetters, Found, Page
from eniguard.dead_letters.letter import DeadLetter, Reason, Unread, letter_of_call, letter_of_input
from eniguard.dead_letters.origins import (
    DirectOrigin,
    EventBridgeOrigin,
    LookupOrigin,
    Origin,
    OssOrigin,
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
    "LookupOrigin",
    "Origin",
    "OriginReader",
    "OssOrigin",
    "Page",
    "Reason",
    "SlsOrigin",
    "Unread",
    "letter_of_call",
    "letter_of_input",
    "redrive",
]
