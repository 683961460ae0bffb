"""What the guard says: findings, undecided rules, decisions, who acted."""

from eniguard.model.actor import Actor, ActorKind
from eniguard.model.decision import Decision
from eniguard.model.finding import Evidence, Finding, Fix, Reference, Resource, Undecided, finding_id
from eniguard.model.history import Earlier, History, Observation
from eniguard.model.series import Series
from eniguard.model.severity import SEVERITIES, Severity, at_least, lowered
from eniguard.model.sweep import Sweep

__all__ = [
    "SEVERITIES",
    "Actor",
    "ActorKind",
    "Decision",
    "Earlier",
    "Evidence",
    "Finding",
    "Fix",
    "History",
    "Observation",
    "Reference",
    "Resource",
    "Series",
    "Severity",
    "Sweep",
    "Undecided",
    "at_least",
    "finding_id",
    "lowered",
]
