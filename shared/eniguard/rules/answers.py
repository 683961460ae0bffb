"""What rules answer; that one fails to is a verdict, too, so that the others are still asked."""

from __future__ import annotations

from collections.abc import Sequence

from eniguard.errors import EniguardError
from eniguard.model import Observation, Undecided
from eniguard.rules.base import Declared

#: Not the failure of a rule: trouble with what it reads, and a machine at its end.
PASSED_ON = (EniguardError, MemoryError)


def failed(rule: Declared, error: BaseException, event_id: str | None = None) -> Undecided:
    """The verdict that a rule raised an error; its message is left out, since it may quote anything."""
    reason = f"the rule failed with {type(error).__name__} in {_place(error, type(rule).__module__)}"
    return Undecided(rule.code, (), reason, event_id, failed=True)


def no_verdict(rule: Declared, given: object, event_id: str | None = None) -> Undecided:
    """The verdict on a rule that gave something else than verdicts: a failure."""
    reason = f"the rule gave a {type(given).__name__}, neither a Finding nor an Undecided"
    return Undecided(rule.code, (), reason, event_id, failed=True)


def only_marks(given: Sequence[Observation]) -> Sequence[Observation]:
    """The marks that a rule gave.

    Raises
    ------
    TypeError
        Something among them is no mark.
    """
    for one in given:
        if not isinstance(one, Observation):
            raise TypeError("a rule observes something that is no Observation")
    return given


def _place(error: BaseException, module: str) -> str:
    """The innermost line of a module that an error went through; of any module when it went through none."""
    place = inside = ""
    step = error.__traceback__
    while step is not None:
        name = step.tb_frame.f_globals.get("__name__", "?")
        place = f"{name}, line {step.tb_lineno}"
        inside = place if name == module else inside
        step = step.tb_next
    return inside or place
