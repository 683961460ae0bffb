from __future__ import annotations

import pytest

from eniguard.errors import ConfigError
from eniguard.settings import DEFAULT_POLICY
from eniguard.settings.guardfile import parse_policy


def links_of(kind: str, form: str) -> dict[str, str]:
    return parse_policy(f"alerts: {{links: {{{kind!r}: {form!r}}}}}").alerts.links


def test_without_links_those_of_the_package_hold() -> None:
    assert parse_policy("alerts: {group_minutes: 5}").alerts.links == DEFAULT_POLICY.alerts.links == {}


@pytest.mark.parametrize("kind", ["ecs:NetworkInterface", "event"])
@pytest.mark.parametrize(
    "form",
    ["", "https://console.example.com/eni/{region}/{id}", "https://console.example.com:8443/?q={id}#/a"],
)
def test_form_of_a_page_is_taken_as_it_stands(kind: str, form: str) -> None:
    assert links_of(kind, form) == {kind: form}


@pytest.mark.parametrize(
    "form",
    [
        "http://console.example.com/{id}",
        "console.example.com/{id}",
        "https:///{id}",
        "https://{id}.example.com/",
        "https://user@console.example.com/{id}",
        "https://console.example.com/{name}",
        "https://console.example.com/{id}{",
        "https://console.example.com/a b",
        "https://console.example.com/)[x](y",
        "javascript:alert(1)",
    ],
)
def test_form_of_anything_else_is_refused(form: str) -> None:
    with pytest.raises(ConfigError, match="links"):
        links_of("ecs:NetworkInterface", form)


def test_kind_that_no_links_are_made_to_is_refused_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match="did you mean ecs:NetworkInterface"):
        links_of("ecs:NetworkInterfaces", "")
