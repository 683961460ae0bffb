"""Events: delivered bytes become calls.

:mod:`~eniguard.events.envelopes` takes the bytes, :mod:`~eniguard.events.header` reads a plain event and
:mod:`~eniguard.events.trail_event`, which defines what an event is, every other one. Both end in
:mod:`~eniguard.events.calls`, which reads what is asked with the help of :mod:`~eniguard.events.catalog`.
"""

from __future__ import annotations
