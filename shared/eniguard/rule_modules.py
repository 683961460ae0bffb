"""Rules of your own: the modules that guard.yml names, imported where a policy becomes a registry.

A module's rules are those in its ``RULES``, or else its public classes that derive from `eniguard.rules.Rule`
or `eniguard.rules.SweepRule` and are defined in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from itertools import count
from types import ModuleType
from typing import Any

import msgspec

from eniguard.errors import ConfigError
from eniguard.nearest import ALIKE, nearest
from eniguard.rules.base import Rule
from eniguard.rules.registry import AnyRule, Registry, catalogue, naming
from eniguard.rules.sweep import SweepRule
from eniguard.settings import Policy

_KINDS = (Rule, SweepRule)
_WHERE = "rules.modules"
#: Letters of codes that no packaged rule has, for examples.
_LETTERS = "ACME"


def registry_of(policy: Policy, *, event_path: bool = False, only: Iterable[str] | None = None) -> Registry:
    """The enabled rules of a policy, those of its modules included.

    Parameters
    ----------
    policy, event_path, only
        As for `Registry`.

    Raises
    ------
    ConfigError
        As for `Registry` and `custom_rules`.
    """
    return Registry(policy, custom=_own_rules(policy), event_path=event_path, only=only)


def catalogue_of(policy: Policy) -> tuple[AnyRule, ...]:
    """Every rule there is under a policy, enabled or not: the packaged ones, then those of its modules.

    Raises
    ------
    ConfigError
        As for `custom_rules`.
    """
    return (*catalogue(), *_own_rules(policy))


def _own_rules(policy: Policy) -> tuple[AnyRule, ...]:
    with naming(policy):
        return custom_rules(policy.rule_modules)


def custom_rules(modules: Sequence[str]) -> tuple[AnyRule, ...]:
    """The rules of modules, in their order.

    Parameters
    ----------
    modules
        Names as ``import`` takes them.

    Raises
    ------
    ConfigError
        A module is not found, cannot be imported, or holds no rule; or a rule could never work, or has the
        code of another one.
    """
    found: list[tuple[str, AnyRule]] = []
    for place, name in enumerate(modules):
        if name in modules[:place]:
            raise ConfigError(f"{_WHERE}: {name} stands twice; name it once")
        found += [(name, rule) for rule in _rules_of(_imported(name))]
    own = tuple([rule for _, rule in found])
    taken = {rule.code: f"the packaged rule {rule.name}" for rule in catalogue()} if own else {}
    for name, rule in found:
        if rule.code in taken:
            raise ConfigError(
                f"{_WHERE}: {name}: code {rule.code} of {rule.__name__} is taken by {taken[rule.code]}; "
                f"{_other_code(rule.code, own)}"
            )
        taken[rule.code] = f"{rule.__name__} of {name}"
    return own


def _other_code(code: str, own: Sequence[AnyRule]) -> str:
    """What to do about a code that is taken: ``own`` are all rules of the modules."""
    packaged = {rule.code[:-3] for rule in catalogue()}
    letters = _LETTERS if code[:-3] in packaged else code[:-3]
    used = {rule.code for rule in own}
    free = next(one for number in count(1) if (one := f"{letters}{number:03}") not in used)
    return f"give it letters of your own, as in {free}" if letters != code[:-3] else f"{free} is free"


def _imported(name: str) -> ModuleType:
    try:
        return import_module(name)
    except ConfigError as error:
        raise ConfigError(f"{_WHERE}: {name}: {error}") from error
    except (Exception, SystemExit) as error:
        if isinstance(error, ModuleNotFoundError) and f"{name}.".startswith(f"{error.name}."):
            raise ConfigError(f"{_WHERE}: no module {name!r}; {_meant(name, error.name or name)}") from None
        problem = f"{type(error).__name__}: {error}{_place(error)}"
        raise ConfigError(f"{_WHERE}: importing {name} failed with {problem}") from error


def _meant(name: str, missing: str) -> str:
    """What to do about a module that was not found; ``missing`` is it, or the package above it."""
    from pkgutil import iter_modules

    package, _, last = missing.rpartition(".")
    if last == "py":
        return f"did you mean {package}? Modules are named as in an import"
    path = getattr(import_module(package), "__path__", ()) if package else None
    near = nearest(last, [one.name for one in iter_modules(path)], alike=ALIKE)
    where = "has to lie in the deployed bundle or in a folder on PYTHONPATH"
    if not near:
        return f"it {where}"
    return f"did you mean {name[: len(missing) - len(last)]}{near[0]}{name[len(missing) :]}? It {where}"


def _place(error: BaseException) -> str:
    """Where an exception was raised; a syntax error says so itself."""
    step = error.__traceback__
    if step is None or isinstance(error, SyntaxError):
        return ""
    while step.tb_next is not None:
        step = step.tb_next
    return f" ({step.tb_frame.f_code.co_filename}, line {step.tb_lineno})"


def _rules_of(module: ModuleType) -> list[AnyRule]:
    given = getattr(module, "RULES", None)
    found = list(_defined_in(module) if given is None else _listed(given, module))
    if not found:
        raise ConfigError(
            f"{_WHERE}: {module.__name__} holds no rule: define a public subclass of eniguard.rules.Rule or "
            "eniguard.rules.SweepRule in it, or list the rules in a tuple RULES"
        )
    for rule in found:
        _check(rule, module)
    return found


def _defined_in(module: ModuleType) -> Iterable[AnyRule]:
    """The public rules that a module defines, each once; a base of others has no code and is not finished."""
    return dict.fromkeys(
        value
        for name, value in vars(module).items()
        if not name.startswith("_")
        and _is_rule(value)
        and value.__module__ == module.__name__
        and (hasattr(value, "code") or not _unfinished(value))
    )


def _listed(given: Any, module: ModuleType) -> Iterator[AnyRule]:
    if not isinstance(given, tuple):
        raise ConfigError(f"{_WHERE}: {module.__name__}: RULES is {given!r}; a tuple of rules was expected")
    for one in given:
        if not _is_rule(one):
            raise ConfigError(
                f"{_WHERE}: {module.__name__}: {one!r} in RULES is not a class that derives from "
                "eniguard.rules.Rule or eniguard.rules.SweepRule"
            )
        yield one


def _check(rule: AnyRule, module: ModuleType) -> None:
    """Refuse what a class statement alone does not show."""
    where = f"{_WHERE}: {module.__name__}: {rule.__name__}"
    if not hasattr(rule, "code"):
        raise ConfigError(f"{where} has no code; give it one, or a name that begins with _ if it is a base")
    if missing := _unfinished(rule):
        raise ConfigError(f"{where} does not define {', '.join(sorted(missing))}")
    try:
        msgspec.json.schema(rule.Params)
    except TypeError as error:
        raise ConfigError(f"{where}: a parameter has a type that guard.yml cannot say: {error}") from None
    try:
        rule(None)
    except (Exception, SystemExit) as error:
        problem = f"{type(error).__name__}: {error}{_place(error)}"
        raise ConfigError(
            f"{where} cannot be made from its settings, which its base takes: {problem}"
        ) from error


def _is_rule(value: Any) -> bool:
    # Python 3.10 takes an alias such as Sequence[int] for an instance of type, but not for a class.
    return issubclass(type(value), type) and issubclass(value, _KINDS)


def _unfinished(rule: type) -> frozenset[str]:
    """The methods that a class still has to define."""
    found: frozenset[str] = getattr(rule, "__abstractmethods__", frozenset())
    return found
