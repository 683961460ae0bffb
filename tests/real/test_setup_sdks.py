"""What tells how a guard is set up, with the official SDKs: functions, rules, trails, secrets, roles."""

from __future__ import annotations

import json

import pytest
from alibabacloud_actiontrail20200706 import models as actiontrail
from alibabacloud_actiontrail20200706.client import Client as ActionTrail
from alibabacloud_eventbridge20200401 import models as eventbridge
from alibabacloud_eventbridge20200401.client import Client as EventBridge
from alibabacloud_fc20230330 import models as fc
from alibabacloud_fc20230330.client import Client as Fc
from alibabacloud_kms20160120 import models as kms
from alibabacloud_kms20160120.client import Client as Kms
from alibabacloud_ram20150501 import models as ram
from alibabacloud_ram20150501.client import Client as Ram
from alibabacloud_tea_openapi.exceptions import ClientException

from fakealiyun import Cloud
from tests.real.ecs_calls import config

ROLE = "acs:ram::1234567890123456:role/guard"


@pytest.fixture
def functions(cloud: Cloud) -> Fc:
    client = Fc(config(cloud.account("alice")))
    made = fc.CreateFunctionInput(
        function_name="trail_log",
        runtime="python3.10",
        handler="index.handler",
        role=ROLE,
        memory_size=512,
        environment_variables={"ENIGUARD_POLICY": "guard.yml"},
    )
    client.create_function(fc.CreateFunctionRequest(body=made))
    return client


def test_function_shows_how_it_was_made(functions: Fc) -> None:
    found = functions.get_function("trail_log", fc.GetFunctionRequest()).body

    assert (found.function_name, found.runtime, found.role, found.memory_size) == (
        "trail_log",
        "python3.10",
        ROLE,
        512,
    )
    assert found.environment_variables == {"ENIGUARD_POLICY": "guard.yml"}
    assert found.function_arn == "acs:fc:cn-hangzhou:1234567890123456:functions/trail_log"


def test_function_that_does_not_exist_is_refused(functions: Fc) -> None:
    with pytest.raises(ClientException) as refused:
        functions.get_function("none", fc.GetFunctionRequest())

    assert (refused.value.code, refused.value.status_code) == ("FunctionNotFound", 404)


def test_triggers_are_listed_with_their_configuration(functions: Fc) -> None:
    for name, kind in (("rows", "log"), ("files", "oss")):
        made = fc.CreateTriggerInput(trigger_name=name, trigger_type=kind, trigger_config='{"a": 1}')
        functions.create_trigger("trail_log", fc.CreateTriggerRequest(body=made))

    listed = functions.list_triggers("trail_log", fc.ListTriggersRequest()).body.triggers
    one = functions.get_trigger("trail_log", "rows").body

    assert [(found.trigger_name, found.trigger_type) for found in listed] == [
        ("files", "oss"),
        ("rows", "log"),
    ]
    assert one.trigger_config == '{"a": 1}'


def test_asynchronous_calls_show_their_attempts_and_destinations(functions: Fc) -> None:
    with pytest.raises(ClientException) as none:
        functions.get_async_invoke_config("trail_log", fc.GetAsyncInvokeConfigRequest())
    wanted = fc.PutAsyncInvokeConfigInput(
        max_async_retry_attempts=2,
        max_async_event_age_in_seconds=3600,
        destination_config=fc.DestinationConfig(on_failure=fc.Destination(destination="acs:mns:dead")),
    )
    functions.put_async_invoke_config("trail_log", fc.PutAsyncInvokeConfigRequest(body=wanted))

    found = functions.get_async_invoke_config("trail_log", fc.GetAsyncInvokeConfigRequest()).body
    listed = functions.list_async_invoke_configs(fc.ListAsyncInvokeConfigsRequest()).body.configs

    assert none.value.code == "AsyncConfigNotFound"
    assert (found.max_async_retry_attempts, found.max_async_event_age_in_seconds) == (2, 3600)
    assert found.destination_config.on_failure.destination == "acs:mns:dead"
    assert [one.function_arn for one in listed] == [found.function_arn]


def test_rules_of_a_bus_are_listed_and_counted(cloud: Cloud) -> None:
    client = EventBridge(config(cloud.account("alice")))
    for number in range(12):
        client.create_rule(
            eventbridge.CreateRuleRequest(
                event_bus_name="default", rule_name=f"rule-{number:02d}", filter_pattern="{}"
            )
        )

    first = client.list_rules(eventbridge.ListRulesRequest(event_bus_name="default")).body.data
    rest = client.list_rules(
        eventbridge.ListRulesRequest(event_bus_name="default", next_token=first.next_token)
    ).body.data

    assert (len(first.rules), first.total, len(rest.rules)) == (10, 12, 2)
    assert rest.next_token is None
    assert rest.rules[-1].rule_name == "rule-11"


def test_targets_of_a_rule_are_listed_as_they_were_put(cloud: Cloud) -> None:
    client = EventBridge(config(cloud.account("alice")))
    named = {"event_bus_name": "default", "rule_name": "guard"}
    target = eventbridge.PutTargetsRequestTargets(
        id="1", type="acs.fc.function", endpoint="acs:fc:here", errors_tolerance="ALL"
    )
    client.create_rule(eventbridge.CreateRuleRequest(**named, filter_pattern="{}"))
    client.put_targets(eventbridge.PutTargetsRequest(**named, targets=[target]))

    (found,) = client.list_targets(eventbridge.ListTargetsRequest(**named)).body.data.targets

    assert (found.type, found.endpoint, found.errors_tolerance) == ("acs.fc.function", "acs:fc:here", "ALL")


def test_trail_tells_its_scope_and_whether_it_logs(cloud: Cloud) -> None:
    client = ActionTrail(config(cloud.account("alice")))
    client.create_trail(actiontrail.CreateTrailRequest(name="guard-trail", oss_bucket_name="evidence"))

    (trail,) = client.describe_trails(actiontrail.DescribeTrailsRequest()).body.trail_list
    before = client.get_trail_status(actiontrail.GetTrailStatusRequest(name="guard-trail")).body
    client.start_logging(actiontrail.StartLoggingRequest(name="guard-trail"))
    after = client.get_trail_status(actiontrail.GetTrailStatusRequest(name="guard-trail")).body

    assert (trail.event_rw, trail.trail_region) == ("Write", "All")
    assert (before.is_logging, after.is_logging) == (False, True)


@pytest.mark.parametrize(
    "service", ["source-actiontrail.eventbridge.aliyuncs.com", "sendevent-fc.eventbridge.aliyuncs.com"]
)
def test_roles_of_eventbridge_are_found_once_they_are_made(cloud: Cloud, service: str) -> None:
    client = Ram(config(cloud.account("alice")))

    client.create_service_linked_role(ram.CreateServiceLinkedRoleRequest(service_name=service))

    roles = client.list_roles(ram.ListRolesRequest()).body.roles.role
    assert any(
        service
        in (
            client.get_role(ram.GetRoleRequest(role_name=one.role_name)).body.role.assume_role_policy_document
        )
        for one in roles
    )


def test_permissions_of_a_role_are_read_from_its_policies(cloud: Cloud) -> None:
    client = Ram(config(cloud.account("alice")))
    document = json.dumps(
        {"Version": "1", "Statement": [{"Effect": "Allow", "Action": "ecs:Describe*", "Resource": "*"}]}
    )
    principal = {"Service": ["fc.aliyuncs.com"]}
    trust = json.dumps(
        {
            "Version": "1",
            "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}],
        }
    )
    client.create_role(ram.CreateRoleRequest(role_name="guard", assume_role_policy_document=trust))
    client.create_policy(ram.CreatePolicyRequest(policy_name="guard-reads", policy_document=document))
    client.attach_policy_to_role(
        ram.AttachPolicyToRoleRequest(role_name="guard", policy_name="guard-reads", policy_type="Custom")
    )

    (found,) = client.list_policies_for_role(
        ram.ListPoliciesForRoleRequest(role_name="guard")
    ).body.policies.policy
    policy = client.get_policy(
        ram.GetPolicyRequest(policy_name=found.policy_name, policy_type=found.policy_type)
    )

    assert json.loads(policy.body.default_policy_version.policy_document) == json.loads(document)


def test_secret_is_read_by_version_and_by_stage(cloud: Cloud) -> None:
    client = Kms(config(cloud.account("alice")))
    client.create_secret(kms.CreateSecretRequest(secret_name="robot", secret_data="first", version_id="1"))
    client.put_secret_value(
        kms.PutSecretValueRequest(secret_name="robot", secret_data="second", version_id="2")
    )

    def read(**options: str) -> str:
        answer = client.get_secret_value(kms.GetSecretValueRequest(secret_name="robot", **options)).body
        return str(answer.secret_data)

    assert [read(), read(version_id="1"), read(version_stage="ACSPrevious")] == ["second", "first", "first"]
    assert "second" not in str(cloud.trail.events)
    with pytest.raises(ClientException) as refused:
        client.get_secret_value(kms.GetSecretValueRequest(secret_name="none"))
    assert refused.value.code == "Forbidden.ResourceNotFound"
