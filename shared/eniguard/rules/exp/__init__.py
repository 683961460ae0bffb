"""The rules about the exposure of ordinary security groups."""

from eniguard.rules.base import Rule
from eniguard.rules.exp.cross_account import CrossAccountSource
from eniguard.rules.exp.drop_removed import DropRuleRemoved
from eniguard.rules.exp.inner_access import InnerAccessOpened
from eniguard.rules.exp.list_widened import ListWidened
from eniguard.rules.exp.open_egress import OpenEgress
from eniguard.rules.exp.open_ports import AllPortsOpen, RiskyPortOpen
from eniguard.rules.exp.set_swapped import GroupsSwapped

__all__ = ["RULES"]

RULES: tuple[type[Rule], ...] = (
    RiskyPortOpen,
    AllPortsOpen,
    ListWidened,
    DropRuleRemoved,
    InnerAccessOpened,
    GroupsSwapped,
    CrossAccountSource,
    OpenEgress,
)
