"""The functions of template.yml in `eniguard serve`, as bundles, and the page behind TLS."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
import yaml
from werkzeug.wrappers import Request, Response

from eniguard.bundles import Bundle
from tests.real.approval.browsing import Certificates, over_tls
from tests.real.built import RUNTIME

REPOSITORY = Path(__file__).parents[3]
#: What TLS in front of a server does not hand on: the connection is another one.
_OF_THE_CONNECTION = {"connection", "transfer-encoding"}


class Served:
    """A running `eniguard serve`; keeps the lines it prints."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        assert process.stdout is not None
        self.started: dict[str, Any] = json.loads(process.stdout.readline() or "{}")
        self.lines: list[str] = []
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def wait(self, *texts: str) -> str:
        """The first line that has all of the texts, once it is there."""

        def found() -> str | None:
            return next((line for line in self.lines if all(text in line for text in texts)), None)

        with self._changed:
            line = self._changed.wait_for(found, 60)
        assert line is not None, self.lines
        return line

    def end(self) -> str:
        """End it; what it said on the standard error."""
        # What a shell runs in the background ignores SIGINT, and so would whatever the tests start there.
        self._process.terminate()
        assert self._process.wait(60) == 0
        self._thread.join()
        assert self._process.stderr is not None
        return self._process.stderr.read()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._changed:
                self.lines.append(line.rstrip("\n"))
                self._changed.notify_all()


def template(folder: Path, bundles: Mapping[str, Bundle], *names: str) -> Path:
    """template.yml with some of its functions alone, and their bundles."""
    document = yaml.safe_load((REPOSITORY / "template.yml").read_text("utf-8"))
    document["resources"] = {name: document["resources"][name] for name in names}
    document["template"]["function"]["runtime"] = RUNTIME
    for name in names:
        document["resources"][name]["props"]["code"] = str(bundles[name].folder)
    path = folder / "template.yml"
    path.write_text(yaml.safe_dump(document), "utf-8")
    return path


@contextmanager
def serve(path: Path, cloud: str, variables: Mapping[str, str]) -> Iterator[Served]:
    """Run `eniguard serve` with a fake cloud."""
    command = [sys.executable, "-m", "eniguard.cli", "serve", "-t", str(path), "--cloud", cloud]
    pairs = [part for name, value in variables.items() for part in ("--env", f"{name}={value}")]
    with subprocess.Popen(
        [*command, *pairs], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            served = Served(process)
            if not served.started:
                assert process.stderr is not None
                raise AssertionError(process.stderr.read())
            yield served
            assert served.end() == "ending the functions\n"
        finally:
            if process.poll() is None:
                process.terminate()


@contextmanager
def tls(address: str, port: int, certificates: Certificates) -> Iterator[None]:
    """TLS in front of an address, which is handed every request as it came."""
    session = requests.Session()
    session.trust_env = False  # a proxy of this machine does not lead to it

    @Request.application
    def application(request: Request) -> Response:
        answer = session.request(
            request.method,
            f"{address}{request.environ['REQUEST_URI']}",
            headers={k: v for k, v in request.headers.items() if k.lower() not in _OF_THE_CONNECTION},
            data=request.get_data(),
            allow_redirects=False,
            timeout=60,
        )
        headers = {k: v for k, v in answer.headers.items() if k.lower() not in _OF_THE_CONNECTION}
        return Response(answer.content, answer.status_code, headers)

    with over_tls(application, port, certificates):
        yield
