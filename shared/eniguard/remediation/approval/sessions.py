"""What a browser keeps for the page: a sign-in that was begun, then a session; and what a form carries."""

from __future__ import annotations

from http.cookies import SimpleCookie

from eniguard.remediation.approval.people import Person
from eniguard.remediation.approval.texts import Language
from eniguard.remediation.approval.tokens import Sealed

#: Where the parts of the page are, below its address.
SIGN_IN, SIGNED_IN, DECIDE, SIGN_OUT = "sign-in", "signed-in", "decide", "sign-out"
#: One cookie for the sign-in and then the session: an answer of the trigger can set one. What begins so is
#: taken by browsers from the host itself alone, over TLS (RFC 6265bis, 4.1.3.2).
COOKIE = "__Host-eniguard"
#: Seconds within which somebody has to come back from the issuer.
SIGN_IN_LASTS = 600.0


class SignIn(Sealed, frozen=True):
    """A sign-in that was begun."""

    link: str
    language: Language
    state: str
    nonce: str
    verifier: str


class Session(Sealed, frozen=True):
    """Somebody who signed in."""

    id: str
    person: Person


class Form(Sealed, frozen=True):
    """What a form of a session is about: one plan, as it was shown."""

    session: str
    link: str
    plan_id: str
    digest: str
    language: Language


def cookie_of(value: str, lasts: float) -> str:
    """The header that sets the cookie, for some seconds; 0 takes it away."""
    cookie: SimpleCookie = SimpleCookie()
    cookie[COOKIE] = value
    morsel = cookie[COOKIE]
    morsel["path"], morsel["samesite"], morsel["max-age"] = "/", "Lax", str(int(lasts))
    morsel["secure"], morsel["httponly"] = True, True
    return morsel.OutputString()
