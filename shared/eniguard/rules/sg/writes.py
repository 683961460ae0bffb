"""The calls that change a security group, as the rules of this family part them."""

from __future__ import annotations

from eniguard.rules.permissions import SG_REFERENCES, account_forbidden

#: Calls that put something into a group without changing it (rows 15 to 19).
USES = SG_REFERENCES
#: Calls of the table that change a group, its rules or its members (rows 1 to 11).
WRITES = account_forbidden("sg") - USES
#: Of these, the calls that only change who is in the group.
MEMBERSHIP = frozenset(("ecs:JoinSecurityGroup", "ecs:LeaveSecurityGroup"))
#: As ``WRITES``, with the one group write that the table does not name.
ALL_WRITES = WRITES | {"ecs:ConfigureSecurityGroupPermissions"}
