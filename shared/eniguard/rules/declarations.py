"""What a rule may declare of itself; anything else is refused at import, with the nearest name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import Struct

from eniguard.errors import ConfigError
from eniguard.nearest import nearest

_CODE = re.compile(r"[A-Z]{2,8}[0-9]{3}\Z")
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
#: What is said of every rule, in `rules list` and in its findings.
_TEXTS = ("code", "name", "severity", "summary", "why", "advice")


def check_texts(rule: type, severities: Iterable[str]) -> None:
    """Refuse a rule without one of its texts, or with a code, name or severity that is none.

    Raises
    ------
    ConfigError
        The message says which rule and what it declares instead.
    """
    for attribute in _TEXTS:
        text = getattr(rule, attribute, None)
        if not isinstance(text, str) or not text:
            raise ConfigError(f"{_called(rule)}: {attribute} is {text!r}; a text was expected")
    code, name = _said(rule, "code"), _said(rule, "name")
    if not _CODE.match(code):
        raise ConfigError(f"{rule.__name__}: code {code!r} is not letters and three digits, as ENI001")
    if not _NAME.match(name):
        raise ConfigError(f"{code}: name {name!r} is not lower-case words joined by hyphens")
    known(_said(rule, "severity"), severities, f"{code}: unknown severity")


def check_names(rule: type, attribute: str) -> None:
    """Refuse a rule whose ``attribute`` is not a frozenset with some names in it.

    Raises
    ------
    ConfigError
        The message says what stands there.
    """
    given = getattr(rule, attribute, None)
    if not isinstance(given, frozenset) or not given or not all(isinstance(one, str) for one in given):
        raise ConfigError(f'{_called(rule)}: {attribute} is {given!r}; frozenset(("…",)) was expected')


def check_choices(rule: type, attribute: str, valid: Iterable[str]) -> None:
    """Refuse a rule whose ``attribute`` is not a frozenset of valid names.

    Raises
    ------
    ConfigError
        The message names the nearest valid one.
    """
    check_names(rule, attribute)
    for one in sorted(getattr(rule, attribute)):
        known(one, valid, f"{_called(rule)}: unknown {attribute.removesuffix('s')}")


def check_tuple(rule: type, attribute: str, kind: type) -> None:
    """Refuse a rule whose ``attribute`` is not a tuple of things of one kind.

    Raises
    ------
    ConfigError
        The message says what stands there.
    """
    given = getattr(rule, attribute, None)
    if not isinstance(given, tuple) or not all(isinstance(one, kind) for one in given):
        raise ConfigError(
            f"{_called(rule)}: {attribute} is {given!r}; a tuple of {kind.__name__} was expected"
        )


def check_params(rule: type) -> None:
    """Refuse a rule whose ``Params`` is not a frozen msgspec Struct with a default for each field.

    Raises
    ------
    ConfigError
        The message names the parameter.
    """
    params = getattr(rule, "Params", None)
    if not (isinstance(params, type(Struct)) and params.__struct_config__.frozen):
        raise ConfigError(
            f"{_called(rule)}: Params is no frozen msgspec Struct: class Params(Struct, frozen=True)"
        )
    # Most have no fields; to look at them takes 15 µs a rule, for it evaluates their annotations.
    for field in msgspec.structs.fields(params) if params.__struct_fields__ else ():
        if field.required:
            raise ConfigError(f"{_called(rule)}: parameter {field.name} has no default")


def known(given: str, valid: Iterable[str], problem: str) -> None:
    """Refuse a name that is not among the valid ones; the message names the nearest, and all when few.

    Raises
    ------
    ConfigError
        ``problem``, the name, and what was probably meant.
    """
    names = list(valid)
    if given in names:
        return
    near = nearest(given, names)
    meant = f"did you mean {near[0]}? " if near else ""
    raise ConfigError(f"{problem} {given!r}; {meant}valid: {', '.join(names) or 'none'}")


def _said(rule: type, attribute: str) -> str:
    said: str = getattr(rule, attribute)
    return said


def _called(rule: type) -> Any:
    """The code of a rule, or the name of its class while it has none."""
    return getattr(rule, "code", None) or rule.__name__
