"""The RAM policies of roles as a page to read."""

from __future__ import annotations

from collections.abc import Iterable

from eniguard.cli.json_text import indented
from eniguard.deployment import Role, permission_policy


def role_pages(roles: Iterable[Role]) -> str:
    """A section for each role: who takes it and for what, and its policy as RAM takes it."""
    return "\n".join(_section(one) for one in roles)


def _section(role: Role) -> str:
    block = indented(permission_policy(role))
    trusted = ", ".join(f"`{one}`" for one in role.takers or (role.service,))
    return f"## {role.name}\n\nFor {role.why}; trusts {trusted}.\n\n```json\n{block}\n```\n"
