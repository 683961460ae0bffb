"""template.yml as Serverless Devs renders it: variables, environment, and what resources take over.

Only the expressions that this project's template needs are known; any other is a problem, and so is one whose
value Serverless Devs could not find (docs/sources.md, Serverless Devs).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

#: An expression, without those that have another one inside.
_EXPRESSION = re.compile(r"\$\{([^${}]*)\}")
_ENV = re.compile(r"env\(\s*'([A-Za-z_][A-Za-z0-9_]*)'\s*(?:,\s*'([^']*)'\s*)?\)")
_KNOWN = "${vars.NAME}, ${env('NAME', 'default')} and ${resources.NAME.props.NAME}"

Json = Any
Values = dict[str, Any]


class Variable(Struct, frozen=True):
    """An environment variable that a template asks for; ``default`` counts where it is not ``set``."""

    name: str
    default: str | None
    set: bool


class Rendered(Struct, frozen=True):
    """A template with its expressions replaced.

    Attributes
    ----------
    document
        The template; resources have what they take over from ``template`` in their ``props``.
    variables
        The environment variables it asks for, each once.
    problems
        What is wrong with its expressions: the place, and what to do.
    """

    document: Values
    variables: tuple[Variable, ...]
    problems: tuple[str, ...]


def rendered(document: Mapping[str, Any], environment: Mapping[str, str]) -> Rendered:
    """A template as Serverless Devs sees it in an environment."""
    return _Rendering(document, environment).run()


class _Rendering:
    def __init__(self, document: Mapping[str, Any], environment: Mapping[str, str]) -> None:
        self._given = document
        self._environment = environment
        self._variables: dict[str, Variable] = {}
        self._problems: dict[str, None] = {}
        #: Expressions whose values are being found, outermost first.
        self._open: list[str] = []

    def run(self) -> Rendered:
        document = {}
        for key, value in self._given.items():
            if key == "resources":
                document[key] = self._resources(value)
            elif key == "access":
                document[key] = value  # Serverless Devs takes it as it stands.
            else:
                document[key] = self._value(value, key)
        return Rendered(document, tuple(self._variables.values()), tuple(self._problems))

    def _resources(self, given: Json) -> Json:
        if not isinstance(given, Mapping):
            return given
        return {name: self._resource(one, f"resources.{name}") for name, one in given.items()}

    def _resource(self, given: Json, where: str) -> Json:
        if not isinstance(given, Mapping):
            return given
        return self._value({**given, "props": self._props(given, where)}, where)

    def _props(self, resource: Mapping[str, Any], where: str) -> Json:
        """The properties of a resource with those it takes over, unrendered: maps are merged, lists not."""
        own, taken = resource.get("props", {}), resource.get("extend")
        if taken is None:
            return own
        name = taken.get("name") if isinstance(taken, Mapping) else None
        bases = self._given.get("template")
        if not isinstance(bases, Mapping) or not isinstance(bases.get(name), Mapping):
            self._problem(f"{where}.extend", f"template has no {name!r}: name one that is there")
            return own
        left_out = taken.get("ignore", ())
        base = {key: value for key, value in bases[name].items() if key not in left_out}
        return _merged(base, own)

    def _value(self, given: Json, where: str) -> Json:
        if isinstance(given, str):
            return self._text(given, where)
        if isinstance(given, Mapping):
            return {key: self._value(value, f"{where}.{key}") for key, value in given.items()}
        if isinstance(given, list):
            return [self._value(value, f"{where}[{place}]") for place, value in enumerate(given)]
        return given

    def _text(self, given: str, where: str) -> Json:
        whole = _EXPRESSION.fullmatch(given)
        if whole:
            return self._found(whole[1].strip(), where)
        text = _EXPRESSION.sub(lambda match: str(self._found(match[1].strip(), where)), given)
        if "${" in text and "${" in _EXPRESSION.sub("", given):
            self._problem(where, f"{given!r} holds an expression in another one: give it a name under vars")
        return text

    def _found(self, expression: str, where: str) -> Json:
        """The value of an expression; the expression itself where it has none."""
        as_it_stands = f"${{{expression}}}"
        if expression in self._open:
            self._problem(where, f"{as_it_stands} leads back to itself")
            return as_it_stands
        self._open.append(expression)
        try:
            return self._asked(expression, where)
        except KeyError as error:
            self._problem(where, f"{as_it_stands}: {error.args[0]}")
            return as_it_stands
        finally:
            self._open.pop()

    def _asked(self, expression: str, where: str) -> Json:
        variable = _ENV.fullmatch(expression)
        if variable:
            return self._env(variable[1], variable[2])
        first, *rest = expression.split(".")
        if first == "vars":
            return self._value(_walked(self._given.get("vars"), rest), expression)
        if first == "resources" and len(rest) > 1:
            return self._of_resource(rest[0], rest[1], rest[2:], expression)
        raise KeyError(f"not an expression that this template may hold; known: {_KNOWN}")

    def _env(self, name: str, default: str | None) -> str:
        self._variables.setdefault(name, Variable(name, default, name in self._environment))
        value = self._environment.get(name, default)
        if value is None:
            raise KeyError(f"the variable {name} is not set: give it a documentation value as its default")
        return value

    def _of_resource(self, name: str, part: str, path: Sequence[str], expression: str) -> Json:
        resources = self._given.get("resources")
        resource = resources.get(name) if isinstance(resources, Mapping) else None
        if not isinstance(resource, Mapping):
            raise KeyError(f"there is no resource {name!r}")
        if part == "output":
            raise KeyError(
                f"it is known after a deployment only, and keeps `s {name} …` from running on its own: "
                f"take ${{resources.{name}.props.…}}"
            )
        if part != "props":
            raise KeyError(f"a resource has props, not {part!r}")
        return self._value(_walked(self._props(resource, f"resources.{name}"), path), expression)

    def _problem(self, where: str, problem: str) -> None:
        self._problems[f"{where}: {problem}"] = None


def _merged(base: Mapping[str, Any], own: Json) -> Json:
    if not isinstance(own, Mapping):
        return own if own is not None else dict(base)
    both = dict(base)
    for key, value in own.items():
        there = both.get(key)
        both[key] = _merged(there, value) if isinstance(there, Mapping) else value
    return both


def _walked(value: Json, path: Sequence[str]) -> Json:
    for part in path:
        if not isinstance(value, Mapping) or part not in value:
            raise KeyError(f"there is no {part!r}")
        value = value[part]
    return value
