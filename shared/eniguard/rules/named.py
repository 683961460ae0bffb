"""Rules that a policy names by their codes and families: each has to exist."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from eniguard.errors import ConfigError
from eniguard.nearest import nearest
from eniguard.settings import FindingMatch, Policy


def known_code(code: str, known: Collection[str], where: str = "") -> str:
    """The code of a rule as it is written.

    Parameters
    ----------
    code
        The code, in any case.
    known
        The codes that there are.
    where
        What names it, for messages.

    Raises
    ------
    ConfigError
        There is no such rule; the message names the nearest.
    """
    return _known(code, known, "rule", where)


def check_matches(policy: Policy, known: Collection[str]) -> None:
    """Refuse waivers and routes that name a rule or a family that does not exist; ``known`` are the codes.

    Raises
    ------
    ConfigError
        One does; the message names the nearest.
    """
    families: dict[str, None] | None = None
    for where, match in _matches(policy):
        for code in match.rules:
            known_code(code, known, f"{where}.match.rules: ")
        for family in match.families:
            families = families or dict.fromkeys([code[:-3] for code in known])
            _known(family, families, "family of rules", f"{where}.match.families: ")


def _matches(policy: Policy) -> Iterator[tuple[str, FindingMatch]]:
    for place, route in enumerate(policy.routes):
        yield f"routes.{place}", route.match
    for waiver in policy.waivers:
        yield f"waivers.{waiver.id}", waiver.match


def _known(name: str, known: Collection[str], what: str, where: str) -> str:
    if name.upper() in known:
        return name.upper()
    near = nearest(name, known)
    raise ConfigError(f"{where}no {what} {name!r}; did you mean {near[0]}?")
