"""A hundred rules about a call that the measured trail does not hold: what do they cost the other calls?"""

from __future__ import annotations

from eniguard.rules import Case, Reference, Rule, Verdicts
from tests.perf.corpus import OTHER_RULES


class _Other(Rule):
    severity = "info"
    summary = "A block of a vSwitch was reserved."
    why = "It stands for a rule that has nothing to do with the call."
    advice = "Nothing."
    actions = frozenset(("vpc:CreateVSwitchCidrReservation",))
    references = (Reference("none"),)

    def evaluate(self, case: Case) -> Verdicts:
        return (self.undecided(case, "nobody asks"),)


RULES = tuple(
    type(f"Other{number}", (_Other,), {"code": f"OTHER{number:03d}", "name": f"other-{number}"})
    for number in range(OTHER_RULES)
)
