"""An issuer of OpenID Connect for the tests, which can also say what no real one would."""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import responses
from joserfc import jwt
from joserfc.jwk import RSAKey
from requests import PreparedRequest

ISSUER = "https://login.example.com/staff"
CLIENT, SECRET = "eniguard-page", "the-secret-of-the-client"
KEY = RSAKey.generate_key(2048, {"kid": "2026", "use": "sig"}, auto_kid=False)
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "2026", "use": "sig"}, auto_kid=False)
#: What HS256 signs with in the trick that takes a public key for a shared secret.
PUBLIC_AS_SECRET = KEY.as_pem(private=False)


class Issuer:
    """Answers at `ISSUER`, within ``responses``.

    ``claims`` are what the next id token says beside what every one does, ``without`` what it leaves out.
    """

    def __init__(self, answers: responses.RequestsMock, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.person: dict[str, Any] = {}
        self.claims: dict[str, Any] = {}
        self.without: set[str] = set()
        self.header: dict[str, Any] = {"alg": "RS256", "kid": "2026"}
        self.key: Any = KEY
        self.published = [KEY]
        self.about: dict[str, Any] = {}
        self.id_token: str | None = None
        self.exchanged: list[dict[str, str]] = []
        self.asked: list[str] = []
        self._challenge = self._nonce = ""
        for method, path, answer in (
            ("GET", "/.well-known/openid-configuration", self._discovery),
            ("GET", "/keys", self._keys),
            ("POST", "/token", self._token),
        ):
            answers.add_callback(method, f"{ISSUER}{path}", answer)

    def sign_in(self, address: str) -> dict[str, str]:
        """What somebody comes back with who was sent to ``address`` and proved who they are."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert (query["response_type"], query["client_id"], query["code_challenge_method"]) == (
            "code",
            CLIENT,
            "S256",
        )
        self._challenge, self._nonce = query["code_challenge"], query["nonce"]
        return {"code": "code-1", "state": query["state"]}

    def _discovery(self, _: PreparedRequest) -> tuple[int, dict[str, str], str]:
        self.asked.append("discovery")
        about = {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/authorize",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/keys",
            **self.about,
        }
        return 200, {}, json.dumps(about)

    def _keys(self, _: PreparedRequest) -> tuple[int, dict[str, str], str]:
        self.asked.append("keys")
        return 200, {}, json.dumps({"keys": [one.as_dict(private=False) for one in self.published]})

    def _token(self, request: PreparedRequest) -> tuple[int, dict[str, str], str]:
        form = dict(parse_qsl(str(request.body)))
        self.exchanged.append({**form, "authorization": request.headers.get("Authorization", "")})
        hashed = _text(sha256(form["code_verifier"].encode()).digest())
        if form["code"] != "code-1" or hashed != self._challenge:
            return 400, {"Content-Type": "application/json"}, json.dumps({"error": "invalid_grant"})
        answer = {"access_token": "at", "token_type": "Bearer", "id_token": self.id_token or self._signed()}
        return 200, {"Content-Type": "application/json"}, json.dumps(answer)

    def _signed(self) -> str:
        now = int(self._clock())
        claims = {
            "iss": ISSUER,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "auth_time": now - 10,
            "nonce": self._nonce,
            **self.person,
            **self.claims,
        }
        said = {name: value for name, value in claims.items() if name not in self.without}
        if isinstance(self.key, bytes):
            return _signed_with_a_secret(self.header, said, self.key)
        return jwt.encode(self.header, said, self.key, algorithms=[self.header["alg"]])


def _signed_with_a_secret(header: dict[str, Any], claims: dict[str, Any], key: bytes) -> str:
    """By hand: joserfc refuses to take a public key for a secret. Without a key the token is not signed."""
    signed = ".".join(_text(json.dumps(part).encode()) for part in (header, claims))
    return f"{signed}.{_text(hmac.digest(key, signed.encode(), 'sha256')) if key else ''}"


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()
