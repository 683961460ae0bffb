from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from eniguard.events.user_identity import Identity
from eniguard.model import Decision
from eniguard.rules.self.function import FunctionChanged
from eniguard.settings import ActorMatch, Actors, Guard, Policy
from eniguard.testing import ACCOUNT, ALICE, ROOT, call, decided, findings, role, undecided

PIPELINE = role("deploy")
POLICY = Policy(
    actors=Actors(deployers=(ActorMatch(role="DEPLOY"),)),
    guard=Guard(functions=("eniguard-trail-event", "old-guard/trail-event", "old-guard/sweep")),
)
REPORTED = [("SELF004", "critical", "eniguard-trail-event")]
STARVING = {
    "PutConcurrencyConfig": "reservedConcurrency",
    "PutFunctionOnDemandConfig": "maximumInstanceCount",
}
CHANGES = sorted(
    action.partition(":")[2]
    for action in FunctionChanged.actions
    if not action.endswith("Service") and action.partition(":")[2] not in STARVING
)


def judged(action: str, by: Identity = ALICE, policy: Policy = POLICY, **parameters: Any) -> Decision:
    error = parameters.pop("error", None)
    return decided(call(f"fc:{action}", by, error=error, **parameters), policy=policy)


@pytest.mark.parametrize("action", CHANGES)
def test_changed_function_is_reported(action: str) -> None:
    assert findings(judged(action, functionName="eniguard-trail-event")) == REPORTED


@pytest.mark.parametrize(
    "parameters", [{"FunctionName": "eniguard-trail-event"}, {"ACS::FC::Function": ["eniguard-trail-event"]}]
)
def test_function_is_found_however_the_event_names_it(parameters: dict[str, Any]) -> None:
    assert findings(judged("DeleteFunction", **parameters)) == REPORTED


@pytest.mark.parametrize("action", CHANGES)
def test_other_functions_failed_calls_and_pipelines_are_not(action: str) -> None:
    own: dict[str, Any] = {"functionName": "eniguard-trail-event"}

    assert findings(judged(action, functionName="eniguard")) == []
    assert findings(judged(action, error="AccessDenied", **own)) == []
    assert findings(judged(action, PIPELINE, **own)) == []
    assert findings(judged(action, policy=Policy(), **own)) == []


def test_account_that_is_called_like_a_pipeline_is_none() -> None:
    policy = replace(POLICY, actors=Actors(deployers=(ActorMatch(user="ci"),)))
    own: dict[str, Any] = {"functionName": "eniguard-trail-event"}

    assert findings(judged("DeleteFunction", Identity("ram-user", "7", ACCOUNT, "ci"), policy, **own)) == []
    assert findings(judged("DeleteFunction", replace(ROOT, user_name="ci"), policy, **own)) == REPORTED


@pytest.mark.parametrize(("action", "limit"), STARVING.items())
@pytest.mark.parametrize(("number", "said"), [(0, REPORTED), ("0", REPORTED), (1, []), ("20", [])])
def test_only_a_limit_of_nothing_starves_it(action: str, limit: str, number: Any, said: Any) -> None:
    decision = judged(action, functionName="eniguard-trail-event", **{limit: number})

    assert (findings(decision), undecided(decision)) == (said, [])


@pytest.mark.parametrize("action", STARVING)
def test_limit_that_the_event_does_not_show_is_undecided(action: str) -> None:
    decision = judged(action, functionName="eniguard-trail-event")

    assert (findings(decision), undecided(decision)) == ([], ["SELF004"])


@pytest.mark.parametrize(
    ("action", "parameters", "subjects"),
    [
        ("UpdateFunction", {"serviceName": "old-guard", "functionName": "sweep"}, ["old-guard/sweep"]),
        ("UpdateFunction", {"functionName": "old-guard$sweep"}, ["old-guard/sweep"]),
        ("UpdateFunction", {"serviceName": "orders", "functionName": "eniguard-trail-event"}, []),
        ("UpdateFunction", {"functionName": "sweep"}, []),
        ("DeleteService", {"serviceName": "old-guard"}, ["old-guard/trail-event", "old-guard/sweep"]),
        ("UpdateService", {"ServiceName": "old-guard"}, ["old-guard/trail-event", "old-guard/sweep"]),
        ("DeleteService", {"serviceName": "old"}, []),
    ],
)
def test_function_of_the_old_api_is_known_by_its_service(
    action: str, parameters: dict[str, Any], subjects: list[str]
) -> None:
    assert [subject for _, _, subject in findings(judged(action, **parameters))] == subjects


def test_possible_service_makes_it_undecided() -> None:
    unsure = role("AliyunServiceRoleForSomethingNew")

    decision = judged("UpdateFunction", unsure, functionName="eniguard-trail-event")

    assert (findings(decision), undecided(decision)) == ([], ["SELF004"])


ARN = "acs:fc:cn-hangzhou:1234567890123456:"


@pytest.mark.parametrize(
    ("parameters", "subject"),
    [
        ({"functionName": f"{ARN}functions/eniguard-trail-event"}, "eniguard-trail-event"),
        ({"ACS::FC::Function": [f"{ARN}functions/eniguard-trail-event/LATEST"]}, "eniguard-trail-event"),
        ({"ACS::FC::Function": [f"{ARN}services/old-guard.LATEST/functions/sweep"]}, "old-guard/sweep"),
        ({"serviceName": "old-guard.LATEST", "functionName": "sweep"}, "old-guard/sweep"),
        (
            {"serviceName": "old-guard", "ACS::FC::Function": [f"{ARN}services/old-guard/functions/sweep"]},
            "old-guard/sweep",
        ),
    ],
)
def test_function_is_known_by_its_arn_and_with_a_qualifier(parameters: dict[str, Any], subject: str) -> None:
    assert findings(judged("DeleteFunction", **parameters)) == [("SELF004", "critical", subject)]


def test_function_that_the_event_does_not_name_is_undecided() -> None:
    assert undecided(judged("UpdateFunction")) == ["SELF004"]
    assert undecided(judged("UpdateFunction", policy=Policy())) == []
