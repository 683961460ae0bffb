"""Pseudonyms: the same text has the same one in every recording made with the same secret."""

from __future__ import annotations

from base64 import b32encode
from functools import lru_cache
from hashlib import blake2b

from eniguard.recording.addresses import Addresses

#: How ids of resources begin (docs/sources.md, API); what follows is replaced.
_PREFIXES = frozenset(
    (
        "acl",
        "d",
        "eip",
        "eipsg",
        "eni",
        "enip",
        "i",
        "img",
        "ipp",
        "ipv6",
        "ipv6bw",
        "ipv6gw",
        "lt",
        "m",
        "nat",
        "ngw",
        "perm",
        "pl",
        "prl",
        "rg",
        "s",
        "sg",
        "sgr",
        "vcr",
        "vpc",
        "vpl",
        "vrt",
        "vsw",
        "vtb",
    )
)
#: Letters of a pseudonym: 100 bits, so that a billion of them have no two alike.
_LETTERS = 20
#: Digits of an account id (docs/sources.md, Events).
_DIGITS = 16
_MOST = 65_536
#: How the domains of cloud services end; events show them in place of addresses and users.
_SERVICE = ".aliyuncs.com"


class Pseudonyms:
    """Replaces texts; what is empty stays so.

    Parameters
    ----------
    secret
        The user's; without it nobody can tell what stands behind a pseudonym, or try texts out.

    Examples
    --------
    >>> one = Pseudonyms(b"an example, never a secret")
    >>> one.name("eni-bp1example0001")[:4], one.name("alice") == one.name("Alice")
    ('eni-', True)
    """

    def __init__(self, secret: bytes) -> None:
        self._key = blake2b(secret, person=b"eniguard record").digest()
        self._kept = lru_cache(maxsize=_MOST)(self._exact)
        self.addresses = Addresses(self._number, self.exact)

    def name(self, text: str) -> str:
        """The name or the id of something; an id keeps its prefix.

        Names are compared without case, so that case makes no other one.
        """
        prefix, dash, rest = text.partition("-")
        if dash and rest and prefix in _PREFIXES:
            return f"{prefix}-{self._letters(text)}"
        return self.exact(text.lower())

    def account(self, text: str) -> str:
        """The id of an account or a principal, in digits as before; one that is no number is a name."""
        return self.digits(text) if text.isascii() and text.isdecimal() else self.name(text)

    def digits(self, text: str) -> str:
        """The number of somebody as another number of 16 digits, the first of which is no 0."""
        least = 10 ** (_DIGITS - 1)
        return str(least + self._number(f"digits/{text}") % (9 * least))

    def source(self, text: str) -> str:
        """Where a call came from: addresses are replaced, services and the word Internal stay."""
        if is_service(text) or text.lower() == "internal":
            return text
        return self.addresses.text(text)

    def exact(self, text: str) -> str:
        """A text that is compared with its case, such as the key of a tag."""
        return self._kept(text)

    def _exact(self, text: str) -> str:
        return f"name-{self._letters(text)}" if text else text

    def _letters(self, text: str) -> str:
        return b32encode(self._digest(f"text/{text}"))[:_LETTERS].decode().lower()

    def _number(self, text: str) -> int:
        return int.from_bytes(self._digest(text)[:16], "big")

    def _digest(self, text: str) -> bytes:
        return blake2b(text.encode("utf-8", "surrogatepass"), key=self._key, digest_size=20).digest()


def is_service(text: str) -> bool:
    """Whether a text is the domain of a cloud service."""
    return text.endswith(_SERVICE)
