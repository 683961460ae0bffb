"""Certificates of one's own authorities become part of the policy."""

from __future__ import annotations

from pathlib import Path

import pytest
import trustme

from eniguard.errors import ConfigError
from eniguard.settings.compiled import compile_policy, parse_compiled
from eniguard.settings.guardfile import read_policy


@pytest.fixture
def guard(tmp_path: Path) -> Path:
    path = tmp_path / "guard.yml"
    path.write_text("alerts: {ca_file: ca/corp.pem}\n", encoding="utf-8")
    (tmp_path / "ca").mkdir()
    return path


def test_certificates_beside_guard_yml_travel_with_the_compiled_policy_and_keys_do_not(guard: Path) -> None:
    authority = trustme.CA()
    certificate, key = authority.cert_pem.bytes(), authority.private_key_pem.bytes()
    (guard.parent / "ca" / "corp.pem").write_bytes(b"Corp\n" + certificate + key + certificate)

    policy = read_policy(guard)
    content = compile_policy(guard)

    assert policy.alerts.authorities == 2 * certificate.decode()
    assert parse_compiled(content, guard.with_name("policy.json")).alerts == policy.alerts
    assert b"PRIVATE KEY" not in content


@pytest.mark.parametrize("content", [None, "", "no certificate", "-----BEGIN CERTIFICATE-----\nAA\n-----END"])
def test_file_of_authorities_that_cannot_be_used_is_named(guard: Path, content: str | None) -> None:
    path = guard.parent / "ca" / "corp.pem"
    if content is not None:
        path.write_text(content, encoding="utf-8")

    with pytest.raises(ConfigError, match=r"alerts\.ca_file .*corp\.pem cannot be used: .+ guard\.yml"):
        read_policy(guard)
