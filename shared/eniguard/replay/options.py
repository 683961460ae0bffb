"""What is replayed, and how."""

from __future__ import annotations

from msgspec import Struct

from eniguard.replay.files import EXPANDED_CAP
from eniguard.replay.sequence import Watch
from eniguard.settings import Policy


class Options(Struct, frozen=True):
    """What to replay, and how.

    Attributes
    ----------
    paths
        Files and folders; ``-`` is the standard input.
    policy
        The compiled guard.yml.
    only
        Codes of the rules to keep; ``None`` keeps all enabled ones.
    state
        A state snapshot for every event without one of its own.
    jobs
        How many processes decide.
    every
        Give out every decided event, not only those with a finding.
    most_expanded
        The most bytes one file may expand to.
    now
        The time of the replay in seconds since 1970; events from more than a day later are unreadable.
        ``None``: event times are not compared with a clock.
    watch
        Told of each decision with what it was made from; with one process only.
    followed
        Somebody follows the ``size`` and ``read`` of the tally: several processes report them meanwhile.
    """

    paths: tuple[str, ...]
    policy: Policy
    only: tuple[str, ...] | None = None
    state: str | None = None
    jobs: int = 1
    every: bool = False
    most_expanded: int = EXPANDED_CAP
    now: float | None = None
    watch: Watch | None = None
    followed: bool = False
