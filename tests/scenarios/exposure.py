"""Ordinary groups that are opened: by rules, through lists, by what is taken away, and by a set swap."""

from __future__ import annotations

import json
from typing import Any

from tests.scenarios.deliveries import renamed
from tests.scenarios.stage import Event, Stage
from tests.scenarios.world import MODIFY, STRANGER, World

AUTHORIZE, REVOKE = "ecs:AuthorizeSecurityGroup", "ecs:RevokeSecurityGroup"
EGRESS = "ecs:AuthorizeSecurityGroupEgress"
WORLD = "0.0.0.0/0"


def rule(ports: str, source: str = WORLD, protocol: str = "TCP", **more: Any) -> dict[str, Any]:
    """An ingress rule."""
    side = "Ipv6SourceCidrIp" if ":" in source else "SourceCidrIp"
    return {"IpProtocol": protocol, "PortRange": ports, side: source, **more}


SSH = rule("22/22")
NO_SSH = rule("22/22", Policy="drop")


def with_rules_as_text(event: Event) -> Event:
    """The one rule of a call as a JSON text of a list."""
    parameters = event["requestParameters"]
    first = "Permissions.1."
    fields = {key.removeprefix(first): value for key, value in parameters.items() if key.startswith(first)}
    kept = {key: value for key, value in parameters.items() if not key.startswith(first)}
    return {**event, "requestParameters": {**kept, "Permissions": json.dumps([fields])}}


def rule_id(world: World, group: str, **wanted: str) -> str:
    """The id of the one rule of a group that says this."""
    found = world.call("ecs:DescribeSecurityGroupAttribute", SecurityGroupId=group)["Permissions"]
    (one,) = [
        item
        for item in found["Permission"]
        if all(item[name].lower() == value.lower() for name, value in wanted.items())
    ]
    return str(one["SecurityGroupRuleId"])


def opened(stage: Stage) -> None:
    """Rules that open a group to the world, and rules that look like it and do not."""
    world = World(stage)
    with stage.case(
        "exp/ssh-to-the-world", "SSH is opened to the world; the state shows the rule.", state="after"
    ):
        world.call(AUTHORIZE, SecurityGroupId=world.group, Permissions=[SSH])
    with stage.case("exp/ssh-again", "The same once more, which adds nothing.", "eventbridge"):
        world.call(AUTHORIZE, SecurityGroupId=world.group, Permissions=[SSH])
    group = world.make_group()
    with stage.case(
        "exp/rdp-in-two-steps", "RDP from half of the Internet, then from all of it; flat form.", "lines"
    ):
        for source in ("0.0.0.0/1", WORLD):
            world.call(AUTHORIZE, SecurityGroupId=group, **rule("3389/3389", source))
    with stage.case("exp/web-to-the-world", "HTTPS is meant for everybody.", "sls"):
        world.call(AUTHORIZE, SecurityGroupId=group, Permissions=[rule("443/443")])
    with stage.case("exp/ssh-to-the-office", "SSH from the office, and from a large private block."):
        office = [rule("22/22", "192.0.2.0/24"), rule("22/22", "10.0.0.0/8")]
        world.call(AUTHORIZE, SecurityGroupId=group, Permissions=office)
    with stage.case(
        "exp/databases-over-ipv6",
        "Ports up to the databases from all IPv6 addresses.",
        "oss",
    ):
        world.call(AUTHORIZE, SecurityGroupId=group, Permissions=[rule("3300/5432", "::/0")])
    with stage.case("exp/all-protocols", "Everything is opened to the world.", "lookup", state="after"):
        world.call(AUTHORIZE, SecurityGroupId=group, Permissions=[rule("-1/-1", protocol="ALL")])
    guarded = world.make_group()
    world.call(AUTHORIZE, SecurityGroupId=guarded, Permissions=[rule("-1/-1", protocol="ALL", Policy="drop")])
    with stage.case("exp/behind-a-drop-rule", "An open rule that a drop rule of its priority overrules."):
        everything = rule("1/65535")
        world.call(AUTHORIZE, SecurityGroupId=guarded, Permissions=[SSH, everything])
    named = {"SecurityGroupId": world.group}
    world.call(AUTHORIZE, **named, Permissions=[rule("443/443", "192.0.2.0/24")])
    one = {**named, "SecurityGroupRuleId": rule_id(world, world.group, PortRange="443/443")}
    with stage.case("exp/rule-gets-another-port", "A rule for the office gets a risky port."):
        world.call("ecs:ModifySecurityGroupRule", **one, PortRange="3306/3306")
    with stage.case("exp/rule-gets-the-world", "The same rule is opened to the world.", "eventbridge"):
        world.call("ecs:ModifySecurityGroupRule", **one, SourceCidrIp=WORLD)
    fresh = world.make_group()
    with stage.case(
        "exp/configured",
        "A call that the fake does not have opens Telnet to the world.",
        change=renamed(
            "Ecs",
            "ConfigureSecurityGroupPermissions",
            SecurityGroupId=fresh,
            AuthorizePermissions=json.dumps([rule("23/23")]),
        ),
        made="hand-written",
    ):
        world.call("ecs:ModifySecurityGroupAttribute", SecurityGroupId=fresh, SecurityGroupName="web")


def lists(stage: Stage) -> None:
    """Prefix lists and port lists that rules name, and that are widened behind their back."""
    world = World(stage)
    entry = {"Cidr": "192.0.2.0/24"}
    asked = {"PrefixListName": "offices", "MaxEntries": 5, "AddressFamily": "IPv4", "Entry": [entry]}
    offices = {"PrefixListId": world.make("ecs:CreatePrefixList", "PrefixListId", **asked)}
    unused = {"PrefixListId": world.make("ecs:CreatePrefixList", "PrefixListId", **asked)}
    asked = {"PortRangeListName": "web", "MaxEntries": 5, "Entry": [{"PortRange": "443/443"}]}
    ports = {"PortRangeListId": world.make("ecs:CreatePortRangeList", "PortRangeListId", **asked)}
    by_prefixes = {"IpProtocol": "TCP", "PortRange": "22/22", "SourcePrefixListId": offices["PrefixListId"]}
    with stage.case(
        "exp/ssh-to-a-list",
        "SSH for a prefix list of offices; the permissions are a JSON text.",
        change=with_rules_as_text,
    ):
        world.call(AUTHORIZE, SecurityGroupId=world.group, Permissions=[by_prefixes])
    by_ports = {"IpProtocol": "TCP", "SourceCidrIp": WORLD, **ports}
    web = world.make_group()
    with stage.case("exp/port-list-to-the-world", "A port list with HTTPS only, for the world."):
        world.call(AUTHORIZE, SecurityGroupId=web, Permissions=[by_ports])
    with stage.case("exp/list-gets-an-office", "A prefix list in use gets another office.", "lines"):
        world.call("ecs:ModifyPrefixList", **offices, AddEntry=[{"Cidr": "198.51.100.0/24"}])
    with stage.case("exp/list-gets-the-world", "A prefix list in use gets the world.", "oss"):
        world.call("ecs:ModifyPrefixList", **offices, AddEntry=[{"Cidr": WORLD}])
    with stage.case("exp/unused-list-gets-the-world", "A prefix list that no rule names gets the world."):
        world.call("ecs:ModifyPrefixList", **unused, AddEntry=[{"Cidr": WORLD}])
    with stage.case("exp/port-list-gets-a-web-port", "A port list in use gets a harmless port.", "sls"):
        world.call("ecs:ModifyPortRangeList", **ports, AddEntry=[{"PortRange": "80/80"}])
    with stage.case("exp/port-list-gets-ssh", "A port list in use gets SSH.", "eventbridge"):
        world.call("ecs:ModifyPortRangeList", **ports, AddEntry=[{"PortRange": "22/22"}])
    wide = {"IpProtocol": "TCP", "PortRange": "5432/5432", "SourcePrefixListId": offices["PrefixListId"]}
    with stage.case("exp/database-to-a-wide-list", "A database for a prefix list that holds the world."):
        world.call(AUTHORIZE, SecurityGroupId=world.group, Permissions=[wide])


def taken_away(stage: Stage) -> None:
    """Drop rules that go, move or stay, and groups whose members reach each other."""
    world = World(stage)
    named = {"SecurityGroupId": world.group}
    private = rule("22/22", "10.0.0.0/8", Priority="2")
    world.call(AUTHORIZE, **named, Permissions=[private, rule("22/22", "10.0.0.0/8", Policy="drop")])
    drop = rule_id(world, world.group, Policy="Drop")
    with stage.case(
        "exp/drop-rule-behind", "A drop rule is put behind the accept rule it held back.", "lines"
    ):
        world.call("ecs:ModifySecurityGroupRule", **named, SecurityGroupRuleId=drop, Priority="3")
    world.call("ecs:ModifySecurityGroupRule", **named, SecurityGroupRuleId=drop, Priority="1")
    with stage.case("exp/drop-rule-revoked", "A drop rule is revoked by its id.", "eventbridge"):
        world.call(REVOKE, **named, SecurityGroupRuleId=[drop])
    world.call(AUTHORIZE, **named, Permissions=[rule("80/80", "10.0.0.0/8", Policy="drop")])
    with stage.case("exp/drop-rule-without-effect-revoked", "A drop rule that held nothing back goes."):
        world.call(REVOKE, **named, Permissions=[rule("80/80", "10.0.0.0/8", Policy="drop")])
    with stage.case("exp/accept-rule-revoked", "An accept rule goes.", "sls"):
        world.call(REVOKE, **named, Permissions=[private])
    with stage.case("exp/inner-access", "Members of a group are kept apart, and then not any more.", "lines"):
        world.call("ecs:ModifySecurityGroupPolicy", **named, InnerAccessPolicy="Drop")
        world.call("ecs:ModifySecurityGroupPolicy", **named, InnerAccessPolicy="Accept")


def members(stage: Stage) -> None:
    """ENIs and instances that come into an open group, or leave the one that held the world back."""
    world = World(stage)
    opened_group, closed, strict = world.make_group(), world.make_group(), world.make_group()
    world.call(AUTHORIZE, SecurityGroupId=opened_group, Permissions=[rule("22/22", Priority="2")])
    world.call(AUTHORIZE, SecurityGroupId=closed, Permissions=[rule("443/443")])
    world.call(AUTHORIZE, SecurityGroupId=strict, Permissions=[NO_SSH])
    eni = {"NetworkInterfaceId": world.make_eni()}
    with stage.case("exp/eni-joins-web-group", "An ENI joins a group that lets the world in to HTTPS only."):
        world.call("ecs:JoinSecurityGroup", **eni, SecurityGroupId=closed)
    with stage.case("exp/eni-joins-open-group", "An ENI joins a group with SSH for the world.", "oss"):
        world.call("ecs:JoinSecurityGroup", **eni, SecurityGroupId=opened_group)
    held = world.make_eni(SecurityGroupId=opened_group)
    world.call("ecs:JoinSecurityGroup", NetworkInterfaceId=held, SecurityGroupId=strict)
    with stage.case("exp/eni-leaves-strict-group", "An ENI leaves the group that held the world back."):
        world.call("ecs:LeaveSecurityGroup", NetworkInterfaceId=held, SecurityGroupId=strict)
    with stage.case("exp/eni-leaves-web-group", "An ENI leaves a group that held nobody back.", "lines"):
        world.call("ecs:LeaveSecurityGroup", **eni, SecurityGroupId=closed)
    with stage.case("exp/eni-swapped-to-closed", "The set of an ENI is replaced by a closed group.", "sls"):
        world.call(MODIFY, **eni, SecurityGroupId=[world.group])
    with stage.case(
        "exp/eni-swapped-to-open", "The set of an ENI is replaced by an open group.", "eventbridge"
    ):
        world.call(MODIFY, **eni, SecurityGroupId=[world.group, opened_group])
    instance = world.make_instance()
    with stage.case("exp/instance-into-open-group", "An instance is put into an open group.", "lookup"):
        asked = {"InstanceId": instance, "SecurityGroupIds": [world.group, opened_group]}
        world.call("ecs:ModifyInstanceAttribute", **asked)


def sides(stage: Stage) -> None:
    """Groups of other accounts that are let in, and restricted groups that are let out."""
    world = World(stage)
    foreign = {
        "IpProtocol": "TCP",
        "PortRange": "443/443",
        "SourceGroupId": "sg-bp1foreign0001",
        "SourceGroupOwnerId": STRANGER,
    }
    with stage.case("exp/foreign-group", "A rule lets in a group of another account.", state="after"):
        world.call(AUTHORIZE, SecurityGroupId=world.group, Permissions=[foreign])
    own = {**foreign, "SourceGroupId": world.make_group(), "SourceGroupOwnerId": world.stage.account_id}
    with stage.case("exp/own-group", "A rule lets in a group of the account itself.", "lines"):
        world.call(AUTHORIZE, SecurityGroupId=world.group, Permissions=[own])
    restricted = world.make_group()
    tag = [{"Key": "restricted", "Value": "true"}]
    world.call("ecs:TagResources", ResourceType="securitygroup", ResourceId=[restricted], Tag=tag)
    out = {"IpProtocol": "ALL", "PortRange": "-1/-1", "DestCidrIp": WORLD}
    with stage.case("exp/restricted-group-let-out", "A restricted group may reach everything.", "oss"):
        world.call(EGRESS, SecurityGroupId=restricted, Permissions=[out])
    with stage.case("exp/ordinary-group-let-out", "Another group may reach everything.", "lines"):
        world.call(EGRESS, SecurityGroupId=world.group, Permissions=[out])
