"""A template of Serverless Devs with its variables filled in: the props of each resource.

What the tool does offline is done here the same way (docs/sources.md, Local running): ``${vars.x}``,
``${env('X', 'default')}``, ``${resources.r.props.x}``, and ``extend`` of what ``template`` names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from eniguard.errors import ConfigError

_REFERENCE = re.compile(r"\$\{([^}]*)\}")
_ENVIRONMENT = re.compile(r"""env\(\s*(['"])(?P<name>[^'"]+)\1\s*(?:,\s*(['"]?)(?P<default>.*?)\3\s*)?\)""")
#: References that lead to references, at most so deep.
_DEEPEST = 10


class Rendered:
    """The resources of one template.

    Parameters
    ----------
    document
        The template as YAML gives it.
    environment
        What ``${env()}`` reads.
    name
        What errors call the template.
    """

    def __init__(self, document: Mapping[str, Any], environment: Mapping[str, str], name: str) -> None:
        self._document = document
        self._environment = environment
        self._name = name

    def resources(self) -> dict[str, dict[str, Any]]:
        """The props of each resource that is a function, by the name of the resource.

        Raises
        ------
        ConfigError
            A reference leads nowhere, or the template has no resources.
        """
        resources = self._document.get("resources")
        if not isinstance(resources, Mapping) or not resources:
            raise ConfigError(f"{self._name}: there are no resources; expected functions under `resources`")
        return {
            str(name): self._filled(self._props(str(name), resource))
            for name, resource in resources.items()
            if isinstance(resource, Mapping) and resource.get("component") == "fc3"
        }

    def _props(self, name: str, resource: Mapping[str, Any]) -> dict[str, Any]:
        """The own props over those of the part that the resource extends."""
        extended = resource.get("extend")
        own = resource.get("props") or {}
        if not isinstance(extended, Mapping):
            return dict(own)
        parts = self._document.get("template") or {}
        if extended.get("name") not in parts:
            raise ConfigError(
                f"{self._name}: {name} extends {extended.get('name')!r}, which `template` has not"
            )
        ignored = set(extended.get("ignore") or ())
        base = {key: value for key, value in parts[extended["name"]].items() if key not in ignored}
        return _merged(base, own)

    def _filled(self, value: Any, depth: int = 0) -> Any:
        if isinstance(value, Mapping):
            return {key: self._filled(one, depth) for key, one in value.items()}
        if isinstance(value, list):
            return [self._filled(one, depth) for one in value]
        return self._text(value, depth) if isinstance(value, str) else value

    def _text(self, text: str, depth: int) -> Any:
        if depth > _DEEPEST:
            raise ConfigError(f"{self._name}: references lead in a circle: {text}")
        whole = _REFERENCE.fullmatch(text)
        if whole is not None:
            return self._value(whole[1].strip(), depth)
        return _REFERENCE.sub(lambda found: str(self._value(found[1].strip(), depth)), text)

    def _value(self, expression: str, depth: int) -> Any:
        environment = _ENVIRONMENT.fullmatch(expression)
        if environment is not None:
            found = self._environment.get(environment["name"], environment["default"])
            if found is None:
                raise ConfigError(f"{self._name}: set the environment variable {environment['name']}")
            return found
        place: Any = self._document
        for step in expression.split("."):
            if not isinstance(place, Mapping) or step not in place:
                raise ConfigError(f"{self._name}: ${{{expression}}} leads nowhere here")
            place = place[step]
        return self._filled(place, depth + 1)


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Maps are merged, lists and all else replaced."""
    merged = dict(base)
    for key, value in over.items():
        under = merged.get(key)
        both = isinstance(under, Mapping) and isinstance(value, Mapping)
        merged[key] = _merged(under, value) if both and under is not None else value
    return merged
