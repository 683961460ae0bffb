from __future__ import annotations

import pytest
from msgspec.structs import replace

from eniguard import identity
from eniguard.events.calls import Call
from eniguard.events.user_identity import Identity
from eniguard.facts.gathered import Facts
from eniguard.facts.kinds import Role
from eniguard.facts.refs import Fact
from eniguard.facts.state import reference
from eniguard.model import Actor
from eniguard.model.kinds import ROLE
from eniguard.settings import DEFAULT_POLICY, ActorMatch, Actors, Guard, Policy
from eniguard.testing import ACCOUNT, ALICE, ROOT, call, role


def made_by(who: Identity, **more: str) -> Call:
    return call("ecs:DeleteNetworkInterface", who, NetworkInterfaceId="eni-1", **more)


def classified(
    one: Call, policy: Policy = DEFAULT_POLICY, live: Role | None = None, ledger: set[str] | None = None
) -> Actor:
    facts = Facts() if live is None else Facts({reference(one, ROLE, live.id): Fact(live, "snapshot", 0.0)})
    actor = identity.classify(one, policy, facts, ledger or set())
    if live is None:
        assert common(one, policy) in (None, actor)
    return actor


def common(one: Call, policy: Policy = DEFAULT_POLICY) -> Actor | None:
    """The caller as far as the type of the identity and the role tell."""
    kind = None if one.platform else identity.common_kind(one.caller.type, one.caller.role, policy)
    return None if kind is None else identity.actor_of(one.caller, kind)


@pytest.mark.parametrize(
    "name",
    [
        "AliyunServiceRoleForNatgw",
        "aliyunserviceroleforNATGW",
        "AliyunServiceRoleForNatgw_team-a",
        "aliyunstreamdefaultrole",
    ],
)
def test_a_listed_role_is_a_service_in_any_case_and_with_a_custom_suffix(name: str) -> None:
    assert classified(made_by(role(name))).kind == "service"


def test_the_trusted_service_is_named() -> None:
    assert classified(made_by(role("AliyunServiceRoleForNatgw"))).service == "nat.aliyuncs.com"


@pytest.mark.parametrize(
    "who",
    [
        role("deploy", session="AliyunServiceRoleForNatgw"),
        role("deploy", session="x:AliyunServiceRoleForNatgw:y"),
        Identity("ram-user", "2000", ACCOUNT, "AliyunServiceRoleForNatgw:session"),
        Identity("ram-user", "2000", ACCOUNT, "AliyunServiceRoleForNatgw"),
        role("my-AliyunServiceRoleForNatgw"),
        role("AIiyunServiceRoleForNatgw"),
        role(""),
        ALICE,
        ROOT,
    ],
)
def test_a_hostile_name_is_never_a_service(who: Identity) -> None:
    assert classified(made_by(who)).kind in ("account", "unconfirmed_service")
    assert classified(made_by(who)).service is None


@pytest.mark.parametrize(
    "name", ["AliyunServiceRoleForNatgw2", "AliyunSomethingRole", "aliyunserviceroleforunheardof"]
)
def test_a_role_of_a_service_form_that_nobody_lists_is_unconfirmed(name: str) -> None:
    one = made_by(role(name))
    assert classified(one).kind == "unconfirmed_service"
    assert list(identity.needs(one)) == [reference(one, ROLE, name)]


def test_a_trust_policy_of_services_only_confirms_a_service() -> None:
    live = Role("AliyunSomethingRole", services=("something.aliyuncs.com",), others=())
    actor = classified(made_by(role("AliyunSomethingRole")), live=live)
    assert (actor.kind, actor.service) == ("service", "something.aliyuncs.com")


def test_a_trust_policy_with_another_principal_makes_it_the_account_even_for_a_listed_name() -> None:
    live = Role(
        "AliyunServiceRoleForNatgw", services=("nat.aliyuncs.com",), others=(f"acs:ram::{ACCOUNT}:root",)
    )
    assert classified(made_by(role("AliyunServiceRoleForNatgw")), live=live).kind == "account"


@pytest.mark.parametrize("service", ["ecs.aliyuncs.com", "FC.aliyuncs.com"])
def test_a_role_that_code_of_the_account_runs_with_is_no_service(service: str) -> None:
    live = Role("AliyunSomethingRole", services=(service,), others=())
    assert classified(made_by(role("AliyunSomethingRole")), live=live).kind == "account"


def test_an_assumed_role_without_a_recorded_name_is_unconfirmed() -> None:
    assert (
        classified(made_by(Identity("assumed-role", "3000:session", ACCOUNT, None))).kind
        == "unconfirmed_service"
    )


def test_the_platform_itself_is_a_service() -> None:
    assert classified(made_by(Identity("system", None, None, "ecs.aliyuncs.com"))).kind == "service"
    assert classified(made_by(ALICE, type="AliyunServiceEvent")).kind == "service"


def test_controllers_are_those_that_the_policy_names_exactly() -> None:
    policy = Policy(actors=Actors(controllers=(ActorMatch(role="terway-node"), ActorMatch(user="ci"))))
    assert classified(made_by(role("Terway-Node", "i-1")), policy).kind == "controller"
    assert classified(made_by(Identity("ram-user", "1", ACCOUNT, "ci")), policy).kind == "controller"
    assert classified(made_by(role("terway-node-evil")), policy).kind == "account"
    assert classified(made_by(role("deploy", session="terway-node")), policy).kind == "account"
    assert classified(made_by(role("ci")), policy).kind == "account"


@pytest.mark.parametrize("type_", ["root-account", "saml-user", "cloudsso-user", "unheard-of", None])
def test_only_a_ram_user_has_the_name_of_a_user(type_: str | None) -> None:
    by_name = Policy(actors=Actors(controllers=(ActorMatch(user="ci"),)))
    by_id = Policy(actors=Actors(controllers=(ActorMatch(principal_id="77"),)))
    one = made_by(Identity(type_, "77", ACCOUNT, "ci"))

    assert classified(one, by_name).kind == "account"
    assert classified(one, by_id).kind == "controller"


def test_every_part_of_a_match_must_be_the_callers() -> None:
    policy = Policy(
        actors=Actors(controllers=(ActorMatch(role="terway", principal_id="300000000000000001:session"),))
    )
    assert classified(made_by(role("terway")), policy).kind == "controller"
    assert classified(made_by(role("terway", "other")), policy).kind == "account"


def test_the_guards_role_is_itself_only_with_a_request_in_the_ledger() -> None:
    policy = Policy(guard=Guard(roles=("eniguard-remediate",)))
    one = made_by(role("eniguard-remediate"))
    assert classified(one, policy).kind == "account"
    known = replace(one, request_id="r-1")
    assert classified(known, policy, ledger={"r-1"}).kind == "self"
    assert classified(known, policy, ledger={"r-2"}).kind == "account"


@pytest.mark.parametrize("who", [ALICE, ROOT, role("deploy"), role("AliyunServiceRoleForNatgw")])
def test_most_callers_are_known_by_type_and_role_alone(who: Identity) -> None:
    one = made_by(who)
    assert common(one) == classified(one)


@pytest.mark.parametrize(
    ("who", "policy"),
    [
        (role("AliyunSomethingRole"), DEFAULT_POLICY),
        (Identity("system", None, None, "ecs.aliyuncs.com"), DEFAULT_POLICY),
        (role("Eniguard-Remediate"), Policy(guard=Guard(roles=("eniguard-remediate",)))),
        (ALICE, Policy(actors=Actors(controllers=(ActorMatch(user="ci"),)))),
        (role("deploy"), Policy(actors=Actors(controllers=(ActorMatch(principal_id="1"),)))),
    ],
)
def test_a_caller_of_whom_more_counts_is_not_known_by_type_and_role(who: Identity, policy: Policy) -> None:
    assert common(made_by(who), policy) is None
