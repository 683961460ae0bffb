"""A redis-server of the tests' own: on PATH, or in .venvs/redis where `make test` unpacks Debian's."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redis import Redis

UNPACKED = Path(__file__).parents[3] / ".venvs" / "redis"
#: Seconds in which a server that was started answers; it takes some hundredths of one.
_STARTED_WITHIN = 20.0


class Server:
    """A running redis-server on a free port of the loopback address."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process = process
        self.port = port
        self.url = f"redis://127.0.0.1:{port}/0"


def executable() -> tuple[str, dict[str, str]]:
    """The program, and the environment it needs."""
    if found := shutil.which("redis-server"):
        return found, dict(os.environ)
    binary = UNPACKED / "usr" / "bin" / "redis-server"
    assert binary.exists(), "no redis-server on PATH: `make test` fetches one"
    libraries = {str(path.parent) for path in UNPACKED.rglob("*.so*")}
    return str(binary), {**os.environ, "LD_LIBRARY_PATH": os.pathsep.join(sorted(libraries))}


@contextmanager
def running(folder: Path, *options: str, tls: bool = False) -> Iterator[Server]:
    """Start a server that keeps nothing on disk, and stop it in the end."""
    port = _free_port()
    ports = ["--port", "0", "--tls-port", str(port)] if tls else ["--port", str(port)]
    program, environment = executable()
    process = subprocess.Popen(
        [
            program,
            "--bind",
            "127.0.0.1",
            *ports,
            "--save",
            "",
            "--appendonly",
            "no",
            "--dir",
            folder,
            *options,
        ],
        stdout=subprocess.DEVNULL,
        env=environment,
    )
    try:
        _wait_for(process, port)
        yield Server(process, port)
    finally:
        process.kill()
        process.wait()


def flushed(server: Server) -> None:
    """Forget all that the server holds."""
    with Redis(port=server.port) as client:
        client.flushall()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + _STARTED_WITHIN
    while True:
        assert process.poll() is None, f"redis-server ended with {process.returncode}"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            assert time.monotonic() < deadline, "redis-server does not listen"
            time.sleep(0.02)
