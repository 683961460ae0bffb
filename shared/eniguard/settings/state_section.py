"""The ``state`` section of guard.yml: where state is kept."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

from pydantic import Field, field_validator, model_validator

from eniguard.settings.policy import StateSettings
from eniguard.settings.references import SecretReference, is_reference
from eniguard.settings.strict import Strict

#: The stores there are (`eniguard.state.open_store`).
_SCHEMES = ("memory", "sqlite", "redis", "rediss", "tablestore")


class StateSection(Strict):
    """Where state is kept: dead letters, windows, what was done already."""

    url: str = Field(
        description="`tablestore://…`, `redis://…`, `rediss://…`, `sqlite:///PATH` or `memory:`, without a "
        "password; or `env:NAME` or `kms:NAME`, which holds all of it",
        examples=["rediss://guard@redis.example.com:6379/0", "env:ENIGUARD_STATE"],
    )
    password: SecretReference | None = Field(
        default=None, description="`env:NAME` or `kms:NAME`, never the password", examples=["kms:guard-redis"]
    )
    prefix: str = Field(
        default="",
        pattern=r"^[A-Za-z0-9._/:-]{0,64}$",
        description="What all keys begin with: several guards then share a store",
    )

    @field_validator("url")
    @classmethod
    def _names_a_store_and_no_password(cls, url: str) -> str:
        if is_reference(url):
            return url
        if url.partition(":")[0] not in _SCHEMES:
            raise ValueError(
                f"names no store; expected one of {', '.join(_SCHEMES)}, or env:NAME or kms:NAME"
            )
        try:
            parts = urlsplit(url)
        except ValueError:
            raise ValueError("is no url; expected one as in redis://HOST:6379/0") from None
        if parts.password is not None or any("password" in name for name, _ in parse_qsl(parts.query)):
            raise ValueError("holds a password; put a reference to it under password: env:NAME or kms:NAME")
        return url

    @model_validator(mode="after")
    def _password_goes_into_a_url_of_redis(self) -> StateSection:
        if self.password is not None and self.url.partition(":")[0] not in ("redis", "rediss"):
            raise ValueError("password goes with a url of redis:// or rediss:// only")
        return self

    def compiled(self) -> StateSettings:
        """The compiled form."""
        return StateSettings(self.url, self.password, self.prefix)
