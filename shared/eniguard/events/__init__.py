"""Events: delivered bytes become records, records become calls.

:mod:`~eniguard.events.envelopes` takes the bytes, :mod:`~eniguard.events.trail_event` defines what an event
is, :mod:`~eniguard.events.calls` reads a record with the help of :mod:`~eniguard.events.catalog`.
"""

from __future__ import annotations
