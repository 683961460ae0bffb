"""Every error eniguard raises on purpose, in one tree.

::

    EniguardError
    ├── ConfigError         guard.yml, a rule, a template or an option is wrong
    ├── InputError          an event or a file cannot be read
    │   └── PayloadMismatch     a key stands for other input than before
    ├── CloudError          a cloud API call did not give an answer
    │   ├── Denied
    │   ├── Throttled
    │   ├── NotFound
    │   └── Transport
    ├── StateError          the state store did not do what was asked
    │   └── AlreadyInProgress   another run holds the same piece of work
    ├── DeliveryError       an alert sink refused or was out of reach
    ├── RemediationError    a fix must not or could not be applied
    │   ├── VerdictRefused      what was decided does not hold for this plan
    │   ├── ApproverIsActor     who decided made the call that is put right
    │   ├── SignInRefused       an identity provider says nothing that holds of who decides
    │   ├── SignInUnavailable   an identity provider does not answer as one
    │   ├── Untouchable         the resource is left alone, whoever approves
    │   ├── ApprovalNeeded      the plan is not carried out without a person
    │   ├── ModeForbids         guard.yml lets the plan go no further
    │   ├── NotTrusted          the event is too old, or came by a way that anybody can use
    │   ├── PlanExpired         its time was over before its calls were made
    │   ├── PreconditionChanged
    │   ├── BudgetExceeded
    │   ├── LoopDetected
    │   └── NotVerified         the calls were made, and what is there is something else
    ├── DeadlineNear        the function's time ends before its work does
    └── HandlerFailed       a handler failed with an error whose text held secrets

Each message says what happened, to what, and what to do.
"""

from __future__ import annotations


class EniguardError(Exception):
    """Base of every error that eniguard raises on purpose."""


class ConfigError(EniguardError):
    """Something the user configures is wrong: guard.yml, a rule, a template, an option."""


class InputError(EniguardError):
    """An event or a file cannot be read.

    Parameters
    ----------
    problem
        What is wrong, and what was expected instead.
    path
        The file the bytes came from, or a short name of the way they arrived.
    offset
        Where the trouble starts, in bytes of the (decompressed) input; ``None`` if not known.
    index
        Position of the event among the events of its file, from 0; ``None`` for the file itself.
    """

    def __init__(
        self, problem: str, *, path: str = "<event>", offset: int | None = None, index: int | None = None
    ) -> None:
        self.problem = problem
        self.path = path
        self.offset = offset
        self.index = index
        super().__init__(problem)

    @property
    def where(self) -> str:
        """The place in the form ``path, event 3, byte 1200``."""
        parts = [self.path]
        if self.index is not None:
            parts.append(f"event {self.index}")
        if self.offset is not None:
            parts.append(f"byte {self.offset}")
        return ", ".join(parts)

    def __str__(self) -> str:
        return f"{self.where}: {self.problem}"

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild_input_error, (type(self), self.problem, self.path, self.offset, self.index))


def _rebuild_input_error(
    kind: type[InputError], problem: str, path: str, offset: int | None, index: int | None
) -> InputError:
    return kind(problem, path=path, offset=offset, index=index)


class PayloadMismatch(InputError):
    """An idempotency key was seen before with other input: one of the two is not what it says it is."""


class CloudError(EniguardError):
    """A cloud API call did not give an answer.

    Parameters
    ----------
    message
        What happened and what to do.
    product, action
        The call, as in ``ecs`` and ``DescribeNetworkInterfaces``.
    code
        The error code the API gave; ``None`` when no answer came.
    request_id
        The request id the API gave; ``None`` when no answer came.
    """

    def __init__(
        self,
        message: str,
        *,
        product: str,
        action: str,
        code: str | None = None,
        request_id: str | None = None,
    ) -> None:
        self.product = product
        self.action = action
        self.code = code
        self.request_id = request_id
        super().__init__(message)


class Denied(CloudError):
    """The caller may not make this call."""


class Throttled(CloudError):
    """The API asked to slow down, and the retries are used up."""


class NotFound(CloudError):
    """The thing asked for does not exist."""


class Transport(CloudError):
    """No answer arrived: connection, time-out, or a body that is not an answer."""


class StateError(EniguardError):
    """The state store did not do what was asked."""


class AlreadyInProgress(StateError):
    """Another run holds the same piece of work; what it leaves undone can be taken over later."""


class DeliveryError(EniguardError):
    """An alert sink refused a message or was out of reach.

    Parameters
    ----------
    message
        What happened and what to do; nothing of the sink's address but its host.
    in_doubt
        Whether the message may have arrived all the same.
    """

    def __init__(self, message: str, *, in_doubt: bool = False) -> None:
        self.in_doubt = in_doubt
        super().__init__(message)


class RemediationError(EniguardError):
    """A fix must not or could not be applied."""


class VerdictRefused(RemediationError):
    """What was decided about a plan does not hold: one answer, whatever is wrong with it."""

    def __init__(self) -> None:
        super().__init__(
            "this decision does not hold for this plan: look at the plan as it is now (eniguard plans show), "
            "and decide anew while it is open"
        )

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), ())


class ApproverIsActor(RemediationError):
    """Whoever decided about the plan made the call that it puts right."""


class SignInRefused(RemediationError):
    """What an identity provider says of somebody does not hold; why goes to the log, never to that person."""


class SignInUnavailable(RemediationError):
    """The identity provider does not answer, or not as one."""


class Untouchable(RemediationError):
    """The resource is left alone, whoever approves: managed, unknown, a default one, or to be ignored."""


class ApprovalNeeded(RemediationError):
    """The plan may not be carried out without a person who approves it."""


class ModeForbids(RemediationError):
    """The mode that guard.yml sets now does not let the plan be carried out."""


class NotTrusted(RemediationError):
    """The event that a plan goes back to is too old, or came by a way that anybody can use."""


class PlanExpired(RemediationError):
    """The time of a plan was over before its calls were made: nothing is done any more."""


class PreconditionChanged(RemediationError):
    """What a plan relied on is no longer so."""


class BudgetExceeded(RemediationError):
    """The number of fixes allowed in this window is used up."""


class LoopDetected(RemediationError):
    """The same fix keeps being needed: somebody puts the finding back."""


class NotVerified(RemediationError):
    """The calls of a plan were made, and what was read back is not what they should have led to."""


class DeadlineNear(EniguardError):
    """The function's time ends before its work does; what is left has to be delivered again."""


class HandlerFailed(EniguardError):
    """A handler failed with an error whose text held secrets; this one says the same without them."""
