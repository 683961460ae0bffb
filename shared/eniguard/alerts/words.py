"""The words for what findings have as codes: severities, kinds of resources, outcomes, callers, evidence."""

from __future__ import annotations

from collections.abc import Mapping

from eniguard.alerts.catalogue import marked
from eniguard.model import kinds as k

SEVERITIES: Mapping[str, str] = {
    "info": marked("Info"),
    "low": marked("Low"),
    "medium": marked("Medium"),
    "high": marked("High"),
    "critical": marked("Critical"),
}

KINDS: Mapping[str, str] = {
    k.ENI: marked("ENI"),
    k.ENI_PERMISSION: marked("ENI permission"),
    k.SECURITY_GROUP: marked("security group"),
    k.SECURITY_GROUP_RULE: marked("security group rule"),
    k.INSTANCE: marked("instance"),
    k.INSTANCE_TYPE: marked("instance type"),
    k.PREFIX_LIST: marked("prefix list"),
    k.PORT_RANGE_LIST: marked("port list"),
    k.VSWITCH: marked("vSwitch"),
    k.VPC: marked("VPC"),
    k.CIDR_RESERVATION: marked("reserved block"),
    k.EIP: marked("EIP"),
    k.EIP_SEGMENT: marked("contiguous EIP group"),
    k.IPV6_ADDRESS: marked("IPv6 address"),
    k.IPV6_BANDWIDTH: marked("IPv6 Internet bandwidth"),
    k.ROLE: marked("RAM role"),
    k.POLICY: marked("RAM policy"),
    k.TRAIL: marked("trail"),
    k.EVENT_BUS: marked("event bus"),
    k.EVENT_RULE: marked("event rule"),
    k.FUNCTION: marked("function"),
    k.FUNCTION_SERVICE: marked("service of Function Compute"),
    k.LOG_PROJECT: marked("log project"),
    k.LOG_STORE: marked("Logstore"),
    k.BUCKET: marked("OSS bucket"),
    k.TABLE_INSTANCE: marked("Tablestore instance"),
    k.TABLE: marked("Tablestore table"),
    k.SECRET: marked("KMS secret"),
    k.REGION: marked("region"),
    k.GUARD: marked("the guard"),
    k.SINK: marked("sink"),
    k.WAY: marked("way of events"),
}

OUTCOMES: Mapping[str, str] = {
    "ok": marked("succeeded"),
    "refused": marked("refused by the platform"),
    "denied": marked("denied for want of permission"),
    "failed": marked("failed (throttled or a server error)"),
    "dry_run": marked("dry run only"),
}

#: Who somebody is after classification (`eniguard.model.ActorKind`).
ACTORS: Mapping[str, str] = {
    "self": marked("the guard itself"),
    "service": marked("cloud service"),
    "unconfirmed_service": marked("role that looks like a cloud service's, which is not confirmed"),
    "controller": marked("container platform"),
    "account": marked("somebody of the account"),
}

#: ``userIdentity.type`` as it is recorded.
IDENTITIES: Mapping[str, str] = {
    "root-account": marked("root account"),
    "ram-user": marked("RAM user"),
    "assumed-role": marked("assumed role"),
    "system": marked("the platform"),
    "saml-user": marked("SAML user"),
    "cloudsso-user": marked("CloudSSO user"),
}

INVENTORY: Mapping[str, str] = {
    "partial": marked(
        "Some facts about the resources could not be looked up; the severity is therefore one step lower."
    ),
    "unknown": marked(
        "The facts about the resources could not be looked up: this rests on the event alone, and the "
        "severity is therefore one step lower."
    ),
}

#: How far a fix may go (`eniguard.model.Fix.limit`).
LIMITS: Mapping[str, str] = {
    "approve": marked("only after somebody approved it"),
    "auto": marked("by itself, if guard.yml lets it"),
}

#: How far a plan goes (`eniguard.alerts.alert.Going`).
GOING: Mapping[str, str] = {
    "plan": marked("It is only shown: the guard changes nothing here."),
    "approve": marked("It waits for somebody to approve it, who is not the one who made the call."),
    "auto": marked("It is being carried out; how it ends is told in another message."),
}

#: The same in a line with others; ``{plan}`` is the beginning of its id.
GOING_BRIEFLY: Mapping[str, str] = {
    "plan": marked("plan {plan} is only shown"),
    "approve": marked("plan {plan} waits for approval"),
    "auto": marked("plan {plan} is being carried out"),
}

#: How a plan ended (`eniguard.alerts.alert.Ended`).
ENDINGS: Mapping[str, str] = {
    "applied": marked("carried out"),
    "already": marked("nothing was left to do"),
    "undone": marked("taken back"),
    "refused": marked("held back by a safeguard"),
    "failed": marked("failed"),
}

#: What to do when a plan ended so, for those who do not read the language of its finding.
AFTER_ENDINGS: Mapping[str, str] = {
    "applied": marked("Look whether all is as it should be. What was done can be taken back."),
    "already": marked("Nothing: the resource is as the plan wanted it."),
    "undone": marked("The resource is as it was before the plan: decide anew what to do about the finding."),
    "refused": marked("Look why, and put it right by hand if it has to be."),
    "failed": marked("Look at what was done and what was not, and put the rest right by hand."),
}

#: The names of evidence that are words of ours; those of fields of the cloud's APIs stand for themselves.
EVIDENCE: Mapping[str, str] = {
    "ENIs": marked("ENIs"),
    "IPv4 addresses": marked("IPv4 addresses"),
    "IPv4 prefixes": marked("IPv4 prefixes"),
    "IPv6 addresses": marked("IPv6 addresses"),
    "IPv6 prefixes": marked("IPv6 prefixes"),
    "added": marked("added"),
    "address in use": marked("address in use"),
    "addresses": marked("addresses"),
    "apis": marked("APIs"),
    "approver": marked("approver"),
    "approved-services": marked("approved services"),
    "arrived": marked("arrived"),
    "as-published-earlier": marked("as published earlier"),
    "asked-for": marked("asked for"),
    "attempts": marked("attempts"),
    "blocked-by": marked("blocked by"),
    "calls": marked("calls"),
    "canary": marked("canary"),
    "created-by": marked("created by"),
    "error": marked("error"),
    "error-code": marked("error code"),
    "event-ids": marked("event ids"),
    "fact-conflict": marked("facts contradict the call"),
    "fix": marked("fix"),
    "found-through": marked("found through"),
    "free": marked("free"),
    "granted-by-stored-policy": marked("granted by the stored policy"),
    "group-rules": marked("rules of the group"),
    "groups": marked("security groups"),
    "groups-after": marked("groups after the call"),
    "groups-before": marked("groups before the call"),
    "held": marked("held"),
    "looks-like": marked("looks like"),
    "lost": marked("lost"),
    "managed-peer": marked("managed peer group"),
    "message": marked("message"),
    "not-known-whether-managed": marked("not known whether managed"),
    "opened": marked("opened"),
    "owner": marked("owner"),
    "permission": marked("rule text"),
    "plan": marked("plan"),
    "places": marked("places left"),
    "policy": marked("policy"),
    "policy-document": marked("policy document"),
    "prefix": marked("prefix"),
    "prefix in use": marked("prefix in use"),
    "prefixes": marked("prefixes"),
    "principal": marked("principal"),
    "quota": marked("quota"),
    "region": marked("region"),
    "removed": marked("removed"),
    "request-id": marked("request id"),
    "reservation": marked("reserved block"),
    "resources": marked("resources"),
    "role": marked("role"),
    "role-account": marked("account of the role"),
    "rule": marked("rule"),
    "rules": marked("rules"),
    "security-groups": marked("security groups"),
    "service": marked("service"),
    "session": marked("session"),
    "statement": marked("statement"),
    "status": marked("status"),
    "trusted-service": marked("trusted service"),
    "trusts": marked("trusts"),
    "unassigned": marked("unassigned"),
    "used": marked("used"),
    "used-by": marked("used by"),
    "vSwitch": marked("vSwitch"),
}

#: Notes of evidence that are the same whatever the case; others stand as the rule wrote them.
NOTES: Mapping[str, str] = {
    text: text
    for text in (
        marked("IPv4 and IPv6, primary ones included"),
        marked("added by a call before this one"),
        marked("addresses and prefixes per security group"),
        marked("after the call"),
        marked("each counts as one address"),
        marked("in the group"),
        marked("no condition on ram:ServiceName"),
        marked("no rule lets anything in by it now"),
        marked("not in the ledger of the guard's own calls"),
        marked("on the ENI that is created"),
        marked("prefixes are named, or their number is given, not both"),
        marked("prefixes taken from the block"),
        marked("rules of the group were looked at"),
        marked("the call names this, not the ENI"),
        marked("the call succeeded although our facts rule it out: our data is stale, not the platform"),
        marked("the event does not name it"),
        marked("the fact is newer than the event, and no earlier copy is on record"),
        marked("the state snapshot does not list it"),
        marked("the vSwitch has not enough free addresses"),
        marked("to the world"),
        marked("whose rules name it"),
    )
}
