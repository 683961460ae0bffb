from __future__ import annotations

from typing import Any

import pytest

from eniguard.deployment import Rendered, Variable, rendered

BASE = {"memorySize": 256, "list": ["a", "b"], "map": {"x": 1, "y": 2}}


def of(props: dict[str, Any], environment: dict[str, str] | None = None, **top: Any) -> Rendered:
    return rendered({"resources": {"one": {"component": "fc3", "props": props}}, **top}, environment or {})


def props_of(found: Rendered, name: str = "one") -> dict[str, Any]:
    props: dict[str, Any] = found.document["resources"][name]["props"]
    return props


def test_an_expression_alone_keeps_its_type_and_one_in_a_text_becomes_part_of_it() -> None:
    found = of({"a": "${vars.n}", "b": "x-${vars.n}-${vars.m.k}"}, vars={"n": 256, "m": {"k": "y"}})

    assert props_of(found) == {"a": 256, "b": "x-256-y"}
    assert found.problems == ()


def test_variables_may_rest_on_others_and_on_the_environment() -> None:
    variables = {"stage": "${env('STAGE', 'dev')}", "name": "guard-${vars.stage}"}

    by_default = of({"a": "${vars.name}"}, vars=variables)
    found = of({"a": "${vars.name}"}, {"STAGE": "prod"}, vars=variables)

    assert (props_of(by_default), props_of(found)) == ({"a": "guard-dev"}, {"a": "guard-prod"})
    assert found.variables == (Variable("STAGE", "dev", True),)
    assert by_default.variables == (Variable("STAGE", "dev", False),)


def test_what_is_taken_over_is_merged_and_lists_are_replaced() -> None:
    resource = {"extend": {"name": "base"}, "props": {"list": ["c"], "map": {"y": 3}}}

    found = rendered({"template": {"base": BASE}, "resources": {"one": resource}}, {})

    assert props_of(found) == {"memorySize": 256, "list": ["c"], "map": {"x": 1, "y": 3}}


def test_what_is_ignored_is_not_taken_over() -> None:
    resource = {"extend": {"name": "base", "ignore": ["list", "map"]}, "props": {"cpu": 1}}

    found = rendered({"template": {"base": BASE}, "resources": {"one": resource}}, {})

    assert props_of(found) == {"memorySize": 256, "cpu": 1}


def test_a_property_of_another_resource_is_found_with_what_that_takes_over() -> None:
    document = {
        "template": {"base": {"region": "${vars.region}"}},
        "vars": {"region": "cn-hangzhou"},
        "resources": {
            "one": {"props": {"where": "${resources.two.props.region}"}},
            "two": {"extend": {"name": "base"}, "props": {}},
        },
    }

    assert props_of(rendered(document, {})) == {"where": "cn-hangzhou"}


def test_the_access_stays_as_it_stands() -> None:
    assert rendered({"access": "${vars.a}", "vars": {"a": "b"}}, {}).document["access"] == "${vars.a}"


@pytest.mark.parametrize(
    ("expression", "problem"),
    [
        ("${vars.nope}", "${vars.nope}: there is no 'nope'"),
        ("${env('NOPE')}", "${env('NOPE')}: the variable NOPE is not set: give it a documentation value"),
        (
            "${config('AccountID')}",
            "${config('AccountID')}: not an expression that this template may hold; known: ",
        ),
        ("${resources.nope.props.a}", "${resources.nope.props.a}: there is no resource 'nope'"),
        ("${resources.one.props.nope}", "${resources.one.props.nope}: there is no 'nope'"),
        ("${resources.one.info.a}", "${resources.one.info.a}: a resource has props, not 'info'"),
        ("${vars.loop}", "${vars.loop} leads back to itself"),
        ("${resources.one.props.a}", "${resources.one.props.a} leads back to itself"),
        ("${vars.${vars.which}}", "holds an expression in another one: give it a name under vars"),
    ],
)
def test_an_expression_without_a_value_is_told_and_stays(expression: str, problem: str) -> None:
    found = of({"a": expression}, vars={"loop": "${vars.loop}", "which": "loop"})

    assert any(problem in one for one in found.problems), found.problems


def test_a_template_to_take_over_that_is_not_there_is_told() -> None:
    found = rendered({"resources": {"one": {"extend": {"name": "nope"}, "props": {"a": 1}}}}, {})

    assert found.problems == ("resources.one.extend: template has no 'nope': name one that is there",)
    assert props_of(found) == {"a": 1}


@pytest.mark.parametrize("given", [None, [], "text", {"one": None}, {"one": {"props": None}}, {"one": []}])
def test_resources_of_another_shape_are_left_to_the_check(given: Any) -> None:
    assert rendered({"resources": given}, {}).problems == ()
