"""Wire in and out of RAM users."""

from __future__ import annotations

import re
from typing import Any

from fakealiyun.clock import text_of
from fakealiyun.ram.exceptions import delete_conflict, invalid
from fakealiyun.ram.models import User
from fakealiyun.ram.responses.pages import by_marker
from fakealiyun.services import Call, Fields, Handler

#: Names of users: at most 64 letters, digits, periods, underscores and hyphens (RAM error list).
_NAME = re.compile(r"[A-Za-z0-9._-]+\Z")
_LONGEST_NAME = 64


def create_user(call: Call) -> Fields:
    """CreateUser: a user to whom nothing is attached."""
    parameters, ram, now = call.parameters, call.region.account.ram, call.cloud.clock.now()
    name = parameters.required("UserName")
    if len(name) > _LONGEST_NAME:
        raise invalid("UserName", "Length")
    if not _NAME.match(name):
        raise invalid("UserName", "InvalidChars")
    user = User(
        name,
        ram.new_id(call.cloud, "user"),
        now,
        now,
        display_name=parameters.text("DisplayName") or name,
        comments=parameters.text("Comments") or "",
        email=parameters.text("Email") or "",
        mobile_phone=parameters.text("MobilePhone") or "",
    )
    return {"User": _item(ram.users.add(user))}


def get_user(call: Call) -> Fields:
    """GetUser."""
    user = call.region.account.ram.users.get(call.parameters.required("UserName"))
    return {"User": {**_item(user), "UpdateDate": text_of(user.updated_at)}}


def list_users(call: Call) -> Fields:
    """ListUsers: by name."""
    users = sorted(call.region.account.ram.users.all(), key=lambda user: user.name)
    page, fields = by_marker(call.parameters, users)
    items = [{**_item(user), "UpdateDate": text_of(user.updated_at)} for user in page]
    return {"Users": {"User": items}, **fields}


def delete_user(call: Call) -> Fields:
    """DeleteUser: a user to whom nothing is attached."""
    users = call.region.account.ram.users
    user = users.get(call.parameters.required("UserName"))
    if user.policies:
        raise delete_conflict("User.Policy", user.name)
    users.remove(user)
    return {}


def _item(user: User) -> dict[str, Any]:
    return {
        "UserName": user.name,
        "UserId": user.id,
        "DisplayName": user.display_name,
        "Comments": user.comments,
        "Email": user.email,
        "MobilePhone": user.mobile_phone,
        "CreateDate": text_of(user.created_at),
    }


HANDLERS: dict[str, Handler] = {
    "CreateUser": create_user,
    "GetUser": get_user,
    "ListUsers": list_users,
    "DeleteUser": delete_user,
}
