"""The page over TLS on loopback, and an OpenID Connect provider beside it."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import trustme
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from eniguard.delivery.approval import ApprovalDelivery

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

HERE = Path(__file__).parent
NODE = Path(sys.executable).parent / "node"
AXE = HERE / "node" / "node_modules" / "axe-core" / "axe.min.js"
CLIENT, SECRET = "eniguard-page", "the-secret-of-the-client"


@dataclass
class Certificates:
    """An authority of the tests' own, and a certificate for the loopback address."""

    folder: Path

    def __post_init__(self) -> None:
        authority = trustme.CA()
        issued = authority.issue_cert("127.0.0.1")
        self.authority = self.folder / "authority.pem"
        authority.cert_pem.write_to_path(self.authority)
        self.chain, self.key = self.folder / "chain.pem", self.folder / "key.pem"
        for pem in issued.cert_chain_pems:
            pem.write_to_path(self.chain, append=True)
        issued.private_key_pem.write_to_path(self.key)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def provider(
    certificates: Certificates, port: int, redirect_uri: str, people: Mapping[str, Any]
) -> Iterator[str]:
    """Run the provider; gives its issuer."""
    told = {
        "port": port,
        "key": certificates.key.read_text(),
        "cert": certificates.chain.read_text(),
        "clientId": CLIENT,
        "clientSecret": SECRET,
        "redirectUri": redirect_uri,
        "people": people,
    }
    process = subprocess.Popen(
        [NODE, HERE / "node" / "provider.js", json.dumps(told)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        line = process.stdout.readline()
        assert line, process.stderr.read()
        yield str(json.loads(line)["issuer"])
    finally:
        process.stdin.close()
        try:
            process.wait(10)
        finally:
            process.kill()
            process.stdout.close()
            process.stderr.close()


@contextmanager
def served(delivery: ApprovalDelivery, port: int, certificates: Certificates) -> Iterator[None]:
    """Serve the function as an HTTP trigger does: an instance has one request at a time."""
    one_at_a_time = threading.Lock()

    @Request.application
    def application(request: Request) -> Response:
        event = json.dumps(_event(request)).encode()
        with one_at_a_time:
            taken = delivery.handle(event, None)
        return Response(taken["body"], taken["statusCode"], taken["headers"])

    with over_tls(application, port, certificates):
        yield


@contextmanager
def over_tls(application: WSGIApplication, port: int, certificates: Certificates) -> Iterator[None]:
    """Serve an application over TLS on a port of this machine."""
    context = (str(certificates.chain), str(certificates.key))
    server = make_server("127.0.0.1", port, application, threaded=True, ssl_context=context)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _event(request: Request) -> dict[str, Any]:
    return {
        "version": "v1",
        "rawPath": request.path,
        "body": request.get_data(as_text=True),
        "isBase64Encoded": False,
        "headers": {name: ",".join(request.headers.getlist(name)) for name in request.headers.keys()},  # noqa: SIM118
        "queryParameters": {name: ",".join(values) for name, values in request.args.lists()},
        "requestContext": {
            "accountId": "1234567890123456",
            "domainName": request.host,
            "http": {
                "method": request.method,
                "path": request.path,
                "protocol": "HTTP/1.1",
                "sourceIp": request.remote_addr,
                "userAgent": request.user_agent.string,
            },
        },
    }
