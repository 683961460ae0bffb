"""What an API of the fake answers when it does not do what was asked."""

from __future__ import annotations


class ApiError(Exception):
    """An error answer, in the words of the API.

    Parameters
    ----------
    code
        As in ``InvalidEniId.NotFound``.
    status
        The HTTP status.
    message
        What a person reads.
    retry_after
        Milliseconds that a throttled client is asked to wait.
    """

    def __init__(self, code: str, status: int, message: str, *, retry_after: int | None = None) -> None:
        self.code = code
        self.retry_after = retry_after
        self.status = status
        self.message = message
        super().__init__(f"{status} {code}: {message}")


class MissingParameter(ApiError):
    """A mandatory parameter is absent; the status differs between APIs (docs/sources.md, API)."""

    def __init__(self, name: str, status: int = 400) -> None:
        super().__init__(
            "MissingParameter", status, f'The input parameter "{name}" that is mandatory is not supplied.'
        )


class NotImplementedByTheFake(ApiError):
    """An API or a feature of the cloud that this fake does not have; says so by name."""

    def __init__(self, what: str) -> None:
        super().__init__("FakeAliyun.NotImplemented", 501, f"fakealiyun does not implement {what}.")
