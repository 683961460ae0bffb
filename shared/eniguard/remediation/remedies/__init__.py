"""The kinds of remedies there are, by the call that each makes."""

from collections.abc import Mapping

from eniguard.remediation.remedies.base import GONE, Place, Reader, Remedy, Seen
from eniguard.remediation.remedies.eni_permission import EniPermission
from eniguard.remediation.remedies.event_rule_status import EventRuleStatus
from eniguard.remediation.remedies.group_set import EniGroups, InstanceGroups
from eniguard.remediation.remedies.rule_revocation import RuleRevocation
from eniguard.remediation.remedies.trail_logging import TrailLogging

REMEDIES: Mapping[str, Remedy] = {
    one.action: one
    for one in (
        RuleRevocation(),
        EniGroups(),
        InstanceGroups(),
        EniPermission(),
        TrailLogging(),
        EventRuleStatus(),
    )
}
#: The remedies of each rule of `eniguard.settings.MOST`, by the calls they make.
OF_RULES: Mapping[str, tuple[str, ...]] = {
    "EXP001": (RuleRevocation.action,),
    "EXP002": (RuleRevocation.action,),
    "EXP006": (EniGroups.action, InstanceGroups.action),
    "EXP007": (RuleRevocation.action,),
    "ENI012": (EniPermission.action,),
    "SELF001": (TrailLogging.action,),
    "SELF003": (EventRuleStatus.action,),
}

__all__ = ["GONE", "OF_RULES", "REMEDIES", "Place", "Reader", "Remedy", "Seen"]
