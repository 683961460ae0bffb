from __future__ import annotations

from typing import Any

import pytest

from eniguard.model import Decision
from eniguard.settings import Guard, GuardLogStore, GuardTable, Policy
from eniguard.testing import call, decided, findings, role, undecided

LOGS = GuardLogStore("eniguard-logs", "trail", 180)
POLICY = Policy(
    guard=Guard(
        log_stores=(LOGS, GuardLogStore("eniguard-all"), GuardLogStore("eniguard-open", "trail")),
        buckets=("eniguard-evidence",),
        tables=(GuardTable("eniguard", "findings"), GuardTable("eniguard-state")),
        secrets=("eniguard-dingtalk",),
    )
)
TRAIL: dict[str, Any] = {"project": "eniguard-logs", "logstore": "trail"}
TABLE: dict[str, Any] = {"InstanceName": "eniguard", "TableName": "findings"}
BUCKET: dict[str, Any] = {"ACS::OSS::Bucket": ["eniguard-evidence"]}
SECRET: dict[str, Any] = {"SecretName": "eniguard-dingtalk"}


def judged(action: str, policy: Policy = POLICY, **parameters: Any) -> Decision:
    error, by = parameters.pop("error", None), parameters.pop("by", role("ops"))
    return decided(call(action, by, error=error, **parameters), policy=policy)


CHANGES: list[tuple[str, dict[str, Any], str]] = [
    ("sls:DeleteProject", {"project": "eniguard-logs"}, "eniguard-logs"),
    ("sls:DeleteProject", {"ProjectName": "eniguard-all"}, "eniguard-all"),
    ("sls:DeleteLogStore", TRAIL, "eniguard-logs/trail"),
    ("sls:DeleteLogStore", {"projectName": "eniguard-all", "logstoreName": "any"}, "eniguard-all/any"),
    ("sls:ClearLogStoreStorage", TRAIL, "eniguard-logs/trail"),
    ("sls:DeleteLogs", TRAIL, "eniguard-logs/trail"),
    ("sls:UpdateLogStore", {**TRAIL, "ttl": 179}, "eniguard-logs/trail"),
    ("oss:DeleteBucket", BUCKET, "eniguard-evidence"),
    ("oss:DeleteBucket", {"bucketName": "eniguard-evidence"}, "eniguard-evidence"),
    ("oss:PutBucketLifecycle", BUCKET, "eniguard-evidence"),
    ("ots:DeleteInstance", {"InstanceName": "eniguard"}, "eniguard"),
    ("ots:DeleteTable", TABLE, "eniguard/findings"),
    ("ots:UpdateTable", TABLE, "eniguard/findings"),
    ("ots:DeleteTable", {"instanceName": "eniguard-state", "tableName": "any"}, "eniguard-state/any"),
    ("kms:DeleteSecret", SECRET, "eniguard-dingtalk"),
    ("kms:PutSecretValue", SECRET, "eniguard-dingtalk"),
    ("kms:UpdateSecretVersionStage", SECRET, "eniguard-dingtalk"),
    ("kms:SetSecretPolicy", SECRET, "eniguard-dingtalk"),
]


@pytest.mark.parametrize(("action", "parameters", "subject"), CHANGES)
def test_changed_store_is_reported(action: str, parameters: dict[str, Any], subject: str) -> None:
    assert findings(judged(action, **parameters)) == [("SELF006", "high", subject)]


@pytest.mark.parametrize(("action", "parameters", "subject"), CHANGES)
def test_stores_that_guard_yml_does_not_name_and_failed_calls_are_not(
    action: str, parameters: dict[str, Any], subject: str
) -> None:
    assert findings(judged(action, policy=Policy(), **parameters)) == []
    assert findings(judged(action, error="AccessDenied", **parameters)) == []


@pytest.mark.parametrize(
    ("action", "parameters"),
    [
        ("sls:DeleteProject", {"project": "eniguard"}),
        ("sls:DeleteLogStore", {**TRAIL, "logstore": "web"}),
        ("sls:DeleteLogStore", {**TRAIL, "project": "web"}),
        ("sls:UpdateLogStore", {**TRAIL, "ttl": "180"}),
        ("sls:UpdateLogStore", TRAIL),
        ("oss:DeleteBucket", {"ACS::OSS::Bucket": ["web"]}),
        ("ots:DeleteTable", {**TABLE, "TableName": "drafts"}),
        ("ots:DeleteTable", {**TABLE, "InstanceName": "web"}),
        ("kms:PutSecretValue", {"SecretName": "web"}),
    ],
)
def test_other_stores_and_harmless_changes_are_not(action: str, parameters: dict[str, Any]) -> None:
    decision = judged(action, **parameters)

    assert (findings(decision), undecided(decision)) == ([], [])


def test_shorter_logs_cannot_be_told_without_the_days() -> None:
    decision = judged("sls:UpdateLogStore", project="eniguard-open", logstore="trail", ttl=7)

    assert (findings(decision), undecided(decision)) == ([], ["SELF006"])


def test_strictest_number_of_days_counts_when_a_logstore_is_named_twice() -> None:
    whole = GuardLogStore("eniguard-logs", None, 30)

    for stores in ((whole, LOGS), (LOGS, whole)):
        decision = judged("sls:UpdateLogStore", Policy(guard=Guard(log_stores=stores)), **TRAIL, ttl=90)
        assert findings(decision) == [("SELF006", "high", "eniguard-logs/trail")]


def test_possible_service_makes_it_undecided() -> None:
    decision = judged("kms:DeleteSecret", by=role("AliyunServiceRoleForSomethingNew"), **SECRET)

    assert (findings(decision), undecided(decision)) == ([], ["SELF006"])


def test_secret_is_known_by_its_arn() -> None:
    arn = "acs:kms:cn-hangzhou:1234567890123456:secret/eniguard-dingtalk"

    assert findings(judged("kms:PutSecretValue", SecretName=arn)) == [
        ("SELF006", "high", "eniguard-dingtalk")
    ]


@pytest.mark.parametrize(
    "action", ["sls:DeleteLogStore", "oss:DeleteBucket", "ots:DeleteTable", "kms:DeleteSecret"]
)
def test_store_that_the_event_does_not_name_is_undecided(action: str) -> None:
    assert undecided(judged(action)) == ["SELF006"]
    assert undecided(judged(action, policy=Policy())) == []
