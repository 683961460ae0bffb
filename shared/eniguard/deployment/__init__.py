"""How the functions are deployed: template.yml and what is wrong with it, and what is generated for it."""

from eniguard.deployment.checking import template_problems
from eniguard.deployment.event_patterns import event_pattern, pattern_problems
from eniguard.deployment.member_roles import member_roles
from eniguard.deployment.needs import KINDS, Kind, Need, Role, registry_for, roles_of
from eniguard.deployment.ram_policies import permission_policy, policy_problems, trust_policy
from eniguard.deployment.reading import DEFAULT_TEMPLATE, read_template
from eniguard.deployment.rendering import Rendered, Variable, rendered

__all__ = [
    "DEFAULT_TEMPLATE",
    "KINDS",
    "Kind",
    "Need",
    "Rendered",
    "Role",
    "Variable",
    "event_pattern",
    "member_roles",
    "pattern_problems",
    "permission_policy",
    "policy_problems",
    "read_template",
    "registry_for",
    "rendered",
    "roles_of",
    "template_problems",
    "trust_policy",
]
