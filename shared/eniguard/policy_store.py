"""Where a policy becomes a state store."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from urllib.parse import quote, urlsplit, urlunsplit

from eniguard.errors import ConfigError
from eniguard.settings import Policy, StateSettings
from eniguard.state.keys import Keys
from eniguard.state.opened import open_store
from eniguard.state.store import Store

#: Set in every function that is deployed (docs/sources.md, Delivery).
DEPLOYED_VARIABLE = "FC_FUNCTION_NAME"
#: Set beside it by `eniguard serve`, whose functions run on one machine.
EMULATED_VARIABLE = "ENIGUARD_EMULATOR"
#: ``1``: nothing outside the process is asked, and state is kept in memory.
OFFLINE_VARIABLE = "ENIGUARD_OFFLINE"

#: Stores that are gone with the instance of a function.
_OF_ONE_MACHINE = ("memory", "sqlite")


def open_policy_store(
    policy: Policy,
    *,
    environment: Mapping[str, str] | None = None,
    secret: Callable[[str], str] | None = None,
    keys: Callable[[], Keys] | None = None,
    clock: Callable[[], float] = time.time,
) -> Store:
    """Open the state store that the policy names; in memory where ``ENIGUARD_OFFLINE`` is ``1``.

    Parameters
    ----------
    policy
        The compiled guard.yml.
    environment
        The environment variables; those of the process by default.
    secret
        Gives the value of a reference (``env:NAME``, ``kms:NAME``); by default those of the environment only.
    keys
        As for `open_store`.
    clock
        Gives seconds since 1970 (UTC).

    Raises
    ------
    ConfigError
        No store is named, a secret has no value, or a function is deployed with a store of one machine.
    StateError
        The store cannot be opened.
    """
    variables = os.environ if environment is None else environment
    if variables.get(OFFLINE_VARIABLE) == "1":
        return open_store("memory:", clock=clock)
    state = _state(policy)
    url = _url(state, secret or _of_environment(variables))
    _check(url, policy, variables)
    store = open_store(url, clock=clock, keys=keys)
    if not state.prefix:
        return store
    from eniguard.state.prefixed import PrefixedStore

    return PrefixedStore(store, state.prefix)


def check_policy_store(policy: Policy, *, environment: Mapping[str, str] | None = None) -> None:
    """See whether the store that the policy names will do, as far as that shows without asking for a secret.

    Parameters
    ----------
    policy, environment
        As for `open_policy_store`.

    Raises
    ------
    ConfigError
        As for `open_policy_store`.
    """
    variables = os.environ if environment is None else environment
    state = _state(policy)
    if state.url.startswith("kms:"):
        return
    url = _of_environment(variables)(state.url) if state.url.startswith("env:") else state.url
    _check(url, policy, variables)


def _state(policy: Policy) -> StateSettings:
    if policy.state is None:
        raise ConfigError(
            f"{_source(policy)}: no state store is configured: name one as url in its section state"
        )
    return policy.state


def _check(url: str, policy: Policy, variables: Mapping[str, str]) -> None:
    """Refuse a store that is gone with the instance of a function."""
    scheme = url.partition(":")[0]
    deployed = variables.get(DEPLOYED_VARIABLE) and not variables.get(EMULATED_VARIABLE)
    if scheme in _OF_ONE_MACHINE and deployed:
        raise ConfigError(
            f"{_source(policy)}: state.url: {scheme} keeps state on one machine, and a deployed function has "
            "none of its own: name a store of Tablestore or Redis"
        )


def _source(policy: Policy) -> str:
    return policy.source or "guard.yml"


def _url(state: StateSettings, secret: Callable[[str], str]) -> str:
    """The url with what its references stand for."""
    if state.url.startswith(("env:", "kms:")):
        return secret(state.url)
    if state.password is None:
        return state.url
    parts = urlsplit(state.url)
    user, _, host = parts.netloc.rpartition("@")
    password = quote(secret(state.password), safe="")
    return urlunsplit(parts._replace(netloc=f"{user}:{password}@{host}"))


def _of_environment(variables: Mapping[str, str]) -> Callable[[str], str]:
    def value(reference: str) -> str:
        way, _, name = reference.partition(":")
        if way != "env":
            raise ConfigError(
                f"state: {reference} cannot be read here: KMS is not asked; use a reference env:NAME"
            )
        if not variables.get(name):
            raise ConfigError(f"state: {reference} has no value: set the environment variable {name}")
        return variables[name]

    return value
