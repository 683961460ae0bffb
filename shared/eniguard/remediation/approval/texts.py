"""What the page says, in English and in Simplified Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

Language = Literal["en", "zh-CN"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

_EN = {
    "other_language": "简体中文",
    "title": "Plan for {rule}",
    "brand": "eniguard",
    "read_only": "Looking at this page changes nothing.",
    "what": "What is changed",
    "who": "Who made the call",
    "who_unknown": "Nobody is known: no call was recorded",
    "session": "session",
    "where": "Where",
    "account": "account",
    "finding": "Finding",
    "state": "State",
    "expires": "Open until",
    "calls": "Calls that would be made",
    "inverse": "Calls that would take it back",
    "no_inverse": "None: it cannot be taken back by calls.",
    "changes": "Effect",
    "parameters": "Parameters",
    "name": "Name",
    "value": "Value",
    "read_state": "State as last read",
    "read_at": "Read at {at}. It is read again right before the calls; if anything differs, nothing is done.",
    "no_preconditions": "Nothing was read.",
    "version": "Version of the plan",
    "decision": "Decision",
    "sign_in": "Sign in to approve or reject",
    "sign_in_why": "You decide with your own identity. Whoever made the call cannot decide about it.",
    "signed_in_as": "Signed in as {name}.",
    "approve": "Approve: make these calls",
    "reject": "Reject: change nothing",
    "once": "The first decision counts, and is not taken back here.",
    "sign_out": "Sign out",
    "decided_by": "{name} decided at {at}.",
    "not_open": "This plan is not open for a decision.",
    "only_shown": "guard.yml lets this plan be shown, not carried out.",
    "not_started": "The decision is kept, but the calls could not be started just now. Send it again.",
    "start_again": "Start the calls again",
    "not_allowed": "You are signed in, and nothing in your sign-in lets you decide: ask whoever keeps "
    "guard.yml (remediation.approval.allowed).",
    "no_ram_name": "Your sign-in does not say who you are in RAM, so that you cannot be told from the one "
    "who made the call: ask whoever keeps guard.yml (remediation.approval.ram).",
    "is_actor": "You made the call that this plan puts right, or have the same name in RAM as whoever did. "
    "Somebody else has to decide.",
    "not_comparable": "The call was made by a kind of identity that guard.yml maps no claim to, so that you "
    "cannot be told from its caller: ask whoever keeps it (remediation.approval.ram).",
    "state_proposed": "open",
    "state_approved": "approved",
    "state_rejected": "rejected",
    "state_applying": "being carried out",
    "state_applied": "carried out",
    "state_failed": "failed",
    "state_undoing": "being taken back",
    "state_undone": "taken back",
    "invalid_title": "This does not hold",
    "invalid": "The link, sign-in or form is not, or no longer, good. Open the link in the alert again.",
    "busy_title": "Too often",
    "busy": "This was asked for too often. Wait a few minutes, then open the link in the alert again.",
    "broken_title": "Not now",
    "broken": "Nothing was decided, as far as is known. Wait a minute, then open the link in the alert again "
    "to see how the plan stands.",
    "refused_title": "You may not decide",
}

_ZH = {
    "other_language": "English",
    "title": "{rule} 的处置计划",
    "brand": "eniguard",
    "read_only": "查看本页面不会做任何更改。",
    "what": "更改对象",
    "who": "调用者",
    "who_unknown": "未知:没有记录到调用",
    "session": "会话",
    "where": "位置",
    "account": "账号",
    "finding": "发现项",
    "state": "状态",
    "expires": "有效期至",
    "calls": "将执行的调用",
    "inverse": "可用于撤销的调用",
    "no_inverse": "无:不能通过调用撤销。",
    "changes": "效果",
    "parameters": "参数",
    "name": "名称",
    "value": "值",
    "read_state": "最近一次读取的状态",
    "read_at": "读取时间:{at}。执行前会再次读取;如有任何不同,则不执行。",
    "no_preconditions": "没有读取任何内容。",
    "version": "计划版本",
    "decision": "决定",
    "sign_in": "登录后批准或拒绝",
    "sign_in_why": "您以自己的身份作出决定。发起该调用的人不能对其作出决定。",
    "signed_in_as": "当前登录:{name}。",
    "approve": "批准:执行以上调用",
    "reject": "拒绝:不做更改",
    "once": "以第一个决定为准,在此处不能撤回。",
    "sign_out": "退出登录",
    "decided_by": "{name} 于 {at} 作出决定。",
    "not_open": "该计划目前不能作出决定。",
    "only_shown": "guard.yml 只允许显示该计划,不允许执行。",
    "not_started": "决定已保存,但暂时无法启动调用。请重新发送。",
    "start_again": "重新启动调用",
    "not_allowed": "您已登录,但您的登录信息不允许您作出决定:请联系 guard.yml 的维护者"
    "(remediation.approval.allowed)。",
    "no_ram_name": "您的登录信息没有说明您在 RAM 中的身份,因此无法区分您与调用者:请联系 guard.yml 的维护者"
    "(remediation.approval.ram)。",
    "is_actor": "该计划所纠正的调用由您发起,或者调用者在 RAM 中与您同名。须由他人作出决定。",
    "not_comparable": "发起调用的身份类型在 guard.yml 中没有对应的声明,因此无法区分您与调用者:请联系其维护者"
    "(remediation.approval.ram)。",
    "state_proposed": "待决定",
    "state_approved": "已批准",
    "state_rejected": "已拒绝",
    "state_applying": "执行中",
    "state_applied": "已执行",
    "state_failed": "失败",
    "state_undoing": "撤销中",
    "state_undone": "已撤销",
    "invalid_title": "无效",
    "invalid": "链接、登录或表单无效或已失效。请重新打开告警中的链接。",
    "busy_title": "请求过于频繁",
    "busy": "请求过于频繁。请等待几分钟,然后重新打开告警中的链接。",
    "broken_title": "暂时不可用",
    "broken": "目前所知没有作出任何决定。请稍等一分钟,然后重新打开告警中的链接查看计划状态。",
    "refused_title": "您不能作出决定",
}

TEXTS: Mapping[Language, Mapping[str, str]] = {"en": _EN, "zh-CN": _ZH}


def language_of(asked: str, accepted: str) -> Language:
    """The language of an answer.

    Parameters
    ----------
    asked
        What the address asks for; empty when it asks for none.
    accepted
        The header Accept-Language. The first language in it that there is counts, by the weights it gives.
    """
    for one in LANGUAGES:
        if asked == one:
            return one
    weighted = sorted(map(_weighted, accepted[:1_000].split(",")), key=lambda one: one[0], reverse=True)
    for weight, tag in weighted:
        if weight > 0 and tag in ("zh", "en"):
            return "zh-CN" if tag == "zh" else "en"
    return "en"


def _weighted(item: str) -> tuple[float, str]:
    """The weight and the language of one item of the header (RFC 9110, 12.5.4)."""
    tag, _, rest = item.strip().partition(";")
    name, _, value = rest.strip().partition("=")
    try:
        weight = float(value) if name.strip() == "q" else 1.0
    except ValueError:
        weight = 0.0
    return (weight if 0.0 <= weight <= 1.0 else 0.0), tag.strip().lower().partition("-")[0]
