"""``python -m eniguard.cli``: the command line without its script."""

from __future__ import annotations

from eniguard.cli import main

main()
