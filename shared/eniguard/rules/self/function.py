"""The guard's functions: changed, deleted, or left without anything to run on."""

from __future__ import annotations

from eniguard.model import Evidence, Reference, Resource
from eniguard.model.kinds import FUNCTION, FUNCTION_SERVICE
from eniguard.rules.base import SUCCEEDED, Rule, Verdict, Verdicts
from eniguard.rules.case import Case
from eniguard.rules.self.own import OTHERS, deploys, functions_named, idle_unless, nameless, same

#: What starves a function when it is set to 0, by call; any other number leaves it running.
_STARVES = {
    "PutConcurrencyConfig": "reservedConcurrency",
    "PutFunctionOnDemandConfig": "maximumInstanceCount",
}


class FunctionChanged(Rule):
    """SELF004."""

    code = "SELF004"
    name = "function-changed"
    severity = "critical"
    summary = "A function of the guard was changed, deleted, or kept from running."
    why = (
        "Whoever changes the guard's code, triggers or concurrency decides what it sees. It may be the last "
        "event that it reports: a second account or region should watch this one."
    )
    advice = "Ask who did this and why, and deploy the guard anew from its sources."
    actions = frozenset(
        (
            "fc:UpdateFunction",
            "fc:DeleteFunction",
            "fc:DisableFunctionInvocation",
            "fc:UpdateTrigger",
            "fc:DeleteTrigger",
            "fc:PutAsyncInvokeConfig",
            "fc:DeleteAsyncInvokeConfig",
            "fc:PutFunctionAsyncInvokeConfig",
            "fc:DeleteFunctionAsyncInvokeConfig",
            "fc:PutConcurrencyConfig",
            "fc:PutFunctionOnDemandConfig",
            "fc:PutProvisionConfig",
            "fc:PutScalingConfig",
            "fc:UpdateService",
            "fc:DeleteService",
        )
    )
    outcomes = SUCCEEDED
    actors = OTHERS
    references = (
        Reference(
            "Function Compute API, 2023-03-30", "UpdateFunction, PutConcurrencyConfig, PutAsyncInvokeConfig"
        ),
        Reference("Function Compute API, 2021-04-06", "UpdateFunction, PutFunctionOnDemandConfig"),
    )
    false_positives = "A deployment of the guard: name its pipeline under actors.deployers."

    idle = staticmethod(idle_unless("guard.functions", "functions"))

    def evaluate(self, case: Case) -> Verdicts:
        if unnamed := nameless(self, case, case.policy.guard.functions, FUNCTION, FUNCTION_SERVICE):
            return unnamed
        own = [
            one
            for one in case.policy.guard.functions
            for name in functions_named(case.call)
            if _on(name, one)
        ]
        named = ", ".join(functions_named(case.call))
        if not case.check("it is on a function of the guard in guard.yml", bool(own), named) or deploys(case):
            return ()
        return [verdict for function in own for verdict in self._changed(case, function)]

    def _changed(self, case: Case, function: str) -> list[Verdict]:
        subject, limit = Resource(FUNCTION, function), _STARVES.get(case.call.name)
        evidence = _evidence(case)
        if limit is not None:
            number = case.call.parameters.integer(limit)
            if number is None:
                return [self.undecided(case, f"the event does not say {limit}", subject=subject)]
            if not case.check(f"{limit} leaves it nothing to run on", number <= 0, number):
                return []
            summary = f"{function}, a function of the guard, was given {limit}={number}"
            return [self.finding(case, subject, summary, evidence=evidence)]
        summary = f"{case.call.name} succeeded on {function}, a function of the guard"
        return [self.finding(case, subject, summary, evidence=evidence)]


def _on(name: str, own: str) -> bool:
    """Whether a call on ``name`` is on a function of the guard; a service with its slash holds many."""
    return own.lower().startswith(name.lower()) if name.endswith("/") else same(name, own)


def _evidence(case: Case) -> list[Evidence]:
    parameters = case.call.parameters
    texts = [(name, parameters.text(name)) for name in ("triggerName",)]
    numbers = [(name, parameters.integer(name)) for name in _STARVES.values()]
    return [Evidence(name, value) for name, value in (*texts, *numbers) if value is not None]
