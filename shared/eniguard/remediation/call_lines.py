"""A call of a plan in one line, for whoever decides about it."""

from __future__ import annotations

import json
import re

from eniguard.remediation.plan import PlannedCall

#: What cannot be taken for the end of a value; ids, ports and blocks have nothing else.
_PLAIN = re.compile(r"[\w./:@+*-]+")


def call_line(call: PlannedCall) -> str:
    """The action and its parameters: ``ecs:RevokeSecurityGroup SecurityGroupId=sg-… …``.

    A value that somebody chose, as a description, is quoted: what looks like another parameter in it is none.
    """
    return " ".join(
        (call.action, *[f"{name}={_said(value)}" for name, value in sorted(call.parameters.items())])
    )


def _said(value: str) -> str:
    return value if _PLAIN.fullmatch(value) else json.dumps(value, ensure_ascii=False)
