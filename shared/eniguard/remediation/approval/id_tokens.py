"""Whether an id token holds: signed by the issuer, for this page, for this sign-in, just now.

OpenID Connect Core 1.0, section 3.1.3.7. joserfc reads and verifies what is signed; authlib's own claims of
an id token were looked at: they compare neither the time of the sign-in nor the order of `iss` and audience
as strictly.
"""

from __future__ import annotations

import binascii
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256, sha384, sha512

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from msgspec import Struct

from eniguard.errors import SignInRefused
from eniguard.settings.approving import ApprovalSettings

#: Seconds that the clock of the issuer may differ by.
SKEW = 60.0
#: Seconds after which a token that was just asked for is an old one.
_FRESH = 300.0
#: The longest subject there is (OpenID Connect Core 1.0, section 2).
_LONGEST_SUBJECT = 255
_HASHES = {"256": sha256, "384": sha384, "512": sha512}


class Expected(Struct, frozen=True):
    """What an id token has to go with: the sign-in it was asked for in, and what came beside it."""

    nonce: str
    access_token: str | None = None


def verified(
    token: str, keys: KeySet, settings: ApprovalSettings, expected: Expected, now: float
) -> Mapping[str, object]:
    """The claims of an id token.

    Raises
    ------
    SignInRefused
        It does not hold. The message says why, for the log: it goes to nobody who signs in.
    """
    try:
        read = jwt.decode(token, keys, algorithms=list(settings.algorithms))
    except (JoseError, ValueError, TypeError, KeyError, binascii.Error) as error:
        raise SignInRefused(f"the signature of the id token does not hold ({type(error).__name__})") from None
    claims: dict[str, object] = read.claims
    _check_parties(claims, settings)
    _check_times(claims, settings, now)
    nonce, subject = claims.get("nonce"), claims.get("sub")
    if not isinstance(nonce, str) or not _same(nonce, expected.nonce):
        raise SignInRefused("the nonce of the id token is that of another sign-in")
    if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT:
        raise SignInRefused("the id token names no subject")
    if (given := claims.get("at_hash")) is not None:
        _check_hash(given, expected.access_token, str(read.header["alg"]))
    return claims


def _check_parties(claims: Mapping[str, object], settings: ApprovalSettings) -> None:
    if claims.get("iss") != settings.issuer:
        raise SignInRefused("the id token is of another issuer")
    audience = claims.get("aud")
    named = audience if isinstance(audience, list) else [audience]
    if settings.client_id not in named:
        raise SignInRefused("the id token is for another client")
    # Whoever else it is for, it has to have been asked for by this page.
    party = claims.get("azp")
    if (len(named) > 1 or party is not None) and party != settings.client_id:
        raise SignInRefused("the id token was issued to another client")


def _check_times(claims: Mapping[str, object], settings: ApprovalSettings, now: float) -> None:
    expires, issued = _seconds(claims, "exp"), _seconds(claims, "iat")
    if now >= expires + SKEW:
        raise SignInRefused("the id token has expired")
    if not now - _FRESH <= issued <= now + SKEW:
        raise SignInRefused("the id token was not issued just now")
    if "nbf" in claims and _seconds(claims, "nbf") > now + SKEW:
        raise SignInRefused("the id token does not hold yet")
    signed_in = _seconds(claims, "auth_time")
    if not now - settings.max_age - SKEW <= signed_in <= now + SKEW:
        raise SignInRefused("the person proved who they are too long ago")


def _seconds(claims: Mapping[str, object], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise SignInRefused(f"the id token says nothing of {name}")
    return float(value)


def _check_hash(given: object, access_token: str | None, algorithm: str) -> None:
    hashed = _HASHES.get(algorithm[-3:], sha512)((access_token or "").encode()).digest()
    half = urlsafe_b64encode(hashed[: len(hashed) // 2]).rstrip(b"=").decode()
    if not isinstance(given, str) or not _same(given, half):
        raise SignInRefused("the id token goes with another access token")


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode())
