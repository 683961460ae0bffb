"""The approval page: a link shows a plan, a person who signed in decides about it, once.

What does not hold (a link, the answer of an issuer, a session, a form) gets one and the same answer, whatever
is wrong with it and wherever it was sent.
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from msgspec import Struct

from eniguard.errors import (
    ApproverIsActor,
    CloudError,
    RemediationError,
    SignInRefused,
    SignInUnavailable,
    VerdictRefused,
)
from eniguard.remediation.approval import views
from eniguard.remediation.approval.exchange import Answer, Request
from eniguard.remediation.approval.limits import DECISIONS, SIGN_INS, VIEWS, Limit, Limits
from eniguard.remediation.approval.links import Link, Links
from eniguard.remediation.approval.openid import OpenId
from eniguard.remediation.approval.people import Person, hindrance, person_of
from eniguard.remediation.approval.sessions import (
    COOKIE,
    DECIDE,
    SIGN_IN,
    SIGN_IN_LASTS,
    SIGN_OUT,
    SIGNED_IN,
    Form,
    Session,
    SignIn,
    cookie_of,
)
from eniguard.remediation.approval.texts import Language, language_of
from eniguard.remediation.approval.tokens import Tokens
from eniguard.remediation.box import Plans
from eniguard.remediation.plan import PlanRecord
from eniguard.remediation.seal import Seal
from eniguard.settings.approving import ApprovalSettings
from eniguard.toolkit import Logger

#: Modes of plans that a person may decide about.
_OPEN_MODES = ("approve", "auto")


class Decider(Struct, frozen=True):
    """What decides, and has it carried out.

    Attributes
    ----------
    plans
        Where the plans are.
    seal
        Makes the verdicts.
    remediate
        Has a plan carried out, by its id, without waiting for it; raises `CloudError`.
    """

    plans: Plans
    seal: Seal
    remediate: Callable[[str], None]


class ApprovalPage:
    """Answers requests.

    Parameters
    ----------
    settings
        ``remediation.approval`` of guard.yml.
    decider
        What decides.
    links
        Reads the links.
    tokens
        Made with the keys of sessions.
    openid
        The issuer.
    limits
        How often something may be done.
    logger
        Where what is refused, and every decision, is told.
    clock
        Gives seconds since 1970 (UTC).
    """

    def __init__(
        self,
        settings: ApprovalSettings,
        *,
        decider: Decider,
        links: Links,
        tokens: Tokens,
        openid: OpenId,
        limits: Limits,
        logger: Logger,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._decider = decider
        self._links = links
        self._tokens = tokens
        self._openid = openid
        self._limits = limits
        self._log = logger
        self._clock = clock
        self._path = urlsplit(settings.url).path

    def answer(self, request: Request) -> Answer:
        """The answer to a request.

        Raises
        ------
        StateError
            The store does not answer.
        """
        language = language_of(request.query.get("lang", ""), request.headers.get("accept-language", ""))
        part = request.path.removeprefix(self._path) if request.path.startswith(self._path) else None
        try:
            if request.method == "GET" and part == "":
                return self._show(request, language)
            if request.method == "GET" and part == SIGN_IN:
                return self._send_to_issuer(request, language)
            if request.method == "GET" and part == SIGNED_IN:
                return self._come_back(request, language)
            if request.method == "POST" and part in (DECIDE, SIGN_OUT):
                return self._posted(request, part, language)
        except SignInRefused as error:
            self._log.warning("sign_in_refused", error=error)
        except SignInUnavailable as error:
            self._log.error("sign_in_unavailable", error=error)
            return views.message_page("broken", 503, language)
        return self._invalid(language)

    def _show(self, request: Request, language: Language) -> Answer:
        found = self._of_link(request.query.get("plan", ""))
        if found is None:
            return self._invalid(language)
        link, record = found
        if not self._within(VIEWS, request, link.plan_id):
            return self._too_often(language)
        return self._plan_page(record, request.query["plan"], self._session(request), language)

    def _plan_page(
        self, record: PlanRecord, link: str, session: Session | None, language: Language, notice: str = ""
    ) -> Answer:
        other = "en" if language == "zh-CN" else "zh-CN"
        query = {"plan": link, "lang": language}
        addresses = views.Addresses(
            sign_in=self._address(SIGN_IN, query),
            decide=self._address(DECIDE, {}),
            sign_out=self._address(SIGN_OUT, {}),
            other_language=self._address("", {**query, "lang": other}),
        )
        scene = self._scene(record, link, session, language, notice or None)
        return views.plan_page(record, scene, addresses, language)

    def _scene(
        self, record: PlanRecord, link: str, session: Session | None, language: Language, notice: str | None
    ) -> views.Scene:
        plan = record.plan
        open_now = record.state == "proposed" and plan.mode in _OPEN_MODES
        if session is None:
            hindered = None if open_now else self._why_not(record)
            return views.Scene("sign_in" if open_now else None, notice, hindered)
        person, form = session.person, self._form(record, link, session, language)
        if (against := hindrance(person, plan.actor, self._settings)) is not None:
            return views.Scene(None, notice, against, person.name, form)
        if open_now:
            return views.Scene("decide", notice, None, person.name, form)
        # What was approved and is not begun was lost on its way: whoever may decide may send it again.
        offer: views.Offer | None = "start_again" if record.state == "approved" else None
        return views.Scene(offer, notice, self._why_not(record), person.name, form)

    def _why_not(self, record: PlanRecord) -> str:
        return "not_open" if record.plan.mode in _OPEN_MODES else "only_shown"

    def _form(self, record: PlanRecord, link: str, session: Session, language: Language) -> str:
        form = Form(session.until, session.id, link, record.plan.id, record.plan.digest, language)
        return self._tokens.made("form", form)

    def _send_to_issuer(self, request: Request, language: Language) -> Answer:
        found = self._of_link(request.query.get("plan", ""))
        if found is None:
            return self._invalid(language)
        if not self._within(SIGN_INS, request, "sign-in"):
            return self._too_often(language)
        begun = SignIn(
            until=self._clock() + SIGN_IN_LASTS,
            link=request.query["plan"],
            language=language,
            state=secrets.token_urlsafe(32),
            nonce=secrets.token_urlsafe(32),
            # 43 characters are the fewest there may be (RFC 7636, 4.1).
            verifier=secrets.token_urlsafe(48),
        )
        address = self._openid.address(
            state=begun.state, nonce=begun.nonce, verifier=begun.verifier, language=language
        )
        return views.redirect(address, cookie_of(self._tokens.made("sign-in", begun), SIGN_IN_LASTS))

    def _come_back(self, request: Request, language: Language) -> Answer:
        begun = self._tokens.read("sign-in", request.cookie(COOKIE), SignIn, self._clock())
        state = request.query.get("state", "").encode("utf-8", "surrogatepass")
        if begun is None or not hmac.compare_digest(begun.state.encode(), state):
            raise SignInRefused("the answer of the issuer belongs to no sign-in of this browser")
        if not self._within(SIGN_INS, request, "signed-in"):
            return self._too_often(begun.language)
        claims = self._openid.claims(request.query, nonce=begun.nonce, verifier=begun.verifier)
        person = person_of(claims, self._settings)
        if not isinstance(person, Person):
            self._log.warning("approver_refused", reason=person, subject=str(claims["sub"]))
            return views.message_page("refused", 403, begun.language, person)
        lasts = float(self._settings.session)
        session = Session(self._clock() + lasts, secrets.token_urlsafe(16), person)
        back = self._address("", {"plan": begun.link, "lang": begun.language})
        return views.redirect(back, cookie_of(self._tokens.made("session", session), lasts))

    def _posted(self, request: Request, part: str, language: Language) -> Answer:
        session, form = self._session(request), self._read_form(request)
        # With no-referrer a browser says no origin; what it says of where a request comes from, it says here.
        here = request.headers.get("sec-fetch-site", "same-origin") == "same-origin"
        if session is None or form is None or form.session != session.id or not here:
            return self._invalid(language)
        back = self._address("", {"plan": form.link, "lang": form.language})
        if part == SIGN_OUT:
            return views.redirect(back, cookie_of("", 0))
        return self._decided(request, session.person, form, back)

    def _decided(self, request: Request, person: Person, form: Form, back: str) -> Answer:
        verdict = request.form.get("verdict")
        found = self._of_link(form.link)
        if found is None or verdict not in ("approve", "reject"):
            return self._invalid(form.language)
        record = found[1]
        if record.plan.id != form.plan_id or record.plan.digest != form.digest:
            return self._invalid(form.language)
        if not self._limits.allow(DECISIONS, f"{person.issuer} {person.subject}"):
            return self._too_often(form.language)
        if (against := hindrance(person, record.plan.actor, self._settings)) is not None:
            return self._refused(person, record, against, form.language)
        if record.state == "proposed":
            try:
                record = self._decide(record, person, approved=verdict == "approve")
            except ApproverIsActor:
                return self._refused(person, record, "is_actor", form.language)
            except VerdictRefused as error:
                self._log.warning("verdict_refused", error=error, plan=record.plan.id)
                return self._invalid(form.language)
        # Also when the plan was decided about before: what was lost on its way is sent again, and carried out
        # once.
        if record.state == "approved" and verdict == "approve" and not self._started(record):
            return self._plan_page(record, form.link, self._session(request), form.language, "not_started")
        return views.redirect(back)

    def _decide(self, record: PlanRecord, person: Person, *, approved: bool) -> PlanRecord:
        decider, plan = self._decider, record.plan
        verdict = decider.seal.verdict(plan, person.approver, approved=approved, at=self._clock())
        decided = decider.plans.decide(plan.id, verdict)
        self._log.write("plan_decided", plan=plan.id, approved=approved, approver=person.approver)
        return decided

    def _started(self, record: PlanRecord) -> bool:
        try:
            self._decider.remediate(record.plan.id)
        except (CloudError, RemediationError) as error:
            self._log.error("remediate_not_started", error=error, plan=record.plan.id)
            return False
        return True

    def _refused(self, person: Person, record: PlanRecord, why: str, language: Language) -> Answer:
        self._log.warning("approver_refused", reason=why, subject=person.subject, plan=record.plan.id)
        return views.message_page("refused", 403, language, why)

    def _of_link(self, token: str) -> tuple[Link, PlanRecord] | None:
        """What a link leads to; the store is asked for no link that does not hold."""
        link = self._links.read(token, self._clock())
        record = None if link is None else self._decider.plans.get(link.plan_id)
        return None if link is None or record is None else (link, record)

    def _session(self, request: Request) -> Session | None:
        return self._tokens.read("session", request.cookie(COOKIE), Session, self._clock())

    def _read_form(self, request: Request) -> Form | None:
        return self._tokens.read("form", request.form.get("form", ""), Form, self._clock())

    def _within(self, limit: Limit, request: Request, what: str) -> bool:
        return self._limits.allow(limit, f"{request.source_ip} {what}")

    def _address(self, part: str, query: dict[str, str]) -> str:
        address = f"{self._settings.url}{part}"
        return f"{address}?{urlencode(query)}" if query else address

    def _invalid(self, language: Language) -> Answer:
        return views.message_page("invalid", 404, language)

    def _too_often(self, language: Language) -> Answer:
        answer = views.message_page("busy", 429, language)
        return Answer(answer.status, {**answer.headers, "Retry-After": "600"}, answer.body)
