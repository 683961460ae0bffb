"""Certificates of one's own authorities, read when guard.yml is compiled: they travel with the policy."""

from __future__ import annotations

import re
import ssl
from pathlib import Path

from eniguard.errors import ConfigError

#: Nothing else of the file is taken: a private key may lie beside a certificate.
_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----\s.+?-----END CERTIFICATE-----", re.DOTALL)


def authorities_in(path: Path) -> str:
    """The certificates in a file, in PEM form.

    Raises
    ------
    ConfigError
        The file cannot be read, or holds no certificate.
    """
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise ConfigError(f"{_unusable(path)}: {error.strerror}. {_ADVICE}") from None
    found = "\n".join(_CERTIFICATE.findall(text))
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=found)
    except (ssl.SSLError, ValueError):
        raise ConfigError(f"{_unusable(path)}: it holds no certificate. {_ADVICE}") from None
    return f"{found}\n"


def _unusable(path: Path) -> str:
    return f"alerts.ca_file {path} cannot be used"


_ADVICE = "Name a file with certificates in PEM form, beside guard.yml or by its whole path."
