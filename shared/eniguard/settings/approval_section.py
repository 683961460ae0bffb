"""The ``remediation.approval`` section of guard.yml: who may approve plans, and how they are known."""

from __future__ import annotations

import re
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from eniguard.settings.approving import AllowedClaim, ApprovalSettings, Keys, RamClaim, RamName
from eniguard.settings.identifiers import RoleName
from eniguard.settings.strict import Strict

_REFERENCE = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*|kms:[A-Za-z0-9][A-Za-z0-9/_+=.@:-]*")

#: Signatures by a private key whose public one the issuer publishes (RFC 7518, 3.1; RFC 8037). Those by a
#: shared secret (HS…) and `none` are not among them: with them, whoever knows the client's secret could sign.
Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]


def _reference(given: str) -> str:
    if not _REFERENCE.fullmatch(given):
        raise ValueError(
            "expected env:NAME or kms:NAME (what is there is not repeated: it may be the secret)"
        )
    return given


def _https(given: str) -> str:
    try:
        parts = urlsplit(given)
        named = parts.hostname is not None and parts.port != 0
    except ValueError:
        named = False
    if not named or parts.scheme != "https" or parts.username is not None or parts.query or parts.fragment:
        raise ValueError("expected https://HOST, with a path if there is one, and nothing after it")
    return given


Reference = Annotated[str, AfterValidator(_reference)]
Https = Annotated[str, AfterValidator(_https)]
ClaimName = Annotated[str, Field(min_length=1, max_length=128)]


class KeysEntry(Strict):
    """A key in use, and the one before it: what was made with that one still holds."""

    current: Reference = Field(description="`env:NAME` or `kms:NAME` of 32 characters or more")
    previous: Reference | None = Field(default=None, description="The key before, while keys are changed")


class AllowedEntry(Strict):
    """A claim of the id token, and the values that let somebody in."""

    claim: ClaimName = Field(examples=["groups"])
    any_of: list[Annotated[str, Field(min_length=1)]] = Field(min_length=1, examples=[["network-security"]])


class RamEntry(Strict):
    """A claim of the id token that says who the person is in RAM."""

    claim: ClaimName = Field(examples=["preferred_username"])
    ram: RamName = Field(
        description="`user`: the name of a RAM user; `session`: the session name of an assumed role, as "
        "single sign-on sets it; `principal_id`: the id of a RAM user"
    )
    roles: list[RoleName] = Field(
        default_factory=list,
        description="Of `session`: the roles that single sign-on alone may assume, so that nobody can choose "
        "the names of their sessions",
        examples=[["sso-operators"]],
    )

    @model_validator(mode="after")
    def _names_roles_of_sessions(self) -> RamEntry:
        if self.ram == "session" and not self.roles:
            raise ValueError(
                "session needs roles: whoever assumes a role by AssumeRole chooses the name of the session, "
                "so name those that single sign-on alone may assume"
            )
        if self.ram != "session" and self.roles:
            raise ValueError(f"roles are those of sessions: leave them out where ram is {self.ram}")
        return self


class ApprovalSection(Strict):
    """The page on which plans are approved or rejected, and who may do so."""

    url: Https = Field(
        description="Where the page is, under a domain of your own", examples=["https://approve.example.com/"]
    )
    issuer: Https = Field(
        description="The issuer of OpenID Connect, exactly as it calls itself",
        examples=["https://login.example.com/realms/staff"],
    )
    client_id: str = Field(min_length=1)
    client_secret: Reference = Field(
        description="`env:NAME` or `kms:NAME`, never the secret", examples=["kms:eniguard-oidc"]
    )
    link_keys: KeysEntry = Field(description="What links in alerts are made with")
    session_keys: KeysEntry = Field(
        description="What sign-ins and forms are made with; only the page has them"
    )
    allowed: list[AllowedEntry] = Field(
        min_length=1, description="What an id token has to say; all of it. Without it nobody may approve"
    )
    ram: list[RamEntry] = Field(
        min_length=1,
        description="Who the person is in RAM: nobody approves a plan against his own call, and whoever "
        "cannot be told from its caller approves nothing",
    )
    algorithms: tuple[Algorithm, ...] = Field(
        default=("RS256", "PS256", "ES256"),
        min_length=1,
        description="What id tokens may be signed with",
    )
    scopes: list[Annotated[str, Field(pattern=r"^[!#-\[\]-~]+$")]] = Field(
        default_factory=lambda: ["openid", "profile", "email"], description="What is asked for at the sign-in"
    )
    max_age: int = Field(
        default=3600, ge=60, le=86_400, description="Seconds since the person proved who they are"
    )
    session: int = Field(default=600, ge=60, le=3600, description="Seconds that a session lasts")

    @model_validator(mode="after")
    def _keeps_keys_apart(self) -> ApprovalSection:
        links = {self.link_keys.current, self.link_keys.previous} - {None}
        sessions = {self.session_keys.current, self.session_keys.previous} - {None}
        if links & sessions or self.client_secret in links | sessions:
            raise ValueError(
                "link_keys, session_keys and client_secret have to be different secrets: "
                "the functions that send alerts know the keys of links, and may not open sessions"
            )
        if "openid" not in self.scopes:
            raise ValueError("scopes need openid: without it there is no id token")
        return self

    def compiled(self) -> ApprovalSettings:
        """The compiled form."""
        return ApprovalSettings(
            url=self.url if self.url.endswith("/") else f"{self.url}/",
            issuer=self.issuer,
            client_id=self.client_id,
            client_secret=self.client_secret,
            link_keys=Keys(self.link_keys.current, self.link_keys.previous),
            session_keys=Keys(self.session_keys.current, self.session_keys.previous),
            allowed=tuple(AllowedClaim(one.claim, tuple(one.any_of)) for one in self.allowed),
            ram=tuple(RamClaim(one.claim, one.ram, tuple(one.roles)) for one in self.ram),
            algorithms=self.algorithms,
            scopes=tuple(self.scopes),
            max_age=self.max_age,
            session=self.session,
        )


#: The models below ``remediation.approval``, by the keys that lead to them.
SECTIONS: dict[tuple[str, ...], type[Strict]] = {
    (): ApprovalSection,
    ("link_keys",): KeysEntry,
    ("session_keys",): KeysEntry,
    ("allowed",): AllowedEntry,
    ("ram",): RamEntry,
}
