"""Secrets by reference: what guard.yml says in place of a value, which is fetched where it is used."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator

_REFERENCE = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*|kms:[A-Za-z0-9][A-Za-z0-9/_+=.@:-]*")
_EXPECTED = "expected env:NAME or kms:NAME (what is there is not repeated: it may be the secret)"


def is_reference(text: str) -> bool:
    """Whether a text names a secret (``env:NAME``, ``kms:NAME``) and is none itself."""
    return _REFERENCE.fullmatch(text) is not None


def _checked(text: str) -> str:
    if not is_reference(text):
        raise ValueError(_EXPECTED)
    return text


#: A field that takes a reference, and repeats nothing else in its error.
SecretReference = Annotated[str, AfterValidator(_checked)]
