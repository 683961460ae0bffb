"""The roles of cloud services as data: who they are, what their policies allow, what they own.

The role index and the policy documents lie beside this package as JSON. Policies change often, so a stored
document is a baseline that tells what is new; it is not what a role may do today.
"""

from eniguard.roles.catalogue import (
    ServiceRole,
    index,
    looks_like_service_role,
    role_named,
    role_of_service,
    service_linked_form,
)
from eniguard.roles.customer_groups import may_edit_customer_group
from eniguard.roles.lenders import lent_to_the_account
from eniguard.roles.lookalikes import near
from eniguard.roles.owners import owner_service
from eniguard.roles.policies import (
    PRODUCTS,
    Earlier,
    RolePolicy,
    allows_freely,
    policy_of,
    role_of_policy,
    statements_about,
)
from eniguard.roles.statements import SERVICE_NAME, Condition, Statement, matches, statements_of, verdict

__all__ = [
    "PRODUCTS",
    "SERVICE_NAME",
    "Condition",
    "Earlier",
    "RolePolicy",
    "ServiceRole",
    "Statement",
    "allows_freely",
    "index",
    "lent_to_the_account",
    "looks_like_service_role",
    "matches",
    "may_edit_customer_group",
    "near",
    "owner_service",
    "policy_of",
    "role_named",
    "role_of_policy",
    "role_of_service",
    "service_linked_form",
    "statements_about",
    "statements_of",
    "verdict",
]
