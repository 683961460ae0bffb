"""The signature ACS3-HMAC-SHA256, which every API of the cloud takes.

Byte for byte what the official SDK makes (alibabacloud_tea_openapi); a property test holds the two together.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import quote

ALGORITHM = "ACS3-HMAC-SHA256"


def authorization(
    method: str,
    path: str,
    query: Mapping[str, str],
    headers: Mapping[str, str],
    *,
    body: bytes = b"",
    access_key_id: str,
    access_key_secret: str,
) -> str:
    """The ``Authorization`` header of a request.

    Parameters
    ----------
    method, path, query, headers, body
        The request; every header is signed, their names are in lower case. The path is percent-encoded.
    access_key_id, access_key_secret
        Whose request it is.
    """
    names = sorted(headers)
    signed = ";".join(names)
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in names)
    request = f"{method}\n{path}\n{canonical_query(query)}\n{lines}\n{signed}\n{digest(body)}"
    text = f"{ALGORITHM}\n{digest(request.encode())}"
    mark = hmac.new(access_key_secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    return f"{ALGORITHM} Credential={access_key_id},SignedHeaders={signed},Signature={mark}"


def canonical_query(query: Mapping[str, str]) -> str:
    """The query as it is signed and sent: sorted, each value percent-encoded.

    Keys stand as they are, as the SDK signs them; the APIs have only letters, digits and dots in them.
    """
    return "&".join(f"{key}={quote(query[key], safe='~')}" for key in sorted(query))


def encoded_path(path: str) -> str:
    """A path, percent-encoded between its slashes."""
    return quote(path, safe="/~")


def digest(body: bytes) -> str:
    """``x-acs-content-sha256`` of a body."""
    return hashlib.sha256(body).hexdigest()
