"""The addresses of a host: asked for once for each message, all of them checked."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Sequence

from eniguard.alerts.webhooks.addresses import is_address, refused
from eniguard.alerts.webhooks.not_done import NotDone
from eniguard.alerts.webhooks.targets import Target

#: A host and a port to the addresses of the host.
Resolve = Callable[[str, int], Sequence[str]]


def system_addresses(host: str, port: int) -> list[str]:
    """What the system's resolver says, in its order."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def allowed_addresses(target: Target, resolve: Resolve, seconds: float) -> tuple[str, ...]:
    """The addresses of a host, each once.

    One that must not be sent to refuses them all: a name with public and private addresses is a mistake or an
    attempt, and which of them is met first would be a matter of chance.

    Raises
    ------
    NotDone
        There is none, there is a refused one, or the resolver takes longer.
    """
    found = (target.host,) if is_address(target.host) else _answers(target, resolve, seconds)
    for address in found:
        reason = refused(address, internal=target.internal)
        if reason is None:
            continue
        advice = (
            "Alerts are never sent there."
            if target.internal
            else "Alerts are sent to public addresses only. If the host is one of your own, name it in "
            "alerts.internal_hosts of guard.yml."
        )
        raise NotDone(f"has the address {address}, which is refused ({reason}). {advice}")
    return tuple(dict.fromkeys(found))


def _answers(target: Target, resolve: Resolve, seconds: float) -> tuple[str, ...]:
    answers: list[str] = []
    problems: list[str] = []

    def ask() -> None:
        try:
            answers.extend(resolve(target.host, target.port))
        except (OSError, ValueError) as error:
            problems.append(getattr(error, "strerror", None) or type(error).__name__)

    # The system's resolver takes no time-out; one that hangs is left behind and ends with the process.
    asking = threading.Thread(target=ask, name="eniguard-resolve", daemon=True)
    asking.start()
    asking.join(seconds)
    if asking.is_alive():
        raise NotDone("could not be looked up in time. Look at the name servers of the function's network.")
    if problems or not answers:
        why = problems[0] if problems else "it has no address"
        raise NotDone(f"could not be looked up: {why}. Look at the host that the sink's url names.")
    return tuple(answers)
