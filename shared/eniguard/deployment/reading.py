"""template.yml from its file, with the variables that Serverless Devs would see."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import yaml

from eniguard.deployment.rendering import Rendered, rendered
from eniguard.errors import ConfigError
from eniguard.settings.once_loader import OnceLoader

#: Where the template is looked for when no path is given.
DEFAULT_TEMPLATE = "template.yml"


def read_template(path: Path, environment: Mapping[str, str] | None = None) -> Rendered:
    """A template, rendered.

    Parameters
    ----------
    path
        The file. Variables of a ``.env`` beside it count where the environment has none.
    environment
        The environment variables; those of the process by default.

    Raises
    ------
    ConfigError
        The file cannot be read, or is no YAML mapping; or the ``.env`` holds what would be replaced in it.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from None
    try:
        # The loader is a SafeLoader that also refuses a key given twice.
        document = yaml.load(text, Loader=OnceLoader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise ConfigError(f"{path}: not YAML: {error}") from None
    if not isinstance(document, dict):
        raise ConfigError(f"{path}: a mapping was expected, with edition, name, access and resources")
    variables = os.environ if environment is None else environment
    return rendered(document, {**_beside(path), **variables})


def _beside(template: Path) -> dict[str, str]:
    """The variables of the ``.env`` that Serverless Devs reads on its own."""
    path = template.parent / ".env"
    if not path.is_file():
        return {}
    from dotenv import dotenv_values

    found = {name: value or "" for name, value in dotenv_values(path, interpolate=False).items()}
    for name, value in found.items():
        # Serverless Devs expands more than the shell does, single quotes or not.
        if "$" in value:
            raise ConfigError(
                f"{path}: {name} holds a $, which Serverless Devs replaces: write what it stands for"
            )
    return found
