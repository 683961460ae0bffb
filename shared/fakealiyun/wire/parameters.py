"""Request parameters as the wire carries them: flat keys, every value a text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from fakealiyun.errors import ApiError, MissingParameter


def flatten(values: Mapping[str, object]) -> dict[str, str]:
    """Nested parameters in flat form, as clients send them: lists are counted from 1, ``None`` is left out.

    >>> flatten({"Tag": [{"Key": "team", "Value": "net"}], "DryRun": True})
    {'Tag.1.Key': 'team', 'Tag.1.Value': 'net', 'DryRun': 'true'}
    """
    return dict(_flat("", values))


def _flat(prefix: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(f"{prefix}.{key}" if prefix else str(key), inner)
    elif isinstance(value, (list, tuple)):
        for number, inner in enumerate(value, 1):
            yield from _flat(f"{prefix}.{number}", inner)
    elif isinstance(value, bool):
        yield prefix, "true" if value else "false"
    elif value is not None:
        yield prefix, str(value)


class Parameters:
    """The parameters of one call.

    Lists are flattened from 1 (``Ipv4Prefix.1``), lists of objects as well (``Tag.1.Key``); some lists are
    JSON texts (``SecurityGroupIds`` of DescribeSecurityGroups). Booleans are compared without case: the
    Python SDK sends ``True``, others ``true``.

    Parameters
    ----------
    values
        The flat parameters.
    """

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = dict(values)

    def __contains__(self, name: str) -> bool:
        return name in self.values or any(key.startswith(f"{name}.") for key in self.values)

    def text(self, name: str) -> str | None:
        """A text, or ``None`` when it is absent or empty."""
        return self.values.get(name) or None

    def required(self, name: str, *, status: int = 400) -> str:
        """A text that has to be there.

        Raises
        ------
        MissingParameter
            It is absent; ``status`` is the HTTP status that the API documents for that.
        """
        value = self.text(name)
        if value is None:
            raise MissingParameter(name, status)
        return value

    def integer(self, name: str) -> int | None:
        """A whole number, or ``None`` when it is absent.

        Raises
        ------
        ApiError
            ``InvalidParameter``: it is no whole number.
        """
        value = self.text(name)
        if value is None:
            return None
        try:
            return int(value)
        except ValueError:
            raise ApiError("InvalidParameter", 400, f"The parameter {name} is not a whole number.") from None

    def flag(self, name: str) -> bool | None:
        """A boolean, or ``None`` when it is absent.

        Raises
        ------
        ApiError
            ``InvalidParameter``: it is neither true nor false.
        """
        value = self.text(name)
        if value is None:
            return None
        if value.lower() not in ("true", "false"):
            raise ApiError("InvalidParameter", 400, f"The parameter {name} is neither true nor false.")
        return value.lower() == "true"

    def texts(self, name: str) -> list[str]:
        """A list in flat form, in the order of its numbers; empty when it is absent."""
        return [
            self.values[f"{name}.{number}"]
            for number in self._numbers(name)
            if f"{name}.{number}" in self.values
        ]

    def json_texts(self, name: str) -> list[str]:
        """A list that is sent as a JSON text.

        Raises
        ------
        ApiError
            ``InvalidParameter``: it is no JSON list of texts.
        """
        value = self.text(name)
        if value is None:
            return []
        try:
            found = json.loads(value)
        except ValueError:
            found = None
        if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
            raise ApiError("InvalidParameter", 400, f"The parameter {name} is not a JSON list of texts.")
        return found

    def objects(self, name: str) -> list[Parameters]:
        """A list of objects in flat form, in the order of its numbers; empty when it is absent."""
        return [self.below(f"{name}.{number}") for number in self._numbers(name)]

    def below(self, prefix: str) -> Parameters:
        """The parameters whose names begin with ``prefix.``, without it."""
        start = f"{prefix}."
        return Parameters(
            {key[len(start) :]: value for key, value in self.values.items() if key.startswith(start)}
        )

    def _numbers(self, name: str) -> list[int]:
        return sorted(set(self._found_numbers(name)))

    def _found_numbers(self, name: str) -> Iterator[int]:
        for key in self.values:
            if key.startswith(f"{name}."):
                number = key[len(name) + 1 :].partition(".")[0]
                if number.isdecimal():
                    yield int(number)
