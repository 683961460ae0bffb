"""template.yml as it is shipped, and copies of it with something changed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from eniguard.deployment import Role, read_template, roles_of, template_problems
from eniguard.settings import Policy
from eniguard.settings.guardfile import read_policy

REPOSITORY = Path(__file__).parents[3]
TEMPLATE = REPOSITORY / "template.yml"
EXAMPLE_POLICY = REPOSITORY / "guard.example.yml"
#: What somebody says who deploys it.
OWN = {
    "ENIGUARD_STAGE": "prod",
    "ENIGUARD_REGION": "cn-shanghai",
    "ENIGUARD_ACCOUNT_ID": "2000000000000001",
    "ENIGUARD_TRAIL": "org-trail",
    "ENIGUARD_TRAIL_PROJECT": "org-trail-logs",
    "ENIGUARD_TRAIL_BUCKET": "org-trail-objects",
    "ENIGUARD_LOG_PROJECT": "guard-logs",
    "ENIGUARD_TABLESTORE": "guard",
}


def changed(folder: Path, *changes: tuple[str, str]) -> Path:
    """A copy of the template in which each text is replaced where it first stands."""
    text = TEMPLATE.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    path = folder / "template.yml"
    path.write_text(text, encoding="utf-8")
    return path


def problems(path: Path, environment: Mapping[str, str] | None = None, *, deploy: bool = False) -> list[str]:
    return template_problems(read_template(path, environment or {}), path.parent, deploy=deploy)


def resources(environment: Mapping[str, str] | None = None, path: Path = TEMPLATE) -> dict[str, Any]:
    found: dict[str, Any] = read_template(path, environment or {}).document["resources"]
    return found


def roles(policy: Policy | None = None, environment: Mapping[str, str] | None = None) -> dict[str, Role]:
    found = roles_of(resources(environment), policy or read_policy(EXAMPLE_POLICY))
    return {role.name: role for role in found}
