"""Where the keys come from: context, environment, chain; and roles of member accounts."""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType, SimpleNamespace

import pytest

from eniguard.cloud import (
    AssumedRole,
    Client,
    Credentials,
    FunctionCredentials,
    from_context,
    from_environment,
)
from eniguard.errors import ConfigError, Denied
from tests.functional.cloud.conftest import Live

MEMBER = "1234567890123499"
ENVIRONMENT = {
    "ALIBABA_CLOUD_ACCESS_KEY_ID": "env-id",
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "env-secret",
    "ALIBABA_CLOUD_SECURITY_TOKEN": "env-token",
}


def context(key_id: str) -> SimpleNamespace:
    """The context of python3.10, as far as its credentials go."""
    return SimpleNamespace(
        credentials=SimpleNamespace(
            access_key_id=key_id, access_key_secret="ctx-secret", security_token="ctx-token"
        )
    )


def test_context_of_python3_10_has_credentials() -> None:
    assert from_context(context("ctx-id")) == Credentials("ctx-id", "ctx-secret", "ctx-token")


@pytest.mark.parametrize(
    "without", [None, SimpleNamespace(request_id="r"), SimpleNamespace(credentials=None)]
)
def test_context_of_python3_12_has_none(without: object) -> None:
    assert from_context(without) is None


def test_environment_has_credentials_with_and_without_a_token() -> None:
    without = {key: value for key, value in ENVIRONMENT.items() if not key.endswith("TOKEN")}

    assert from_environment(ENVIRONMENT) == Credentials("env-id", "env-secret", "env-token")
    assert from_environment(without) == Credentials("env-id", "env-secret", None)
    assert from_environment({}) is None


def no_chain() -> Client:
    raise AssertionError("the chain is not to be asked")


def test_function_takes_the_keys_of_its_newest_context() -> None:
    provider = FunctionCredentials(ENVIRONMENT, chain=no_chain)  # type: ignore[arg-type]
    provider.take(context("first"))
    provider.take(context("second"))
    provider.take(SimpleNamespace(credentials=None))

    assert provider().access_key_id == "second"


def test_function_without_keys_in_its_context_takes_those_of_its_environment() -> None:
    provider = FunctionCredentials(ENVIRONMENT, chain=no_chain)  # type: ignore[arg-type]
    provider.take(SimpleNamespace())

    assert provider().access_key_id == "env-id"


def test_chain_is_made_once_and_only_when_there_is_nothing_else() -> None:
    made: list[str] = []

    def chain() -> object:
        made.append("chain")
        return lambda: Credentials("chain-id", "chain-secret")

    provider = FunctionCredentials({}, chain=chain)  # type: ignore[arg-type]

    assert [provider().access_key_id, provider().access_key_id] == ["chain-id", "chain-id"]
    assert made == ["chain"]


def test_missing_official_chain_is_a_config_error_that_says_what_to_set() -> None:
    code = (
        "import sys; sys.modules['alibabacloud_credentials'] = None\n"
        "from eniguard.cloud import FunctionCredentials\n"
        "from eniguard.errors import ConfigError\n"
        "try:\n    FunctionCredentials({})()\nexcept ConfigError as error:\n    print(error)\n"
    )

    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "ALIBABA_CLOUD_ACCESS_KEY_ID" in ended.stdout


def test_import_of_the_client_loads_neither_requests_nor_an_sdk() -> None:
    code = (
        "import sys, eniguard.cloud\n"
        "print(*[name for name in sys.modules if name.split('.')[0] in "
        "('requests', 'urllib3', 'alibabacloud_credentials', 'Tea', 'aiohttp', 'pydantic')])\n"
    )

    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert ended.stdout.split() == []


# -- member accounts ---------------------------------------------------------------------------------------


def member_role(live: Live) -> str:
    """A role in another account that the first account may assume."""
    root = live.cloud.account("root", account_id=MEMBER)
    live.cloud.call(
        "ram:CreateRole",
        root,
        RoleName="reader",
        AssumeRolePolicyDocument=(
            '{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",'
            f'"Principal":{{"RAM":["acs:ram::{live.cloud.account_id}:root"]}}}}]}}'
        ),
    )
    live.cloud.call(
        "ram:AttachPolicyToRole",
        root,
        RoleName="reader",
        PolicyType="System",
        PolicyName="AdministratorAccess",
    )
    return f"acs:ram::{MEMBER}:role/reader"


def test_role_of_a_member_account_is_assumed_and_kept_until_shortly_before_its_end(live: Live) -> None:
    # given
    own = live.client(live.cloud.account("alice"))
    provider = AssumedRole(own, member_role(live), clock=live.now)
    member = live.client(provider)

    # when
    for _ in range(3):
        member.call("ecs", "DescribeNetworkInterfaces", {})
    live.cloud.clock.advance(3600 - 299)
    member.call("ecs", "DescribeNetworkInterfaces", {})

    # then
    assert len(live.calls("AssumeRole")) == 2
    who = live.calls("DescribeNetworkInterfaces")[-1]["userIdentity"]
    assert (who["accountId"], who["userName"]) == (MEMBER, "reader:eniguard")


def test_role_is_assumed_anew_when_its_token_expires_in_between(live: Live) -> None:
    own = live.client(live.cloud.account("alice"))
    # The clock of this client stands still: it does not see the end of the session come.
    began = live.now()
    member = live.client(AssumedRole(own, member_role(live), clock=lambda: began))
    member.call("ecs", "DescribeNetworkInterfaces", {})
    live.cloud.clock.advance(7200)

    member.call("ecs", "DescribeNetworkInterfaces", {})

    assert len(live.calls("AssumeRole")) == 2


def test_role_that_does_not_trust_the_caller_is_denied(live: Live) -> None:
    root = live.cloud.account("root", account_id=MEMBER)
    live.cloud.call(
        "ram:CreateRole",
        root,
        RoleName="closed",
        AssumeRolePolicyDocument=(
            '{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",'
            '"Principal":{"RAM":["acs:ram::1234567890123411:root"]}}]}'
        ),
    )
    provider = AssumedRole(
        live.client(live.cloud.account("alice")), f"acs:ram::{MEMBER}:role/closed", clock=live.now
    )

    with pytest.raises(Denied) as denied:
        provider()

    assert denied.value.action == "AssumeRole"


def test_fault_of_sts_is_waited_out(live: Live) -> None:
    live.cloud.fail("sts:AssumeRole", code="Throttling.User", times=2)
    provider = AssumedRole(live.client(live.cloud.account("alice")), member_role(live), clock=live.now)

    assert provider().security_token is not None


def test_official_chain_that_finds_nothing_is_a_config_error_without_what_it_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Empty:
        def get_credential(self) -> object:
            raise RuntimeError("no provider has credentials, secret=abc")

    module = ModuleType("alibabacloud_credentials.client")
    monkeypatch.setattr(module, "Client", Empty, raising=False)
    monkeypatch.setitem(sys.modules, "alibabacloud_credentials", ModuleType("alibabacloud_credentials"))
    monkeypatch.setitem(sys.modules, "alibabacloud_credentials.client", module)

    with pytest.raises(ConfigError, match="RuntimeError") as error:
        FunctionCredentials({})()

    assert "abc" not in str(error.value)
