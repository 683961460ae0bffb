"""The command line."""

from __future__ import annotations

__all__ = ["main"]


def main() -> None:
    """Run ``eniguard`` with the arguments of this process, and exit with its code."""
    try:
        from eniguard.cli.app import eniguard

        eniguard(prog_name="eniguard")
    except KeyboardInterrupt:
        raise SystemExit(130) from None
