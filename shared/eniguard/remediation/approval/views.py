"""What the page looks like: HTML, one style sheet within it, and no script."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from functools import cache
from hashlib import sha256
from importlib.resources import files
from types import SimpleNamespace
from typing import Any, Literal

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from msgspec import Struct

from eniguard.model import Actor
from eniguard.printable import shown
from eniguard.remediation.approval.exchange import Answer
from eniguard.remediation.approval.texts import TEXTS, Language
from eniguard.remediation.plan import PlanRecord

#: What the page offers to do about a plan.
Offer = Literal["sign_in", "decide", "start_again"]

_STYLE = files("eniguard.remediation.approval").joinpath("templates/style.css").read_text("utf-8")
_STYLE_HASH = b64encode(sha256(_STYLE.encode()).digest()).decode()

#: What every answer says to the browser: nothing comes from elsewhere, nothing is kept, nothing is told on.
HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000",
    "Vary": "Accept-Language, Cookie",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}


class Scene(Struct, frozen=True):
    """What one look at a plan shows beside the plan.

    Attributes
    ----------
    offer
        What can be done about it; ``None`` when nothing can.
    notice, hindrance
        Names of texts: what happened, and why nothing can be done.
    name
        Who is signed in; ``None`` when nobody is.
    form
        What the forms carry; empty when nobody is signed in.
    """

    offer: Offer | None
    notice: str | None = None
    hindrance: str | None = None
    name: str | None = None
    form: str = ""


class Addresses(Struct, frozen=True):
    """Where the links and forms of a plan's page lead."""

    sign_in: str
    decide: str
    sign_out: str
    other_language: str


def plan_page(record: PlanRecord, scene: Scene, addresses: Addresses, language: Language) -> Answer:
    """The page of one plan."""
    plan, text = record.plan, TEXTS[language]
    verdict = record.verdict
    decided = None
    if verdict is not None:
        decided = _said(text["decided_by"], name=verdict.approver.name, at=_moment(verdict.at, language))
    return _page(
        "plan.html",
        200,
        language,
        addresses.other_language,
        title=_said(text["title"], rule=plan.rule),
        plan=plan,
        who=_who(plan.actor, text),
        state=text[f"state_{record.state}"],
        decided=decided,
        reason=record.reason,
        expires=_moment(plan.expires, language),
        read_at=_said(text["read_at"], at=_moment(plan.at, language)),
        notice=None if scene.notice is None else text[scene.notice],
        hindrance=None if scene.hindrance is None else text[scene.hindrance],
        signed_in=None if scene.name is None else _said(text["signed_in_as"], name=scene.name),
        offer=scene.offer,
        form=scene.form,
        sign_in=addresses.sign_in,
        decide=addresses.decide,
        sign_out=addresses.sign_out,
    )


def message_page(name: str, status: int, language: Language, detail: str | None = None) -> Answer:
    """A page that says one thing: the texts ``NAME_title`` and ``NAME``, or another one in its place."""
    text = TEXTS[language]
    return _page(
        "message.html", status, language, None, title=text[f"{name}_title"], message=text[detail or name]
    )


def redirect(address: str, cookie: str | None = None) -> Answer:
    """Send the browser elsewhere, by GET."""
    headers = {**HEADERS, "Location": address}
    return Answer(303, headers if cookie is None else {**headers, "Set-Cookie": cookie})


def _page(
    template: str, status: int, language: Language, other_language: str | None, **values: Any
) -> Answer:
    other: Language = "zh-CN" if language == "en" else "en"
    body = (
        _templates()
        .get_template(template)
        .render(
            language=language,
            other_language=other_language and {"address": other_language, "tag": other},
            text=SimpleNamespace(**TEXTS[language]),
            style=Markup(_STYLE),
            **values,
        )
    )
    headers = {**HEADERS, "Content-Type": "text/html; charset=utf-8", "Content-Language": language}
    return Answer(status, headers, body)


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("eniguard.remediation.approval"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalized,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _finalized(value: object) -> object:
    """Whatever is put into a page: what does not print is written as an escape, before HTML is escaped."""
    return shown(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _said(text: str, **values: str) -> str:
    """A text with values in it; nothing in the values is looked at."""
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _who(actor: Actor | None, text: Mapping[str, str]) -> list[str]:
    """The actor in pieces, the surest first."""
    if actor is None:
        return []
    session = f"{text['session']} {actor.session}" if actor.session else None
    found = (actor.role or actor.name, session, actor.type, actor.principal_id, actor.source_ip)
    return list(dict.fromkeys(filter(None, found)))


def _moment(at: float, language: Language) -> str:
    """A time to the minute: in UTC, and for readers of Chinese in that of China."""
    hours, name = (8, "UTC+8") if language == "zh-CN" else (0, "UTC")
    zone = timezone(timedelta(hours=hours))
    return f"{datetime.fromtimestamp(at, zone):%Y-%m-%d %H:%M} {name}"
