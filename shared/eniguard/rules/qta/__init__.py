"""The qta family."""

from eniguard.rules.base import Rule
from eniguard.rules.qta.group_addresses import AdvancedGroupAddresses, BasicGroupAddresses
from eniguard.rules.qta.join_refused import GroupJoinRefused

RULES: tuple[type[Rule], ...] = (BasicGroupAddresses, AdvancedGroupAddresses, GroupJoinRefused)
