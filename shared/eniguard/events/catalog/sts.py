"""Calls of STS (fields: ActionTrail's sample events of STS, docs/sources.md, Events).

The answer of AssumeRole holds keys: nothing of it is kept. The role that is assumed stands in ``RoleArn``
(``acs:ram::1234567890123456:role/name``), which is no id of a role and therefore no target.

Accounts assume roles all the time, and services' roles are few: the names of those begin with ``aliyun``.
"""

from __future__ import annotations

from eniguard.events.catalog.shapes import Api, Shape

_T = Shape.TEXT

APIS: tuple[Api, ...] = (
    Api(
        "sts",
        "AssumeRole",
        True,
        {"RoleArn": _T, "RoleSessionName": _T},
        assumed=True,
        only_about=b":role/aliyun",
    ),
)
