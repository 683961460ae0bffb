"""The chats over TLS on a port of this machine, with an authority of their own."""

from __future__ import annotations

import ssl
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import trustme

from fakealiyun.admin import PREFIX
from fakealiyun.chats.admin import ChatAdmin
from fakealiyun.chats.group import Chats
from fakealiyun.clock import Clock
from fakealiyun.server import Environ, LoopbackServer
from fakealiyun.wire.answers import Answer
from fakealiyun.wire.request import HttpRequest

#: Names in the certificate: of this machine, and of the chats, for clients whose resolver leads here.
_NAMES = (
    "localhost",
    "127.0.0.1",
    "::1",
    "chat.corp.example.com",
    "oapi.dingtalk.com",
    "open.feishu.cn",
    "open.larksuite.com",
    "qyapi.weixin.qq.com",
    "hooks.slack.com",
    "prod-00.westus.logic.azure.com",
    "example.webhook.office.com",
)


class ChatServer(LoopbackServer):
    """Chats on a port of this machine.

    Parameters
    ----------
    chats
        What answers.
    ca_file
        Where the certificate of the authority is written to; clients have to be told of it.
    host, port
        Where to listen; port 0 takes a free one.

    Raises
    ------
    OSError
        It cannot listen there, or the file cannot be written.
    """

    def __init__(self, chats: Chats, ca_file: Path, host: str = "127.0.0.1", port: int = 0) -> None:
        self.chats = chats
        self.ca_file = str(ca_file)
        authority = trustme.CA(organization_name="fakealiyun")
        authority.cert_pem.write_to_path(self.ca_file)
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*_NAMES).configure_cert(tls)
        super().__init__(host, port, tls)
        self._admin = ChatAdmin(chats, self.url)

    def url(self, name: str, host: str = "localhost") -> str:
        """The address of a robot.

        Raises
        ------
        KeyError
            There is none of that name.
        """
        return f"https://{host}:{self.port}{self.chats.path(name)}"

    def secret(self, name: str) -> str | None:
        """What messages to a robot are signed with.

        Raises
        ------
        KeyError
            There is none of that name.
        """
        return self.chats.robot(name).secret

    def _answer(self, http: HttpRequest, environ: Environ) -> Answer:
        path = environ["PATH_INFO"]
        if path == PREFIX or path.startswith(f"{PREFIX}/"):
            return self._admin.answer(http.method, path, environ["QUERY_STRING"], http.body)
        return self.chats.handle(http, environ["REMOTE_ADDR"])


@contextmanager
def fake_chats(clock: Clock | None = None) -> Iterator[ChatServer]:
    """Chats that answer over TLS inside the block.

    Parameters
    ----------
    clock
        As for `Chats`: the machine's time, if none is given.

    Examples
    --------
    >>> with fake_chats() as server:
    ...     server.url("slack").startswith("https://localhost:")
    True
    """
    with tempfile.TemporaryDirectory(prefix="fakealiyun-") as folder:
        server = ChatServer(Chats(clock), Path(folder) / "ca.pem")
        thread = threading.Thread(target=server.run, name="fakealiyun-chats", daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.stop()
            thread.join()
