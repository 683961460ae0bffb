"""``python -m eniguard.cli``: the command line without its script."""

from __future__ import annotations

from eniguard.cli import main

# Processes of `replay -j` import this module again under another name.
if __name__ == "__main__":
    main()
