"""Secrets by reference, out of the environment and out of KMS."""

from __future__ import annotations

from collections.abc import Callable

from eniguard.toolkit import Logger, Secrets


def signed(reference: str, fetch: Callable[[str], str], log: Logger) -> str:
    """The address of a hook; ``fetch`` calls GetSecretValue and gives its SecretData."""
    secrets = Secrets(kms=fetch, redactor=log.redactor)
    address = f"https://hook.example.com/{secrets.get(reference)}"
    log.info("signed", address=address)  # shows https://hook.example.com/***
    return address
