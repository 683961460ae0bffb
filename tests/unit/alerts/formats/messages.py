"""Messages for the tests of the formats: as composing writes them, in both languages."""

from __future__ import annotations

from eniguard.alerts.alert import Alert
from eniguard.alerts.message import Block, Line, Link, Message
from eniguard.model import Actor, Evidence, Finding, Resource, Severity
from eniguard.settings.alerting import Language

AT = 1_775_000_000.25
LINKS: dict[Language, tuple[Link, ...]] = {
    "en": (
        Link("Console", "https://ecs.console.aliyun.com/eni/region/cn-hangzhou/eni-bp1example"),
        Link("Trail event", "https://actiontrail.console.aliyun.com/cn-hangzhou/event-list?id=A1-B2(3)"),
    ),
    "zh": (
        Link("控制台", "https://ecs.console.aliyun.com/eni/region/cn-hangzhou/eni-bp1example"),
        Link("操作事件", "https://actiontrail.console.aliyun.com/cn-hangzhou/event-list?id=A1-B2(3)"),
    ),
}

#: What anybody can write into a name: markup of every chat, what clients act on, what hides or turns text.
HOSTILE = (
    "[x](http://evil.example)",
    "![x](http://evil.example/x.png)",
    "[x]: http://evil.example",
    "<http://evil.example|x>",
    "http://evil.example www.evil.example evil.example a@evil.example mailto:a@evil.example //evil.example",
    "@all @所有人 @13800000000",
    "<!channel> <!here> <@U012AB3CD> <#C012AB3CD> <!subteam^S012AB3CD>",
    "<@zhangsan> <@all>",
    '<at id=all></at> <at user_id="all">x</at> <at>Jane</at>',
    "<font color=\"warning\">x</font> <text_tag color='red'>x</text_tag> <b>x</b> <script>x</script>",
    "**x** *x* __x__ _x_ ~~x~~ ~x~ `x` ``x`` ```x``` ==x==",
    "# x",
    "- x",
    "1. x",
    "+ x",
    "> x",
    "[ ] x",
    "| a | b |",
    "--- *** ___ ===",
    "    x",
    ":smile: :DONE: &lt;b&gt; &amp; &#42; \\* \\",
    "{{DATE(2026-01-01T00:00:00Z, SHORT)}} ${secret} {{TIME(x)}} @{variables('x')}",
    "one\ntwo\r\n\ttab\x85\u2028\u2029",
    "\x1b[31mred\x1b[0m \x07 \x00 \x9b31m",
    "\u202egpj.exe\u202c \u2066x\u2069 \u200fx",
    "ze\u200bro\u200dwidth\ufeff\u00ad\u2060",
    "\ud800 \udfff \U000e0041",
    "e\u0301 👍🏽 👨\u200d👩\u200d👧 🇨🇳 각",
)


def single(severity: Severity, language: Language) -> Message:
    """The full card of one alert."""
    if language == "en":
        title = "[Critical] ENI003 Managed ENI was changed: eni-bp1example"
        lead = "The RAM user jane@example.com called ecs:DeleteNetworkInterface on eni-bp1example: ok."
        blocks = (
            _block(
                "What happened", 9, ("ecs:DeleteNetworkInterface", "Call", True), ("succeeded", "Outcome")
            ),
            _block("What to do now", 9, ("Find out why, and release the NLB instead.", None)),
            _block("Owner", 8, ("nlb.aliyuncs.com owns eni-bp1example", "Service")),
            _block("Who", 8, ("jane@example.com", "Name"), ("203.0.113.7", "From", True)),
            _block("When", 7, ("2026-03-31 07:33:20 CST (UTC 23:33:20)", "Event")),
            _block("Evidence", 3, ("true", "ServiceManaged"), ("my_role_name", "Role")),
        )
    else:
        title = "[严重] ENI003 托管弹性网卡被更改:eni-bp1example"
        lead = "RAM 用户 jane@example.com 对 eni-bp1example 调用了 ecs:DeleteNetworkInterface,调用成功。"
        blocks = (
            _block("发生了什么", 9, ("ecs:DeleteNetworkInterface", "调用", True), ("成功", "结果")),
            _block("现在怎么办", 9, ("查明原因,改为释放对应的 NLB 实例。", None)),
            _block("归属", 8, ("eni-bp1example 归 nlb.aliyuncs.com 所有", "服务")),
            _block("谁", 8, ("jane@example.com", "名称"), ("203.0.113.7", "来源", True)),
            _block("何时", 7, ("2026-03-31 07:33:20 CST(UTC 23:33:20)", "事件")),
            _block("证据", 3, ("true", "ServiceManaged"), ("my_role_name", "角色")),
        )
    mentions = ("13800000000", "U012AB3CD", "zhangsan") if severity == "critical" else ()
    return _message(severity, language, title, lead, blocks, mentions=mentions, alerts=1)


def digest(language: Language, count: int = 12) -> Message:
    """A line for each of several alerts, in a block for each severity."""
    heading = {"en": ("High", "Low"), "zh": ("高", "低")}[language]
    title = {"en": f"{count} alerts: 4 high, 8 low", "zh": f"{count} 条告警:4 条高,8 条低"}[language]
    lead = {"en": f"{count} findings in 10 minutes.", "zh": f"10 分钟内有 {count} 个发现。"}[language]
    texts = [
        f"Security group opened; security group sg-bp{number:05}example; jane" for number in range(count)
    ]
    third = count // 3
    blocks = (
        Block(heading[0], tuple(Line(text, "EXP001") for text in texts[:third]), 4),
        Block(heading[1], tuple(Line(text, "EXP005") for text in texts[third:]), 2),
    )
    return _message("high", language, title, lead, blocks, alerts=count)


def longest(language: Language) -> Message:
    """More of everything than any chat takes."""
    word = {"en": "much longer than any chat would take ", "zh": "比任何聊天工具能接受的都长👍🏽 "}[language]
    blocks = tuple(
        Block(f"{number} {word}", tuple(Line(f"{line} {word * 40}", word) for line in range(60)), 9 - number)
        for number in range(6)
    )
    return _message("medium", language, word * 40, word * 400, blocks, alerts=80)


def hostile(language: Language) -> Message:
    """What anybody can write, in every place that takes text from outside."""
    lines = tuple(
        Line(text, label, code)
        for text in HOSTILE
        for label, code in (("Name", False), (None, False), (None, True))
    )
    blocks = (Block("Who", lines, 2), *[Block(text, (Line(text),), 1) for text in HOSTILE[:4]])
    return _message("low", language, " ".join(HOSTILE[:6]), HOSTILE[0], blocks, alerts=1)


def plain(texts: list[str], *, code: bool = False, label: str | None = None) -> Message:
    """A message with one block of lines that all fit."""
    block = Block("Who", tuple(Line(text, label, code) for text in texts))
    return Message("id", AT, "en", "high", "Title", "Lead", (block,))


def _block(heading: str, weight: int, *lines: tuple[str, str | None] | tuple[str, str | None, bool]) -> Block:
    return Block(heading, tuple(Line(*line) for line in lines), weight)


def _message(
    severity: Severity,
    language: Language,
    title: str,
    lead: str,
    blocks: tuple[Block, ...],
    *,
    mentions: tuple[str, ...] = (),
    alerts: int = 0,
) -> Message:
    return Message(
        id="5d41402abc4b2a76b9719d911017c592",
        at=AT,
        language=language,
        severity=severity,
        title=title,
        lead=lead,
        blocks=blocks,
        links=LINKS[language],
        mentions=mentions,
        alerts=tuple(alert(severity, number) for number in range(alerts)),
    )


def alert(severity: Severity, number: int) -> Alert:
    """An alert; its finding has a name with markup in it."""
    actor = Actor("account", "ram-user", "2012345678901234", name="[x](http://evil.example)\ud800")
    finding = Finding(
        finding_id=f"{number:032x}",
        rule="ENI003",
        name="managed-eni-write-succeeded",
        severity=severity,
        trigger="event",
        event_id="A1-B2",
        event_time="2026-03-31T23:33:20Z",
        region="cn-hangzhou",
        account_id="1234567890123456",
        action="ecs:DeleteNetworkInterface",
        outcome="ok",
        actor=actor,
        resources=(
            Resource("eni", f"eni-bp{number:05}example", managed=True, owner_service="nlb.aliyuncs.com"),
        ),
        inventory="known",
        summary="Somebody deleted a managed ENI.",
        evidence=(Evidence("ServiceManaged", value=True, source="snapshot", as_of="2026-03-31T23:00:00Z"),)
        * 4,
        advice="Release the NLB instead.",
        fix=None,
        references=(),
    )
    return Alert(f"{number:032x}", "first", finding, AT, since=AT, until=AT)
