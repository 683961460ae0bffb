"""How each chat takes a message: its markup, its limits, its signature and its answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eniguard.alerts.formats.base import Format
    from eniguard.settings.alerting import SinkKind


def format_of(kind: SinkKind) -> Format:
    """The format of a kind of sink; its module is loaded by the first that asks.

    Parameters
    ----------
    kind
        A kind of sinks, as guard.yml names it.
    """
    return _FORMATS[kind]()


# Each import is written out: what is imported by a name made up at run time is in no bundle.


def _dingtalk() -> Format:
    from eniguard.alerts.formats.dingtalk import FORMAT

    return FORMAT


def _feishu() -> Format:
    from eniguard.alerts.formats.feishu import FORMAT

    return FORMAT


def _wecom() -> Format:
    from eniguard.alerts.formats.wecom import FORMAT

    return FORMAT


def _slack() -> Format:
    from eniguard.alerts.formats.slack import FORMAT

    return FORMAT


def _teams() -> Format:
    from eniguard.alerts.formats.teams import FORMAT

    return FORMAT


def _webhook() -> Format:
    from eniguard.alerts.formats.webhook import FORMAT

    return FORMAT


_FORMATS: Mapping[SinkKind, Callable[[], Format]] = {
    "dingtalk": _dingtalk,
    "feishu": _feishu,
    # Lark is Feishu at another host.
    "lark": _feishu,
    "wecom": _wecom,
    "slack": _slack,
    "teams": _teams,
    "webhook": _webhook,
}
