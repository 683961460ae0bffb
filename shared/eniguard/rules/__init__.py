"""The rules; each family is a package of its own.

The names listed here are what rules of your own are written with. They are public and change only with a
minor version of notice.
"""

from eniguard.events.calls import Call, Caller
from eniguard.events.parameters import Parameters
from eniguard.events.targets import Target
from eniguard.facts.gathered import Facts
from eniguard.facts.kinds import (
    CidrList,
    CidrReservation,
    Eip,
    Eni,
    Instance,
    InstanceType,
    Ipv6Address,
    RamPolicy,
    Role,
    SecurityGroup,
    SecurityGroupRule,
    Vpc,
    VSwitch,
)
from eniguard.facts.refs import Gone, Ref, Unknown
from eniguard.facts.state import State, reference
from eniguard.facts.view import View
from eniguard.model import (
    Actor,
    Evidence,
    Finding,
    Fix,
    History,
    Observation,
    Reference,
    Resource,
    Undecided,
)
from eniguard.model import kinds as kind
from eniguard.rules.base import (
    ANY_ACTOR,
    CUSTOMERS,
    JUDGED,
    REFUSED,
    SERVICES,
    SUCCEEDED,
    Rule,
    Verdict,
    Verdicts,
)
from eniguard.rules.case import Case
from eniguard.rules.evidence import from_fact
from eniguard.rules.subjects import (
    EniSubject,
    GroupSubject,
    eni_subjects,
    group_subjects,
    needs_enis,
    needs_groups,
)
from eniguard.rules.sweep import SweepRule, from_view

__all__ = [
    "ANY_ACTOR",
    "CUSTOMERS",
    "JUDGED",
    "REFUSED",
    "SERVICES",
    "SUCCEEDED",
    "Actor",
    "Call",
    "Caller",
    "Case",
    "CidrList",
    "CidrReservation",
    "Eip",
    "Eni",
    "EniSubject",
    "Evidence",
    "Facts",
    "Finding",
    "Fix",
    "Gone",
    "GroupSubject",
    "History",
    "Instance",
    "InstanceType",
    "Ipv6Address",
    "Observation",
    "Parameters",
    "RamPolicy",
    "Ref",
    "Reference",
    "Resource",
    "Role",
    "Rule",
    "SecurityGroup",
    "SecurityGroupRule",
    "State",
    "SweepRule",
    "Target",
    "Undecided",
    "Unknown",
    "VSwitch",
    "Verdict",
    "Verdicts",
    "View",
    "Vpc",
    "eni_subjects",
    "from_fact",
    "from_view",
    "group_subjects",
    "kind",
    "needs_enis",
    "needs_groups",
    "reference",
]
