"""Alerts to compose messages of, and messages as a text to read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from eniguard.alerts.alert import Alert, Ended, Hidden, Proposal
from eniguard.alerts.catalogue import RuleText
from eniguard.alerts.composing import MessageComposer
from eniguard.alerts.message import Message
from eniguard.model import Actor, Evidence, Finding, Fix, Reference, Resource, Severity
from eniguard.rules.registry import PACKAGED, PACKAGED_INTERNAL, PACKAGED_SWEEPS
from eniguard.settings.alerting import Language, Sink

#: 2026-05-10T08:09:00Z.
AT = 1_778_400_540.0
RULES = {rule.code: rule for rule in (*PACKAGED, *PACKAGED_SWEEPS, *PACKAGED_INTERNAL)}

ALICE = Actor(
    kind="account",
    type="ram-user",
    principal_id="200000000000000001",
    name="alice",
    source_ip="203.0.113.10",
    user_agent="ecs.console.aliyun.com",
)
PIPELINE = Actor(
    kind="account",
    type="assumed-role",
    principal_id="300000000000000001:apply",
    name="terraform:apply",
    role="terraform",
    session="apply",
    source_ip="2001:db8::5",
    user_agent="AlibabaCloud (linux; amd64) Golang/1.21 Core/0.0.1 HashiCorp-Terraform/1.9 Provider/1.230",
)
NAT = Actor(
    kind="service",
    type="assumed-role",
    role="AliyunServiceRoleForNatgw",
    session="nat",
    service="nat.aliyuncs.com",
    source_ip="Internal",
    user_agent="nat.aliyuncs.com",
)
MANAGED = Resource(
    "ecs:NetworkInterface", "eni-bp1example0001", managed=True, owner_service="nat.aliyuncs.com"
)
GROUP = Resource("ecs:SecurityGroup", "sg-bp1example0001", managed=False)
REFUSED = Finding(
    finding_id="cef95a8dc1fdc4d22ef49ff42a5f4289",
    rule="ENI001",
    name="managed-eni-write-refused",
    severity="low",
    trigger="event",
    event_id="A6F62B21-E7E1-52E1-B2A9-42B18E9872B0",
    event_time="2026-05-10T08:09:00Z",
    region="cn-hangzhou",
    account_id="1234567890123456",
    action="ecs:DeleteNetworkInterface",
    outcome="refused",
    actor=ALICE,
    resources=(MANAGED,),
    inventory="known",
    summary="DeleteNetworkInterface was refused; ENI eni-bp1example0001 is managed by nat.aliyuncs.com",
    evidence=(
        Evidence("error-code", "InvalidOperation.EniServiceManaged"),
        Evidence("ServiceManaged", True, source="snapshot", as_of="2026-05-10T08:00:00Z"),
        Evidence("Description", "NAT Gateway ngw-bp1example0001", source="snapshot"),
    ),
    advice="Leave eni-bp1example0001 to nat.aliyuncs.com: change or release the instance of that service.",
    fix=None,
    references=(Reference("Managed ENIs", "API permissions for managed ENIs"),),
)
OPENED = msgspec.structs.replace(
    REFUSED,
    rule="EXP002",
    name="all-ports-open",
    severity="high",
    action="ecs:AuthorizeSecurityGroup",
    outcome="ok",
    actor=PIPELINE,
    resources=(GROUP,),
    summary="Security group sg-bp1example0001 is open to the world on all ports",
    evidence=(
        Evidence("permission", "accept ALL -1/-1 from 0.0.0.0/0, priority 1"),
        Evidence("opened", ["all TCP ports", "all UDP ports"], note="to the world"),
        Evidence("ServiceManaged", False, source="snapshot"),
    ),
    advice="Revoke the rule, and let in only the ports and addresses that are needed.",
    fix=Fix(
        "Revoke rule sgr-bp1example0001 of sg-bp1example0001",
        "auto",
        "ecs:RevokeSecurityGroup",
        {"SecurityGroupId": "sg-bp1example0001", "SecurityGroupRuleId.1": "sgr-bp1example0001"},
    ),
    references=(
        Reference("Cloud Config", "ecs-security-group-not-open-all-port"),
        Reference("ECS API reference"),
    ),
)
SUCCEEDED = msgspec.structs.replace(
    REFUSED,
    rule="ENI003",
    name="managed-eni-write-succeeded",
    severity="critical",
    outcome="ok",
    summary="DeleteNetworkInterface succeeded although ENI eni-bp1example0001 is managed",
    evidence=(Evidence("ServiceManaged", True, source="snapshot"),),
    advice=RULES["ENI003"].advice,
    inventory="partial",
)
SWEPT = msgspec.structs.replace(
    REFUSED,
    rule="ENI007",
    name="managed-eni-orphaned",
    trigger="sweep",
    event_id=None,
    event_time=None,
    action=None,
    outcome=None,
    actor=None,
    resources=(Resource("ecs:NetworkInterface", "eni-bp1example0002", managed=True),),
    summary="ENI eni-bp1example0002 is managed and nothing uses it; it was made 48 hours ago",
    evidence=(Evidence("Status", "Available", source="snapshot"),),
)
INTERNAL = msgspec.structs.replace(
    SWEPT,
    rule="SELF010",
    name="undecided-in-bulk",
    severity="medium",
    trigger="internal",
    region=None,
    account_id=None,
    resources=(Resource("eniguard:Guard", "eniguard"),),
    summary="3 events could not be decided by 2 rules",
    evidence=(Evidence("rules", ["ENI004", "SG005"]), Evidence("event-ids", ["A", "B", "C"])),
    advice=RULES["SELF010"].advice,
    references=(Reference("Design of eniguard", "Unknown is a third answer"),),
)
NOBODY = msgspec.structs.replace(
    REFUSED,
    rule="SLR001",
    name="slr-created",
    severity="info",
    action="ram:CreateServiceLinkedRole",
    outcome=None,
    event_time="yesterday",
    actor=Actor(kind="unconfirmed_service", type="something-new"),
    resources=(Resource("ram:Role", "AliyunServiceRoleForARMS"),),
    inventory="unknown",
    summary="the service-linked role AliyunServiceRoleForARMS was created",
    evidence=(),
    advice=RULES["SLR001"].advice,
    references=(),
)
SERVICES = msgspec.structs.replace(
    REFUSED,
    rule="ENI004",
    name="managed-eni-foreign-service",
    severity="medium",
    outcome="denied",
    actor=NAT,
    resources=(
        Resource(
            "ecs:NetworkInterface", "eni-bp1example0003", managed=True, owner_service="alb.aliyuncs.com"
        ),
        MANAGED,
        Resource("ecs:NetworkInterface", "eni-bp1example0004", managed=True),
    ),
)
MANY = msgspec.structs.replace(
    REFUSED,
    rule="ENI008",
    name="managed-eni-blocks-delete",
    action="vpc:DeleteVSwitch",
    summary="vSwitch vsw-bp1example0001 was not deleted; it holds 99 managed ENIs of nat.aliyuncs.com",
    advice=RULES["ENI008"].advice,
    resources=(
        Resource("vpc:VSwitch", "vsw-bp1example0001"),
        *[
            Resource(
                "ecs:NetworkInterface", f"eni-bp1many{n:04}", managed=True, owner_service="nat.aliyuncs.com"
            )
            for n in range(99)
        ],
    ),
    evidence=tuple(
        [Evidence("blocked-by", f"eni-bp1many{n:04}", note="nat.aliyuncs.com") for n in range(99)]
    ),
)
HOSTILE = msgspec.structs.replace(
    REFUSED,
    region="cn-hangzhou/../x",
    event_id="A6F62B21'); DROP",
    actor=Actor(
        kind="account",
        type="ram-user",
        name="{who} %s [x](http://evil.example.com) @all <!channel>",
        user_agent="console\nterraform {subject}",
    ),
    resources=(Resource("ecs:SecurityGroup", "sg-1?x=[x](http://evil.example.com)", managed=True),),
    evidence=(Evidence("tag {name}: @all", "{value} %d"), Evidence("error-code", "{code}")),
)
CUSTOM = msgspec.structs.replace(
    REFUSED,
    rule="ACME001",
    name="acme-rule",
    resources=(Resource("acme:Thing", "thing-1"),),
    summary="Thing thing-1 is too big",
    advice="Make thing-1 smaller.",
    references=(),
)
HIDDEN = (Hidden("ENI014", "medium", "eni-bp1example0001"), Hidden("SG001", "low", "sg-bp1example0001"))
#: A page that tells one plan from others by a token.
PAGE = "https://guard.example.com/approve/?plan="
PLAN = Proposal(
    plan="0f3c9a1b2d4e5f60718293a4b5c6d7e8",
    goes="approve",
    calls=(
        "ecs:RevokeSecurityGroup RegionId=cn-hangzhou SecurityGroupId=sg-bp1example0001 "
        "SecurityGroupRuleId.1=sgr-bp1example0001",
    ),
    inverse=(
        "ecs:AuthorizeSecurityGroup IpProtocol=ALL PortRange=-1/-1 RegionId=cn-hangzhou "
        "SecurityGroupId=sg-bp1example0001 SourceCidrIp=0.0.0.0/0",
    ),
    expires=AT + 14_400,
    link=f"{PAGE}eyJ1bnRpbCI6MTc3ODQxNDk0MH0.c2VhbGVk-A_b",
)
AUTO = msgspec.structs.replace(PLAN, plan="1f3c9a1b2d4e5f60718293a4b5c6d7e8", goes="auto")
SHOWN = msgspec.structs.replace(
    PLAN,
    plan="2f3c9a1b2d4e5f60718293a4b5c6d7e8",
    goes="plan",
    link=None,
    held_back=("the call was made 45 minutes before, and 30 are allowed",),
)
WITHOUT_PAGE = msgspec.structs.replace(PLAN, plan="3f3c9a1b2d4e5f60718293a4b5c6d7e8", link=None)
OVER = msgspec.structs.replace(PLAN, plan="4f3c9a1b2d4e5f60718293a4b5c6d7e8", expires=AT)
_ENDED: Mapping[Ended, tuple[str, str]] = {
    "applied": (
        "Put back: rule sgr-bp1example0001 goes (ecs:RevokeSecurityGroup on sg-bp1example0001)",
        f"To take it back: eniguard plans undo {PLAN.plan}",
    ),
    "already": (
        "Nothing was left to put back on sg-bp1example0001: it is as the plan wants it",
        f"Nothing is to be done; eniguard plans show {PLAN.plan} says what was looked at and called",
    ),
    "undone": (
        "Taken back: the rule is there again (ecs:AuthorizeSecurityGroup on sg-bp1example0001)",
        f"Nothing is to be done; eniguard plans show {PLAN.plan} says what was looked at and called",
    ),
    "refused": (
        "Not put back: somebody changed sg-bp1example0001 since the plan was made",
        f"Look at the resource, and at what was tried: eniguard plans show {PLAN.plan}. "
        "It is not tried again",
    ),
    "failed": (
        "Putting back failed: ecs:RevokeSecurityGroup was denied (Forbidden.RAM)",
        f"Look at the resource, and at what was tried: eniguard plans show {PLAN.plan}. "
        "It is tried again in minutes, until 2026-05-10T12:09:00Z",
    ),
}


def rule_texts(code: str) -> RuleText | None:
    """What the packaged rules say of themselves, and one of a user's own."""
    if code == "ACME001":
        return RuleText("A thing is too big.", "Big things break.", "Make it smaller.")
    rule = RULES.get(code)
    return None if rule is None else RuleText(rule.summary, rule.why, rule.advice)


def first(finding: Finding, **fields: Any) -> Alert:
    """An alert that tells of a finding at once."""
    return Alert(f"first-{finding.rule}", "first", finding, AT, **fields)


def summary(finding: Finding, count: int) -> Alert:
    """An alert that tells how often a finding was seen within half an hour."""
    return Alert(f"summary-{finding.rule}", "summary", finding, AT + 1800, count, AT, AT + 1800)


def outcome(ended: Ended, finding: Finding = OPENED, *, at: float = AT + 60) -> Alert:
    """An alert that tells how the plan for a finding ended."""
    says, advice = _ENDED[ended]
    told = msgspec.structs.replace(
        finding,
        finding_id=f"{ended}-{finding.finding_id}",
        trigger="internal",
        action="ecs:RevokeSecurityGroup",
        outcome=None,
        summary=says,
        evidence=(Evidence("plan", PLAN.plan, finding.summary, source="plan"),),
        advice=advice,
        fix=None,
        references=(),
    )
    return Alert(told.finding_id, "outcome", told, at, since=at, until=at, ended=ended)


def leveled(severity: Severity) -> Finding:
    """A finding of one severity."""
    return msgspec.structs.replace(REFUSED, severity=severity)


def composed(
    *alerts: Alert,
    language: Language = "en",
    zone: str = "Asia/Shanghai",
    repeat: bool = False,
    links: Mapping[str, str] = {},
) -> Message:
    """The message that a chat of a team in Shanghai gets."""
    sink = Sink("team", "slack", "env:URL", language=language, time_zone=zone, mention=("13800000000",))
    return MessageComposer(rule_texts, links)(alerts, sink, at=AT + 5, repeat=repeat)


#: Each with its alerts, and whether it may have been told before.
CASES: Mapping[str, tuple[Sequence[Alert], bool]] = {
    **{f"first-{level}": ((first(leveled(level)),), False) for level in ("info", "low", "medium", "high")},
    "first-critical": ((first(SUCCEEDED, hidden=HIDDEN, expired_waivers=("nlb-teardown",)),), True),
    "fix": ((first(OPENED),), False),
    "summary": ((summary(REFUSED, 10_000),), False),
    "summary-with-fix": ((summary(OPENED, 3),), False),
    "sweep": ((first(SWEPT),), False),
    "internal": ((first(INTERNAL),), False),
    "nobody-known": ((first(NOBODY),), False),
    "services": ((first(SERVICES),), False),
    "many-resources": ((first(MANY),), False),
    "hostile": ((first(HOSTILE),), False),
    "custom-rule": ((first(CUSTOM),), False),
    "plan-approve": ((first(OPENED, proposal=PLAN),), False),
    "plan-auto": ((first(OPENED, proposal=AUTO),), False),
    "plan-shown": ((first(OPENED, proposal=SHOWN),), False),
    "plan-without-page": ((first(OPENED, proposal=WITHOUT_PAGE),), False),
    "plan-over": ((first(OPENED, proposal=OVER),), True),
    **{f"outcome-{ended}": ((outcome(ended),), ended == "failed") for ended in _ENDED},
    "digest-of-plans": (
        (
            first(OPENED, proposal=PLAN),
            first(msgspec.structs.replace(OPENED, severity="critical"), proposal=WITHOUT_PAGE),
            first(SWEPT, proposal=AUTO),
            first(REFUSED, proposal=SHOWN),
            first(NOBODY, proposal=OVER),
            outcome("applied"),
            outcome("failed"),
        ),
        False,
    ),
    "digest": (
        (
            summary(REFUSED, 312),
            first(SWEPT),
            first(SUCCEEDED, hidden=HIDDEN),
            first(OPENED, expired_waivers=("partner",)),
            first(NOBODY),
            first(INTERNAL),
            first(HOSTILE),
        ),
        True,
    ),
}


def as_text(message: Message) -> str:
    """A message as a text: its title, its lead, its blocks with their weights, and its links."""
    lines = [f"# {message.title}", "", message.lead, ""]
    for block in message.blocks:
        lines += [f"## {block.heading} ({block.weight})", ""]
        for line in block.lines:
            text = f"`{line.text}`" if line.code else line.text
            lines.append(f"- {text}" if line.label is None else f"- {line.label} | {text}")
        lines.append("")
    lines += [f"-> {link.label} | {link.url}" for link in message.links]
    lines.append(
        f"== {message.language}, {message.severity}, mentions {', '.join(message.mentions) or 'nobody'}"
    )
    return "\n".join(lines) + "\n"
