"""Whether template.yml can be deployed, and would be deployed as it reads.

Serverless Devs takes much that its component then passes over in silence (docs/sources.md, Serverless Devs).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from eniguard.deployment.functions import function_problems
from eniguard.deployment.rendering import Rendered

_EDITION = "3.0.0"
_COMPONENT = "fc3"
_TOP = ("edition", "name", "access", "vars", "template", "resources")
_OF_RESOURCE = ("component", "extend", "props", "actions")
#: ``post-`` was the word of the version before.
_ACTION = re.compile(r"(pre|success|fail|complete)-[a-z$]\S*")
#: Values of documentation, which stand for those of an account (docs/sources.md, Serverless Devs).
_OF_DOCUMENTATION = re.compile(
    r"1234567890123456|\bexample\b|192\.0\.2\.|198\.51\.100\.|203\.0\.113\.|2001:db8:", re.IGNORECASE
)

Node = Mapping[str, Any]


def template_problems(template: Rendered, folder: Path, *, deploy: bool = False) -> list[str]:
    """What is wrong with a template, each with its place.

    Parameters
    ----------
    template
        As `read_template` gives it.
    folder
        Where it lies.
    deploy
        Whether it is about to be deployed: then no documentation value may be left, and the code has to be
        there.
    """
    return [*template.problems, *_top(template.document, folder), *_deployed(template, folder, deploy)]


def _top(document: Node, folder: Path) -> Iterator[str]:
    for key in document:
        if key not in _TOP:
            yield f"{key}: not a key that this template may have; valid: {', '.join(_TOP)}"
    if document.get("edition") != _EDITION:
        yield f"edition: {document.get('edition')!r}; expected {_EDITION}"
    if not isinstance(document.get("name"), str):
        yield "name: is missing: what the application is called"
    access = document.get("access")
    if not isinstance(access, str) or "${" in access:
        yield f"access: {access!r}: nothing is replaced here: name an access, and another one with -a"
    if (folder / _COMPONENT).exists():
        yield f"{_COMPONENT}: what has this name beside the template is taken for the component: rename it"
    resources = document.get("resources")
    if not isinstance(resources, Mapping) or not resources:
        yield "resources: is missing: the functions by name"
        return
    names: dict[tuple[object, object], str] = {}
    for key, resource in resources.items():
        for problem in _resource(resource):
            yield f"resources.{key}.{problem}"
        props = _props(resource)
        name = (props.get("region"), str(props.get("functionName")).lower())
        if name in names:
            yield f"resources.{key}.props.functionName: resources.{names[name]} has the same"
        names[name] = key


def _resource(resource: Any) -> Iterator[str]:
    if not isinstance(resource, Mapping):
        yield "component: is missing, and so are props"
        return
    for key in resource:
        if key not in _OF_RESOURCE:
            yield f"{key}: not a key of a resource; valid: {', '.join(_OF_RESOURCE)}"
    if resource.get("component") != _COMPONENT:
        yield f"component: {resource.get('component')!r}; expected {_COMPONENT}"
    for action in resource.get("actions") or ():
        if not _ACTION.fullmatch(action):
            yield f"actions.{action}: is never run; expected pre-, success-, fail- or complete- and a command"
    for problem in function_problems(_props(resource)):
        yield f"props.{problem}"


def _deployed(template: Rendered, folder: Path, deploy: bool) -> Iterator[str]:
    if not deploy:
        return
    left = {
        one.name: one.default
        for one in template.variables
        if not one.set and one.default is not None and _OF_DOCUMENTATION.search(one.default)
    }
    for name, default in left.items():
        yield f"{name}: is not set, and {default!r} is a value of documentation: set the variable"
    for where, text in _texts(template.document, ""):
        if _OF_DOCUMENTATION.search(text) and not any(default in text for default in left.values()):
            yield f"{where}: {text!r} is a value of documentation"
    resources = template.document.get("resources")
    for key, resource in resources.items() if isinstance(resources, Mapping) else ():
        yield from (f"resources.{key}.props.{problem}" for problem in _code(_props(resource), folder))


def _code(props: Node, folder: Path) -> Iterator[str]:
    code, handler = props.get("code"), props.get("handler")
    if not isinstance(code, str) or not isinstance(handler, str):
        return
    path = folder / code / f"{handler.partition('.')[0]}.py"
    if not path.is_file():
        yield f"code: {code} has no {path.name}: build the functions first"


def _texts(node: Any, where: str) -> Iterator[tuple[str, str]]:
    """Every text below a node, by its place."""
    if isinstance(node, str):
        yield where, node
    elif isinstance(node, Mapping):
        for key, value in node.items():
            yield from _texts(value, f"{where}.{key}" if where else str(key))
    elif isinstance(node, list):
        for place, value in enumerate(node):
            yield from _texts(value, f"{where}[{place}]")


def _props(resource: Any) -> Node:
    props = resource.get("props") if isinstance(resource, Mapping) else None
    return props if isinstance(props, Mapping) else {}
