"""The APIs of RAM, of ResourceManager for service-linked roles and policies attached, and of STS."""

from __future__ import annotations

from fakealiyun.ram.responses import attachments, linked_roles, policies, roles, sts, users
from fakealiyun.services import Service

RAM = Service(
    product="ram",
    name="Ram",
    hosts=("ram",),
    version="2015-05-01",
    handlers={
        **roles.HANDLERS,
        **policies.HANDLERS,
        **attachments.HANDLERS,
        **users.HANDLERS,
        **linked_roles.HANDLERS,
    },
    global_service=True,
)
RESOURCE_MANAGER = Service(
    product="ram",
    name="ResourceManager",
    hosts=("resourcemanager",),
    version="2020-03-31",
    handlers={
        "GetRole": roles.get_role,
        "ListRoles": roles.list_roles,
        **linked_roles.RESOURCE_MANAGER_HANDLERS,
        **attachments.RESOURCE_MANAGER_HANDLERS,
    },
    global_service=True,
)
STS = Service(
    product="sts",
    name="Sts",
    hosts=("sts", "sts-vpc"),
    version="2015-04-01",
    handlers=sts.HANDLERS,
)
