"""The parts a function is made of; each can be used alone.

`guard_handler` is the edge of a function, `FcContext` and `Deadline` what it knows of the call; `Logger`,
`Metrics` and `Tracer` tell what happens, a `Redactor` hides what must not be told; `idempotent` and
`Idempotency` do work once, a `BatchProcessor` handles each record on its own, `Secrets` gives the values of
references.
"""

from eniguard.toolkit.batch import BatchProcessor, BatchResult, Outcome
from eniguard.toolkit.context import FcContext, FcCredentials, FcTracing
from eniguard.toolkit.deadline import Deadline
from eniguard.toolkit.handler import Invocation, guard_handler
from eniguard.toolkit.idempotency import Claim, Idempotency, idempotent
from eniguard.toolkit.logger import Logger
from eniguard.toolkit.metrics import Metrics
from eniguard.toolkit.redaction import Redactor
from eniguard.toolkit.secrets import Secrets
from eniguard.toolkit.tracer import Tracer
from eniguard.toolkit.work_records import KeyValueStore

__all__ = [
    "BatchProcessor",
    "BatchResult",
    "Claim",
    "Deadline",
    "FcContext",
    "FcCredentials",
    "FcTracing",
    "Idempotency",
    "Invocation",
    "KeyValueStore",
    "Logger",
    "Metrics",
    "Outcome",
    "Redactor",
    "Secrets",
    "Tracer",
    "guard_handler",
    "idempotent",
]
