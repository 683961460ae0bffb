"""How each chat takes a message: its markup, its limits, its signature and its answers."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eniguard.alerts.formats.base import Format
    from eniguard.settings.alerting import SinkKind

# Lark is Feishu at another host.
_MODULES = {
    "dingtalk": "dingtalk",
    "feishu": "feishu",
    "lark": "feishu",
    "wecom": "wecom",
    "slack": "slack",
    "teams": "teams",
    "webhook": "webhook",
}


def format_of(kind: SinkKind) -> Format:
    """The format of a kind of sink; its module is loaded by the first that asks.

    Parameters
    ----------
    kind
        A kind of sinks, as guard.yml names it.
    """
    module = import_module(f"eniguard.alerts.formats.{_MODULES[kind]}")
    found: Format = module.FORMAT
    return found
