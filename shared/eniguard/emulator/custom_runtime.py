"""Instances of custom runtimes: a server of their own, called over HTTP (docs/sources.md, Local running)."""

from __future__ import annotations

import socket
import time
from functools import cached_property
from typing import TYPE_CHECKING

from eniguard.emulator.calls import Answer, Call, Lost
from eniguard.emulator.instance import Instance, environment_of
from eniguard.emulator.process import Process, Sink

if TYPE_CHECKING:
    import requests

#: Seconds that the server has until it listens.
_STARTING = 120.0
_BETWEEN_LOOKS = 0.02
_HOST = "127.0.0.1"


class CustomInstance(Instance):
    """A server of the function's own on its port."""

    def _started(self, sink: Sink) -> Process:
        runtime = self.function.props.custom_runtime_config
        command = [*runtime.command, *runtime.args] or [str(self.function.folder / "bootstrap")]
        if self._listening():
            raise Lost(f"Function instance could not be started: port {runtime.port} is taken")
        environment = environment_of(self.function, self.host, self.keys, self.id)
        environment.setdefault("FC_SERVER_PORT", str(runtime.port))
        process = Process(command, self.function.folder, environment, sink)
        until = time.monotonic() + _STARTING
        while not self._listening():
            if not process.alive() or time.monotonic() > until:
                process.end()
                raise Lost(f"Function instance exited or does not listen at port {runtime.port}")
            time.sleep(_BETWEEN_LOOKS)
        return process

    def _initialized(self, call: Call) -> Answer:
        return self._posted("/initialize", call, b"")

    def _invoked(self, call: Call) -> Answer:
        return self._posted("/invoke", call, call.event)

    def end(self) -> None:
        """End the process and the connection to it."""
        super().end()
        self._session.close()

    @cached_property
    def _session(self) -> requests.Session:
        import requests

        session = requests.Session()
        session.trust_env = False  # a proxy of this machine does not lead to it
        return session

    def _posted(self, path: str, call: Call, body: bytes) -> Answer:
        headers = {"content-type": "application/octet-stream", **self._headers(call, path)}
        port = self.function.props.custom_runtime_config.port
        # The watch over the call ends it; requests' errors are OSErrors.
        answer = self._session.post(f"http://{_HOST}:{port}{path}", data=body, headers=headers, timeout=None)
        failed = answer.headers.get("x-fc-status") == "404" or (
            path == "/initialize" and answer.status_code == 404
        )
        return Answer(not failed, answer.content)

    def _headers(self, call: Call, path: str) -> dict[str, str]:
        props = self.function.props
        return {
            "x-fc-request-id": call.request_id,
            "x-fc-control-path": path,
            "x-fc-function-name": props.function_name,
            "x-fc-function-handler": props.handler,
            "x-fc-function-memory": str(props.memory_size),
            "x-fc-function-timeout": str(props.timeout),
            "x-fc-region": props.region,
            "x-fc-account-id": self.host.account_id,
            "x-fc-qualifier": "LATEST",
            "x-fc-access-key-id": self.keys.access_key_id,
            "x-fc-access-key-secret": self.keys.access_key_secret,
            "x-fc-security-token": self.keys.security_token,
        }

    def _listening(self) -> bool:
        port = self.function.props.custom_runtime_config.port
        with socket.socket() as probe:
            return probe.connect_ex((_HOST, port)) == 0
