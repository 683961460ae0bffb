"""What an answer says: the fields of a success, or an error of the tree with its code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from eniguard.errors import CloudError, Denied, NotFound, Throttled, Transport

#: Codes of the first kind count whatever follows after a dot; all in lower case. Sources: the error tables
#: of the ECS reference and the codes that client tools retry (docs/sources.md, API).
_THROTTLED = ("throttling", "rejected.throttling", "flowcontrol", "toomanyrequests", "requestlimitexceeded")
_DENIED = (
    "nopermission",
    "forbidden",
    "forbbiden",
    "forbedden",
    "accessdenied",
    "accessforbidden",
    "invalidaccesskeyid",
    "invalidsecuritytoken",
    "missingsecuritytoken",
    "securitytokenexpired",
    "signaturedoesnotmatch",
    "incompletesignature",
    "notauthorized",
    "unauthorized",
    "imsforbidden",
    "implicitdeny",
    "explicitdeny",
)
_NOT_FOUND = ("notfound", "notexist", "notexists", "entitynotexist")
_EXPIRED = ("invalidsecuritytoken.expired", "securitytokenexpired", "invalidsecuritytokenexpired")
#: Answers of a server that is busy with something else; the same call may go through a moment later.
_BUSY = ("serviceunavailable", "systembusy", "internalerror", "internalfailure")
_MOST_SHOWN = 200
#: What actions of a product begin with in policies, where that is not its name (docs/sources.md, API).
_RAM_NAMES = {"resourcemanager": "ram"}


class Refusal(Struct, frozen=True):
    """An error answer, not yet an error.

    ``expired`` and ``again`` say whether new credentials, or the same call a moment later, may help;
    ``asked`` is the seconds that the answer asks to wait, if it does.
    """

    error: CloudError
    expired: bool = False
    again: bool = False
    asked: float | None = None


def fields_of(body: bytes, product: str, action: str) -> dict[str, Any]:
    """The fields of an answer.

    Raises
    ------
    Transport
        The body is not a JSON object, which a cut answer is not either.
    """
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise Transport(
            f"{product}:{action} was answered with {len(body)} bytes of no JSON object; try again later",
            product=product,
            action=action,
        ) from None


def refusal(
    status: int,
    body: bytes,
    product: str,
    action: str,
    *,
    asked: float | None = None,
    hidden: Callable[[str], str] = str,
) -> Refusal:
    """The error behind an answer whose HTTP status is not a success.

    Parameters
    ----------
    status, body
        The answer.
    product, action
        The call.
    asked
        Seconds that its headers ask to wait.
    hidden
        Takes secrets out of what the answer says.
    """
    try:
        said: Mapping[str, Any] = msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        said = {}
    code = _text(said, "Code", "code", "errorCode")
    request_id = _text(said, "RequestId", "requestId", "RequestID")
    lower = (code or "").lower()
    kind = _kind(status, lower)
    shown = hidden(_text(said, "Message", "message", "errorMessage") or "no message")[:_MOST_SHOWN]
    message = f"{product}:{action} was answered {code or 'without a code'} (HTTP {status}): {shown}"
    error = kind(
        f"{message}; {_advice(kind, product, action)}",
        product=product,
        action=action,
        code=code,
        request_id=request_id,
    )
    again = kind is Throttled or status >= 500 or _starts(lower, _BUSY)
    return Refusal(error, lower in _EXPIRED, again, asked)


def _kind(status: int, code: str) -> type[CloudError]:
    if status == 429 or _starts(code, _THROTTLED):
        return Throttled
    if (_starts(code, _DENIED) and code != "forbidden.regionid") or (status in (401, 403) and not code):
        return Denied
    if code.endswith(_NOT_FOUND) or _starts(code, _NOT_FOUND) or (status == 404 and not code):
        return NotFound
    return Transport if status >= 500 and not code else CloudError


def _advice(kind: type[CloudError], product: str, action: str) -> str:
    if kind is Denied:
        named = f"{_RAM_NAMES.get(product, product)}:{action}"
        return f"allow {named} in the policy of the role that calls, or renew its keys"
    if kind is Throttled:
        return "call less often, or ask for a higher quota"
    if kind is NotFound:
        return "it was deleted, or lies in another region or account"
    return "see the code in the API reference"


def _starts(code: str, prefixes: tuple[str, ...]) -> bool:
    return any(code == prefix or code.startswith(f"{prefix}.") for prefix in prefixes)


def _text(said: Mapping[str, Any], *names: str) -> str | None:
    found = next((said[name] for name in names if said.get(name)), None)
    return None if found is None else str(found)
