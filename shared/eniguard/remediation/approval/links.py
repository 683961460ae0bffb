"""The link in an alert: it shows one plan, to whoever has it, and lets nobody do anything."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from eniguard.errors import ConfigError
from eniguard.remediation.approval.tokens import Sealed, Tokens, tokens_of
from eniguard.remediation.plan import Plan
from eniguard.settings import RemediationSettings

_PURPOSE = "link"


class Link(Sealed, frozen=True):
    """What a link says."""

    plan_id: str


class Links:
    """Makes links to the page, and reads them.

    Parameters
    ----------
    url
        Where the page is, as ``remediation.approval.url`` says; ends with ``/``.
    tokens
        Made with ``remediation.approval.link_keys``.

    Examples
    --------
    ::

        links = links_of(policy.remediation, secrets.get)
        alert.link = links.to(plan)
    """

    def __init__(self, url: str, tokens: Tokens) -> None:
        self._url = url
        self._tokens = tokens

    def to(self, plan: Plan) -> str:
        """The address of a plan on the page; good until the plan expires."""
        return f"{self._url}?{urlencode({'plan': self.token(plan)})}"

    def token(self, plan: Plan) -> str:
        """What stands for the plan in its address."""
        return self._tokens.made(_PURPOSE, Link(plan.expires, plan.id))

    def read(self, token: str, now: float) -> Link | None:
        """What a token says; ``None`` when it does not hold, whatever is wrong with it."""
        return self._tokens.read(_PURPOSE, token, Link, now)


def links_of(settings: RemediationSettings, secret: Callable[[str], str]) -> Links:
    """The links of the page that guard.yml describes.

    Parameters
    ----------
    settings
        Say where the page is, and name the keys.
    secret
        Gives the value of a reference.

    Raises
    ------
    ConfigError
        guard.yml describes no page, or a key is too short.
    """
    page = settings.approval
    if page is None:
        raise ConfigError("remediation.approval is not set in guard.yml: there is no page to link to")
    return Links(page.url, tokens_of(page.link_keys, secret, name="link_keys"))
