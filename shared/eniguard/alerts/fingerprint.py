"""The fingerprint of a finding: the same for the same news, however often it comes."""

from __future__ import annotations

from hashlib import blake2b

from eniguard.model import Actor, Finding

#: Evidence of this name is the error code of the call.
_ERROR_CODE = "error-code"
#: Rules that make one incident of several error codes: exhaustion (PFX014), and attempts that go on whatever
#: each is refused with (ENI002, SG003).
ONE_INCIDENT = frozenset(("PFX014", "ENI002", "SG003"))


def fingerprint(finding: Finding) -> str:
    """128 bits of BLAKE2b as 32 hex digits, of what makes a finding the same news as another.

    That is its rule, account, region, principal, subject and error code. A principal is a role without its
    session, whose name callers choose.
    """
    subject = finding.subject
    parts = (
        finding.rule,
        finding.account_id or "",
        finding.region or "",
        _principal(finding.actor),
        subject.kind,
        subject.id,
        "" if finding.rule in ONE_INCIDENT else _error_code(finding),
    )
    # Each part with its length: no two lists of parts give the same text.
    text = "".join([f"{len(part)}:{part}" for part in parts])
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _principal(actor: Actor | None) -> str:
    """Who called: the id of a role, user or account, else the name that stands for it."""
    if actor is None:
        return ""
    principal_id = (actor.principal_id or "").partition(":")[0]
    return principal_id or actor.role or actor.name or actor.type


def _error_code(finding: Finding) -> str:
    found = [str(one.value) for one in finding.evidence if one.name == _ERROR_CODE and one.value is not None]
    return found[0] if found else ""
