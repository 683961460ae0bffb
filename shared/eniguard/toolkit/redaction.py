"""What must not be told is taken out of whatever is told: by the name it stands under, and by its value."""

from __future__ import annotations

import re
from collections import OrderedDict
from functools import lru_cache
from typing import Any

from eniguard.toolkit.log_lines import json_of

#: What stands in place of a secret.
HIDDEN = "***"
#: A shorter value is not taken for a secret: its characters would be hidden in every other word.
SHORTEST_VALUE = 4
#: At most this many values are known; the longest known one goes first. Credentials come anew a few times a
#: day.
MOST_VALUES = 1000

#: A field whose name ends like this holds a secret; in lower case, without joints and a number at the end.
_SECRET_NAMES = (
    "password|passwd|passphrase|secret|token|authorization|credentials?|accesskey|privatekey|apikey"
    "|signature|cookie|userdata|jaegerendpoint"
)
#: These do end like that, and identify requests, pages and work.
_NO_SECRETS = frozenset(("clienttoken", "nexttoken", "ownertoken"))
_NAMES_A_SECRET = re.compile(f"(?:{_SECRET_NAMES})$")
#: What does not part the words of a name.
_JOINTS = str.maketrans("", "", "-_ .")
#: A text in which none of these stands, in lower case and without joints, has nothing that is hidden by its
#: name or its form. To look for them takes a hundredth of the time of looking for the forms themselves.
_TRACES = (
    *("password", "passwd", "passphrase", "secret", "token", "authorization", "credential", "accesskey"),
    *("privatekey", "apikey", "signature", "cookie", "userdata", "jaegerendpoint", "bearer"),
    *("://", "key=", "sign=", "code="),
)

# Nothing here repeats without a bound in front of what it looks for: a long line costs its length once.
_IN_TEXT = re.compile(
    r"""
    (?P<key>-----BEGIN[ ][A-Z ]{0,32}PRIVATE[ ]KEY-----) .*? (?:-----END[ ][A-Z ]{0,32}-----|\Z)
    | (?P<user>://) [^/\s"'@]{1,512} (?=@)
    | (?P<header>authorization \\{0,2}["']? [ ]? [:=] [ ]?) [^\r\n]+
    | (?P<bearer>\bbearer[ ]) [\w.~+/=-]+
    | (?P<named>
        (?:password|passwd|passphrase|secret|token|credential|access[-_ ]?key|private[-_ ]?key|api[-_ ]?key
        |signature|cookie|user[-_ ]?data)
        (?: = \\{0,2}["']? | \\{0,2}["'] \s{0,3} : \s{0,3} \\{0,2}["']? | : [ ]? \\{0,2}["'] )
      ) [^\s"'\\&,;)}\]]+
    | (?P<query>[?&](?:key|sign|code)=) [^\s"'&#]+
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)


class Redactor:
    """Hides secrets in fields and texts.

    A field is hidden by its name (``Password``, ``access_key_secret``, ``UserData`` …), and a known value
    wherever it stands. In texts, what looks like ``token=…``, a user in an address, an ``Authorization``
    header or a private key is hidden as well.

    Parameters
    ----------
    *values
        Values to hide; `add` takes more.

    Examples
    --------
    >>> redactor = Redactor("s3cret-value")
    >>> redactor.text("sent s3cret-value to redis://guard:pw@192.0.2.1")
    'sent *** to redis://***@192.0.2.1'
    >>> redactor.fields({"Password": "x", "name": "eni"})
    {'Password': '***', 'name': 'eni'}
    """

    __slots__ = ("_in_json", "_known", "_longest_first")

    def __init__(self, *values: str | None) -> None:
        self._known: OrderedDict[str, tuple[str, ...]] = OrderedDict()
        self._longest_first: tuple[str, ...] = ()
        #: The same as they stand in the JSON of a text.
        self._in_json: frozenset[str] = frozenset()
        self.add(*values)

    def add(self, *values: str | None) -> None:
        """Hide these values from now on; ``None`` and values of fewer than four characters are left out."""
        for value in values:
            if value is None or len(value) < SHORTEST_VALUE:
                continue
            if value not in self._known:
                self._known[value] = _spellings(value)
                self._longest_first = ()
            self._known.move_to_end(value)
        while len(self._known) > MOST_VALUES:
            self._known.popitem(last=False)
        if not self._longest_first:
            every = {spelling for spellings in self._known.values() for spelling in spellings}
            self._longest_first = tuple(sorted(every, key=len, reverse=True))
            self._in_json = frozenset(written for spelling in every for written in _written(spelling))

    def text(self, text: str) -> str:
        """The text without secrets."""
        return text if self._tells_nothing(text) else self._hidden(text)

    def _hidden(self, text: str) -> str:
        for value in self._longest_first:
            if value in text:
                text = text.replace(value, HIDDEN)
        return _IN_TEXT.sub(_hidden, text)

    def fields(self, value: Any) -> Any:
        """A copy of nested dicts, lists and plain values without secrets; of bytes only their number."""
        if self._tells_nothing(json_of(value).decode()):
            return _of_bytes_their_number(value)
        return self._fields(value)

    def _tells_nothing(self, text: str) -> bool:
        """Whether neither a known value nor a trace of any other secret stands in the text."""
        joined = text.lower().translate(_JOINTS)
        return not any(trace in joined for trace in _TRACES) and not any(
            value in text for value in self._in_json
        )

    def _fields(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._hidden(value)
        if isinstance(value, dict):
            return {self._name(name): self._field(name, held) for name, held in value.items()}
        if isinstance(value, (list, tuple)):
            return [self._fields(item) for item in value]
        return _of_bytes_their_number(value)

    def _name(self, name: Any) -> Any:
        return self._hidden(name) if isinstance(name, str) else name

    def _field(self, name: Any, value: Any) -> Any:
        if value is None or isinstance(value, bool) or not isinstance(name, str) or not names_a_secret(name):
            return self._fields(value)
        return HIDDEN

    def __repr__(self) -> str:
        return f"Redactor({len(self._known)} values)"


@lru_cache(maxsize=4096)
def names_a_secret(name: str) -> bool:
    """Whether a field of this name holds a secret, however it is spelt (``SecurityToken``, ``user_data``)."""
    letters = name[-64:].lower().translate(_JOINTS).rstrip("0123456789")
    return letters not in _NO_SECRETS and _NAMES_A_SECRET.search(letters) is not None


def _of_bytes_their_number(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _of_bytes_their_number(held) for name, held in value.items()}
    if isinstance(value, (list, tuple)):
        return [_of_bytes_their_number(item) for item in value]
    return f"<{len(value)} bytes>" if isinstance(value, (bytes, bytearray)) else value


def _hidden(match: re.Match[str]) -> str:
    return f"{match[match.lastgroup or 0]}{HIDDEN}"


def _spellings(value: str) -> tuple[str, ...]:
    """The value as it is, and as it stands in a JSON text, in an address and in a repr."""
    if value.isalnum() and value.isascii():
        return (value,)
    from urllib.parse import quote, quote_plus

    readable = value.encode("utf-8", "replace").decode()
    return tuple({*_written(value), repr(value)[1:-1], quote(readable, safe=""), quote_plus(readable)})


def _written(text: str) -> tuple[str, ...]:
    """The text as it is, and as it stands in JSON, with and without letters beyond ASCII."""
    if text.isalnum() and text.isascii():
        return (text,)
    from json import dumps

    return text, dumps(text)[1:-1], dumps(text, ensure_ascii=False)[1:-1]
