"""The HTTP triggers of a template: each has an address of its own on this machine.

It stands for a domain of one's own that is bound to the function: what Function Compute adds on its own
domain (``Content-Disposition: attachment``) or refuses there (``disableURLInternet``) is not there.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from eniguard.emulator.calls import FUNCTION_ERROR, Outcome
from eniguard.emulator.compute import Compute, Tell, new_request_id
from eniguard.emulator.functions import Function, Trigger
from eniguard.emulator.http_answers import BadAnswer, reply_of
from eniguard.emulator.http_events import event_of
from eniguard.emulator.serving import (
    ASYNC_LIMIT,
    SYNC_LIMIT,
    Listening,
    Refused,
    Reply,
    StartResponse,
    body_of,
    sent,
)
from eniguard.errors import ConfigError

_REQUEST_ERROR = "FcCommonError"
_TOO_LARGE = "InvalidArgument"

_Method = Literal["GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS"]


class _Config(Struct, frozen=True, rename="camel"):
    auth_type: Literal["anonymous", "function", "jwt"]
    methods: Annotated[list[_Method], Meta(min_length=1)]


class HttpTrigger(Struct, frozen=True):
    """A trigger that browsers and programs call."""

    function: str
    name: str
    methods: frozenset[str]


def http_triggers_of(functions: Sequence[Function]) -> tuple[list[HttpTrigger], list[str]]:
    """The HTTP triggers that anybody may call, and a line for each other one: they are not served here.

    Raises
    ------
    ConfigError
        A trigger does not say how it is called.
    """
    found, left = [], []
    for function in functions:
        for trigger in function.props.triggers:
            if trigger.trigger_type != "http":
                continue
            config = _config(function, trigger)
            where = f"{function.name}: the HTTP trigger {trigger.trigger_name} is not served"
            if config.auth_type != "anonymous":
                left.append(f"{where}: who calls is not checked here (authType {config.auth_type})")
            elif function.custom:
                left.append(f"{where}: only those of built-in runtimes are")
            else:
                name = trigger.trigger_name
                found.append(HttpTrigger(function.name, name, frozenset(config.methods)))
    return found, left


def _config(function: Function, trigger: Trigger) -> _Config:
    try:
        return msgspec.convert(trigger.trigger_config, _Config)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{function.name}: {trigger.trigger_name}: triggerConfig: {error}") from None


class HttpServer(Listening):
    """One HTTP trigger on a port of this machine.

    Parameters
    ----------
    trigger
        The trigger.
    compute
        The functions.
    host, port
        Where to listen; port 0 takes a free one.
    tell
        Takes a line for each answer of the function that no response can be made of.
    clock
        Gives seconds since 1970 (UTC).

    Raises
    ------
    OSError
        It cannot listen there.
    """

    def __init__(
        self,
        trigger: HttpTrigger,
        compute: Compute,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        tell: Tell = lambda name, line: None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.trigger = trigger
        self._compute = compute
        self._tell = tell
        self._clock = clock
        super().__init__(self._application, host, port)

    def _application(self, environ: Mapping[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        request_id = new_request_id()
        try:
            reply = self._answered(environ, request_id)
        except Refused as refused:
            reply = refused.reply(request_id, **{"X-Fc-Error-Type": _REQUEST_ERROR})
        return sent(reply, request_id, start_response, head=environ["REQUEST_METHOD"] == "HEAD")

    def _answered(self, environ: Mapping[str, Any], request_id: str) -> Reply:
        method = environ["REQUEST_METHOD"]
        if method not in self.trigger.methods:
            allowed = ", ".join(sorted(self.trigger.methods))
            message = f"the HTTP trigger '{self.trigger.name}' takes {allowed} and not '{method}'"
            raise Refused(HTTPStatus.FORBIDDEN, "AccessDenied", message)
        later = str(environ.get("HTTP_X_FC_INVOCATION_TYPE", "")).lower() == "async"
        body = body_of(environ, ASYNC_LIMIT if later else SYNC_LIMIT, _TOO_LARGE)
        account_id = self._compute.account_id
        event = event_of(environ, body, request_id=request_id, account_id=account_id, now=self._clock())
        if later:
            self._compute.enqueue(self.trigger.function, event, request_id)
            return Reply(HTTPStatus.ACCEPTED, {}, b"")
        outcome = self._compute.invoke(self.trigger.function, event, request_id)
        return self._reply(outcome, request_id, environ.get("HTTP_ORIGIN"))

    def _reply(self, outcome: Outcome, request_id: str, origin: str | None) -> Reply:
        if outcome.error is not None:
            headers = {"Content-Type": "application/json", "X-Fc-Error-Type": outcome.error}
            return Reply(HTTPStatus.BAD_GATEWAY, headers, outcome.body)
        try:
            return reply_of(outcome.body, origin)
        except BadAnswer as error:
            message = f"the answer is no response of HTTP: {error}"
            self._tell("", f"{self.trigger.function}: {message} ({request_id})")
            refused = Refused(HTTPStatus.BAD_GATEWAY, "BadResponse", message)
            return refused.reply(request_id, **{"X-Fc-Error-Type": FUNCTION_ERROR})


class HttpServers:
    """The servers of all triggers, in threads of their own inside a ``with`` block.

    Parameters
    ----------
    triggers
        The triggers.
    compute, host, tell
        As for `HttpServer`; each takes a free port.

    Raises
    ------
    OSError
        One cannot listen there.
    """

    def __init__(
        self, triggers: Sequence[HttpTrigger], compute: Compute, host: str = "127.0.0.1", *, tell: Tell
    ) -> None:
        self.all = [HttpServer(one, compute, host, tell=tell) for one in triggers]
        self._threads = [threading.Thread(target=one.run, daemon=True) for one in self.all]

    def told(self) -> list[dict[str, str]]:
        """The address of each trigger."""
        return [
            {"function": one.trigger.function, "trigger": one.trigger.name, "address": one.address}
            for one in self.all
        ]

    def __enter__(self) -> HttpServers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for one in self.all:
            one.stop()
        for thread in self._threads:
            thread.join()
