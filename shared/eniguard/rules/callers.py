"""Callers as the rules that count calls tell them apart."""

from __future__ import annotations

from eniguard.events.calls import Call, Caller


def principal(call: Call) -> str:
    """Who made a call, whatever the session is called: a caller chooses the names of its sessions itself.

    The id of a role, user or account comes first; where an event lacks it, the name stands for it.
    """
    caller = call.caller
    principal_id = (caller.principal_id or "").partition(":")[0]
    return principal_id or caller.role or caller.user_name or caller.type


def caller_name(caller: Caller) -> str:
    """A caller in words: the role it acts through, else its own name."""
    if caller.role is not None:
        return f"role {caller.role}"
    return caller.user_name or caller.principal_id or caller.type
