"""How clients say a call, sign it and are answered: one form for most services, others for data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from fakealiyun.errors import ApiError
from fakealiyun.identities import Keys
from fakealiyun.wire import answers, signature
from fakealiyun.wire.answers import Answer
from fakealiyun.wire.request import ApiRequest, HttpRequest, read


class Dialect(Protocol):
    """One form of requests and answers."""

    def speaks(self, http: HttpRequest) -> bool:
        """Whether a request is of this form."""

    def read(self, http: HttpRequest) -> ApiRequest:
        """The API call behind a request.

        Raises
        ------
        ApiError
            It is none.
        """

    def check(self, request: ApiRequest, keys: Keys) -> None:
        """Accept a request that was signed with these keys.

        Raises
        ------
        ApiError
            It was not.
        """

    def success(self, request_id: str, result: Mapping[str, Any] | Answer) -> Answer:
        """The answer to a call that was carried out: its fields, or an answer of its own."""

    def failure(self, request_id: str, http: HttpRequest, host: str, error: ApiError) -> Answer:
        """The answer to a call that was refused."""


class Rpc:
    """The form of most services: an action with parameters, JSON back."""

    def speaks(self, http: HttpRequest) -> bool:
        """Any request that no other form takes."""
        return True

    def read(self, http: HttpRequest) -> ApiRequest:
        """See `fakealiyun.wire.request.read`."""
        return read(http)

    def check(self, request: ApiRequest, keys: Keys) -> None:
        """See `fakealiyun.wire.signature.check`."""
        signature.check(request, keys)

    def success(self, request_id: str, result: Mapping[str, Any] | Answer) -> Answer:
        """A JSON answer with its request id."""
        return result if isinstance(result, Answer) else answers.success(request_id, result)

    def failure(self, request_id: str, http: HttpRequest, host: str, error: ApiError) -> Answer:
        """The error body that clients make their exceptions of."""
        return answers.failure(request_id, host, error)


RPC = Rpc()
