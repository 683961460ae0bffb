"""What is told of an exception: fields, and never the source lines or the values of its frames."""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import Any

from eniguard.errors import CloudError, EniguardError, HandlerFailed, InputError
from eniguard.toolkit.redaction import Redactor

#: The innermost places of a stack, and the errors of a chain, that are told.
_MOST_PLACES = 20
_MOST_CAUSES = 5


def described(error: BaseException) -> dict[str, Any]:
    """An exception as fields: ``type``, ``message``, ``stack``, ``cause``, and what the error tree adds."""
    return _described(error, _MOST_CAUSES)


def without_secrets(error: Exception, redactor: Redactor) -> Exception:
    """The error itself, or what stands for it if its text or that of one it came from holds a secret.

    Function Compute logs what a handler raises, and gives it to the caller.
    """
    if all(redactor.text(text) == text for text in map(_text, _chain(error))):
        return error
    return HandlerFailed(redactor.text(f"{_type_of(error)}: {_text(error)}"))


def _described(error: BaseException, causes: int) -> dict[str, Any]:
    fields: dict[str, Any] = {"type": _type_of(error), "message": _text(error)}
    if isinstance(error, CloudError):
        fields.update(
            product=error.product, action=error.action, code=error.code, request_id=error.request_id
        )
    if isinstance(error, InputError):
        fields.update(path=error.path, offset=error.offset, index=error.index)
    if error.__traceback__ is not None:
        fields["stack"] = _places(error.__traceback__)
    origin = _origin(error)
    if origin is not None and causes:
        fields["cause"] = _described(origin, causes - 1)
    return fields


def _type_of(error: BaseException) -> str:
    kind = type(error)
    own = isinstance(error, EniguardError) or kind.__module__ == "builtins"
    return kind.__qualname__ if own else f"{kind.__module__}.{kind.__qualname__}"


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as failed:  # noqa: BLE001 - an error that cannot say what it is must not stop the log
        return f"<no text: {type(failed).__qualname__}>"


def _places(trace: TracebackType) -> list[str]:
    """The innermost places, the outermost of them first, as in ``index.py:12 handler``."""
    places: list[str] = []
    walked: TracebackType | None = trace
    while walked is not None:
        code = walked.tb_frame.f_code
        places.append(f"{code.co_filename}:{walked.tb_lineno} {code.co_name}")
        walked = walked.tb_next
    return places[-_MOST_PLACES:]


def _origin(error: BaseException) -> BaseException | None:
    if error.__cause__ is not None:
        return error.__cause__
    return None if error.__suppress_context__ else error.__context__


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error, what it came from, and so on; each once, should they go round in a circle."""
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        yield one
        one = _origin(one)
