"""Exit codes; where several apply, the one listed first is given."""

from __future__ import annotations

#: Wrong usage, or something the user configures is wrong.
USAGE = 2
#: Input that could not be read.
UNREADABLE = 4
#: Expectations not met.
UNEXPECTED = 3
#: Findings at or above ``--fail-on``.
FINDINGS = 1
OK = 0

#: As shells report a process that SIGINT or SIGPIPE ended.
INTERRUPTED = 130
BROKEN_PIPE = 141
