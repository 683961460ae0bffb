"""A fake cloud beside the emulator, as ``fakealiyun serve`` is one: its events, and keys for functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from eniguard.emulator.calls import Lost
from eniguard.emulator.functions import Function
from eniguard.emulator.instance import Keys
from eniguard.errors import ConfigError

if TYPE_CHECKING:
    import requests

#: Where the fake is steered (docs/fakealiyun.md).
_ADMIN = "/_fakealiyun"
_SECONDS = 30.0


class FakeCloud:
    """The fake at an address.

    Parameters
    ----------
    address
        As in ``http://127.0.0.1:8080``.
    """

    def __init__(self, address: str) -> None:
        import requests

        self.address = address.rstrip("/")
        self._session = requests.Session()
        self._session.trust_env = False  # a proxy of this machine does not lead to it

    def check(self) -> None:
        """Make sure that there is one.

        Raises
        ------
        ConfigError
            There is none.
        """
        try:
            self._json("GET", "/clock")
        except (OSError, ValueError) as error:
            raise ConfigError(
                f"--cloud {self.address} is no fake cloud: {error}; start one with `fakealiyun serve`"
            ) from None

    def keys(self, function: Function) -> Keys:
        """Keys of the function's role; `Lost` when the cloud gives none."""
        role = (function.props.role or f"{function.name}-role").rpartition("role/")[2]
        try:
            found = self._json("POST", "/keys", {"role": role, "session": "function-compute"})
        except OSError as error:
            raise Lost(
                f"Function instance could not be started: no keys of the role {role}: {error}"
            ) from None
        return Keys(found["access_key_id"], found["access_key_secret"], found["token"] or "")

    def deliveries(self, way: str, since: int) -> tuple[list[bytes], int]:
        """What was recorded since; nothing while no trail delivers there."""
        found = self._json("POST", "/deliveries", {"as": way, "since": since})
        return [payload.encode() for payload in found["payloads"]], int(found["next"])

    def _json(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        answer: requests.Response = self._session.request(
            method, f"{self.address}{_ADMIN}{path}", json=body, timeout=_SECONDS
        )
        found = answer.json()
        if not answer.ok:
            raise OSError(str(found.get("error", found)))
        return found
