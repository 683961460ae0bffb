"""Calls of functions by the official SDKs: Function Compute 3.0, and services of 2.0."""

from __future__ import annotations

import base64
import json
import types
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

from eniguard.cloud import Credentials
from eniguard.errors import CloudError, ConfigError, Denied, NotFound, Throttled, Transport

#: The HTTP status of refusals that have an error of their own.
_KINDS: Mapping[int, type[CloudError]] = {401: Denied, 403: Denied, 404: NotFound, 429: Throttled}
_MISSING = "invoke needs {}: install eniguard[invoke]"
_MILLISECONDS = 1000


class FunctionCall(Struct, frozen=True):
    """A call to make.

    ``endpoint`` is an address as in ``http://127.0.0.1:9100``; ``service`` names one of Function Compute 2.0,
    ``None`` is 3.0; ``timeout`` is in seconds.
    """

    function: str
    service: str | None
    event: bytes
    endpoint: str
    region: str
    credentials: Credentials
    qualifier: str | None = None
    later: bool = False
    log: bool = False
    timeout: float = 600.0


class Called(Struct, frozen=True):
    """What came of a call; ``error`` is the kind of error that the function ended with."""

    body: bytes
    error: str | None
    request_id: str | None
    log: str


def call(wanted: FunctionCall) -> Called:
    """Make a call; it is never repeated.

    Raises
    ------
    CloudError
        Function Compute refused the call, or gave no answer.
    ConfigError
        The SDK is not installed.
    """
    send = _by_fc3 if wanted.service is None else _by_fc2
    try:
        return send(wanted)
    except CloudError as error:
        hidden = wanted.credentials.hidden(str(error))
        raise type(error)(
            hidden, product="fc", action="InvokeFunction", code=error.code, request_id=error.request_id
        ) from None


def _by_fc3(wanted: FunctionCall) -> Called:
    try:
        from alibabacloud_fc20230330 import models
        from alibabacloud_fc20230330.client import Client
        from alibabacloud_tea_openapi.exceptions import AlibabaCloudException
        from alibabacloud_tea_openapi.models import Config
        from darabonba.exceptions import DaraException, UnretryableException
        from darabonba.runtime import RuntimeOptions
    except ImportError as error:
        raise ConfigError(_MISSING.format(error.name)) from None
    address = urlsplit(wanted.endpoint)
    client = Client(
        Config(
            access_key_id=wanted.credentials.access_key_id,
            access_key_secret=wanted.credentials.access_key_secret,
            security_token=wanted.credentials.security_token,
            region_id=wanted.region,
            endpoint=address.netloc,
            protocol=address.scheme,
        )
    )
    headers = models.InvokeFunctionHeaders(
        x_fc_invocation_type="Async" if wanted.later else "Sync",
        x_fc_log_type="Tail" if wanted.log else "None",
    )
    request = models.InvokeFunctionRequest(body=wanted.event, qualifier=wanted.qualifier)
    runtime = RuntimeOptions(read_timeout=int(wanted.timeout * _MILLISECONDS))
    try:
        answer = client.invoke_function_with_options(wanted.function, request, headers, runtime)
    except AlibabaCloudException as error:
        raise _refused(error.status_code, error.code, str(error.message), error.request_id) from None
    except (DaraException, UnretryableException, OSError) as error:
        raise _unreached(wanted, error) from None
    body = answer.body.read() if answer.body is not None else b""
    return _called(body, answer.headers or {})


def _by_fc2(wanted: FunctionCall) -> Called:
    try:
        import fc2.auth
        import fc2.client
        from fc2.fc_exceptions import FcError
    except ImportError as error:
        raise ConfigError(_MISSING.format(error.name)) from None
    _silence(fc2.auth, fc2.client)
    fc2.client.retries = 0
    client = fc2.client.Client(
        endpoint=wanted.endpoint,
        accessKeyID=wanted.credentials.access_key_id,
        accessKeySecret=wanted.credentials.access_key_secret,
        securityToken=wanted.credentials.security_token or "",
        Timeout=wanted.timeout,
    )
    headers = {
        "x-fc-invocation-type": "Async" if wanted.later else "Sync",
        "x-fc-log-type": "Tail" if wanted.log else "None",
    }
    try:
        answer = client.invoke_function(
            wanted.service, wanted.function, wanted.event, headers, wanted.qualifier
        )
    except FcError as error:
        if error.status_code < 400:
            # The SDK raises what the function ended with, as a text, and drops the log.
            return Called(error.message.encode(), "UnhandledInvocationError", error.request_id, "")
        told = _json_of(error.message)
        text = str(told.get("ErrorMessage", error.message))
        raise _refused(error.status_code, error.err_code, text, error.request_id) from None
    except (OSError, ValueError) as error:
        raise _unreached(wanted, error) from None
    return _called(answer.data, answer.headers)


def _silence(*modules: types.ModuleType) -> None:
    """Take the log of aliyun-fc2 away from it.

    It writes the headers of its requests, with signature and token, into the log of the whole process, and
    that of a failed call even where nobody has set up a log: to the standard error.
    """
    silent: Callable[..., None] = lambda *_, **__: None  # noqa: E731 - a name for the attributes below
    for module in modules:
        # The modules have no types.
        module.logging = types.SimpleNamespace(debug=silent, info=silent, warning=silent, error=silent)  # type: ignore[attr-defined]


def _called(body: bytes, headers: Mapping[str, str]) -> Called:
    found = {name.lower(): value for name, value in headers.items()}
    log = base64.b64decode(found.get("x-fc-log-result", "")).decode("utf-8", "replace")
    return Called(body, found.get("x-fc-error-type"), found.get("x-fc-request-id"), log)


def _refused(status: int | None, code: str | None, message: str, request_id: str | None) -> CloudError:
    kind = _KINDS.get(status or 0, CloudError)
    text = f"Function Compute refused the call ({code}): {message}"
    return kind(text, product="fc", action="InvokeFunction", code=code, request_id=request_id)


def _unreached(wanted: FunctionCall, error: Exception) -> CloudError:
    text = f"{wanted.endpoint} gave no answer that can be read: {type(error).__name__}: {error}"
    return Transport(text, product="fc", action="InvokeFunction")


def _json_of(text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
