"""Inhibition: a grave finding stands for the lesser ones of the same call, which are told of in passing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from eniguard.alerts.alert import Hidden
from eniguard.model import SEVERITIES, Finding

#: Rules whose findings say the gist of a call: a write to what a service manages went through.
STANDING_FOR_THE_CALL = frozenset(("ENI003", "SG004"))

_RANK = {severity: rank for rank, severity in enumerate(SEVERITIES)}
_Call = tuple["str | None", str]


def inhibited(findings: Sequence[Finding]) -> tuple[tuple[Finding, ...], dict[str, tuple[Hidden, ...]]]:
    """The findings that are told, and, by the id of one of these, those that it hides.

    A finding of `STANDING_FOR_THE_CALL` hides the findings of the same event that are less severe than it
    is; those without an event are never hidden.

    Parameters
    ----------
    findings
        Findings that no waiver hides, of one call or of several.
    """
    grave: defaultdict[_Call, list[Finding]] = defaultdict(list)
    for one in findings:
        if one.rule in STANDING_FOR_THE_CALL and (call := _call(one)) is not None:
            grave[call].append(one)
    if not grave:
        return tuple(findings), {}
    shown: list[Finding] = []
    hidden: defaultdict[str, list[Hidden]] = defaultdict(list)
    for one in findings:
        call = _call(one)
        above = None if call is None else _above(one, grave.get(call, ()))
        if above is None:
            shown.append(one)
        else:
            hidden[above.finding_id].append(Hidden(one.rule, one.severity, one.subject.id))
    return tuple(shown), {finding_id: tuple(ones) for finding_id, ones in hidden.items()}


def _call(finding: Finding) -> _Call | None:
    """The call that a finding is about; an event id is unique in its account."""
    return None if finding.event_id is None else (finding.account_id, finding.event_id)


def _above(finding: Finding, grave: Sequence[Finding]) -> Finding | None:
    """The finding that tells of a lesser one: the gravest, on the same subject if there is such a one."""
    rank = _RANK[finding.severity]
    highest = max([_RANK[one.severity] for one in grave], default=rank)
    if highest <= rank:
        return None
    ones = [one for one in grave if _RANK[one.severity] == highest]
    return next((one for one in ones if one.subject.id == finding.subject.id), ones[0])
