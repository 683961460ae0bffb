"""The guard.yml of a recording is valid, says the same of the pseudonyms, and nothing of anybody."""

from __future__ import annotations

from pathlib import Path

from eniguard.recording import Pseudonyms, Redaction, redacted_guard_file
from eniguard.settings import ControlTag
from eniguard.settings.guardfile import parse_policy

ROOT = Path(__file__).parents[3]
EXAMPLE = (ROOT / "guard.example.yml").read_text(encoding="utf-8")


def test_the_example_is_redacted_field_by_field() -> None:
    redaction = Redaction(Pseudonyms(b"0123456789abcdef"), parse_policy(EXAMPLE))
    names, pseudonyms = redaction.names, redaction.pseudonyms

    text = redacted_guard_file(EXAMPLE, redaction)

    before, after = parse_policy(EXAMPLE), parse_policy(text)
    assert after.accounts == tuple(pseudonyms.account(one) for one in before.accounts)
    assert after.regions == before.regions
    assert [one.role for one in after.actors.controllers] == [
        "AliyunCSManagedNetworkRole",
        names.role("example-ack-node"),
    ]
    assert after.actors.approved_services == before.actors.approved_services
    assert after.actors.service_ids == before.actors.service_ids
    assert after.guard.trails[0].sls_project == pseudonyms.name("example-logs")
    assert after.guard.event_rules[0].bus == "default"
    assert after.guard.functions == tuple(names.function(one) for one in before.guard.functions)
    assert after.guard.log_stores[0].days == 180
    assert after.guard.control_tags == before.guard.control_tags
    assert after.rules["PFX019"].enabled is False
    assert after.rules["ENI012"].params == {"accounts": [pseudonyms.account("6543210987654321")]}
    assert after.state is None


def test_no_name_account_or_secret_is_left() -> None:
    text = redacted_guard_file(EXAMPLE, Redaction(Pseudonyms(b"0123456789abcdef")))

    left = ["example", "1234567890123456", "6543210987654321", "PASSWORD", "production"]
    assert [one for one in left if one in text] == []


def test_word_that_marks_restricted_groups_stays_when_guard_yml_names_it() -> None:
    policy = parse_policy("rules: {EXP008: {params: {tag: PCI}}}")
    redaction = Redaction(Pseudonyms(b"0123456789abcdef"), policy)

    assert redaction.tag_value("zone", "pci") == "pci"
    assert redaction.tag_key("Pci") == "Pci"
    assert redaction.tag_key("restricted") != "restricted"


def test_custom_rules_and_empty_sections_are_taken_as_they_are() -> None:
    text = "accounts: []\nguard:\nrules: {modules: [acme_rules], PFX019: {severity: low}}\n"

    found = parse_policy(redacted_guard_file(text.replace("guard:\n", ""), Redaction(Pseudonyms(b"x" * 16))))

    assert found.rule_modules == ("acme_rules",)
    assert found.rules["PFX019"].severity == "low"


def test_tags_of_waivers_stay_control_tags_and_the_waivers_go() -> None:
    text = (
        "waivers: [{id: a, match: {tags: {team: payments, frozen: null}}, owner: jane, reason: ticket 123, "
        "expires: 2026-12-31}]"
    )
    redaction = Redaction(Pseudonyms(b"0123456789abcdef"))

    found = parse_policy(redacted_guard_file(text, redaction))

    team = ControlTag(redaction.tag_key("team"), redaction.tag_value("team", "payments"))
    assert found.guard.control_tags == (team, ControlTag(redaction.tag_key("frozen")))
    assert found.waivers == ()
