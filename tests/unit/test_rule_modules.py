"""Rules of the user's own modules: how they are found, and what is said of modules that cannot be used."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from eniguard.errors import ConfigError
from eniguard.pipeline import Pipeline
from eniguard.rule_modules import catalogue_of, custom_rules, registry_of
from eniguard.rules.registry import catalogue
from eniguard.settings import Policy, RuleSettings

Written = Callable[..., None]

HEAD = "from eniguard.rules import Rule, SweepRule, Verdicts, kind\n"


def rule(code: str, *lines: str, base: str = "Rule", name: str = "Mine") -> str:
    """The source of a rule that says nothing; ``lines`` stand at the end of its class."""
    declared = {
        "code": code,
        "name": f"mine-{code.lower()}",
        "severity": "low",
        "summary": "A summary.",
        "why": "A reason.",
        "advice": "Advice.",
    }
    body = [f"{attribute} = {value!r}" for attribute, value in declared.items()]
    if base == "Rule":
        body.append('actions = frozenset(("ecs:DeleteNetworkInterface",))')
    else:
        body.append("kinds = (kind.ENI,)")
    body += [*lines, "def evaluate(self, *given): return ()"]
    return f"class {name}({base}):\n" + "".join(f"    {line}\n" for line in body)


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Written]:
    """Writes a module to a folder on the path, of which nothing stays loaded."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def write(path: str, *parts: str) -> None:
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join((HEAD, *parts)), encoding="utf-8")

    yield write
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", "")).startswith(str(tmp_path)):
            del sys.modules[name]


def codes(*modules: str) -> list[str]:
    return [one.code for one in custom_rules(modules)]


def refused(*modules: str) -> str:
    with pytest.raises(ConfigError) as caught:
        custom_rules(modules)
    return str(caught.value)


def test_public_rules_that_a_module_defines_are_taken_in_their_order(written: Written) -> None:
    written(
        "mine.py",
        rule("MINE002", name="Second"),
        rule("MINE001", name="First"),
        rule("MINE003", base="SweepRule", name="Third"),
        "Again = First",
        rule("MINE004", name="_Hidden"),
        "class Base(Rule): pass",
        "from eniguard.rules.eni.blocking import ManagedEniBlocksDelete",
    )

    assert codes("mine") == ["MINE002", "MINE001", "MINE003"]


def test_rules_in_the_tuple_of_a_module_are_taken_and_no_other(written: Written) -> None:
    written("pack/first.py", rule("MINE001", name="_First"))
    written("pack/__init__.py", "from pack.first import _First", rule("MINE002"), "RULES = (_First,)")

    assert codes("pack") == ["MINE001"]


def test_modules_are_read_in_their_order_and_stand_after_the_packaged_rules(written: Written) -> None:
    written("one.py", rule("MINE002"))
    written("two.py", rule("MINE001"))
    policy = Policy(rule_modules=("one", "two"))

    packaged = [one.code for one in catalogue()]
    assert [one.code for one in catalogue_of(policy)] == [*packaged, "MINE002", "MINE001"]
    assert [one.code for one in registry_of(policy).catalogue] == [*packaged, "MINE002", "MINE001"]


def test_a_rule_is_enabled_and_tuned_like_a_packaged_one(written: Written) -> None:
    # given
    params = ("class Params(__import__('msgspec').Struct, frozen=True):", "    most: int = 3")
    written("mine.py", rule("MINE001", *params), rule("MINE002", "enabled = False", name="Off"))
    tuned = {"MINE001": RuleSettings(severity="critical", params={"most": 5})}

    # when
    as_declared = registry_of(Policy(rule_modules=("mine",)))
    as_told = registry_of(
        Policy(rule_modules=("mine",), rules={**tuned, "MINE002": RuleSettings(enabled=True)})
    )

    # then
    assert [one.code for one in as_declared.rules if one.code.startswith("MINE")] == ["MINE001"]
    first, second = (one for one in as_told.rules if one.code.startswith("MINE"))
    assert (first.params.most, second.code) == (5, "MINE002")


def test_a_pipeline_has_the_rules_of_its_policys_modules(written: Written) -> None:
    written("mine.py", rule("MINE001"))

    pipeline = Pipeline(Policy(rule_modules=("mine",)))

    chosen = pipeline.registry.chosen("ecs:DeleteNetworkInterface", "ok", "account").rules
    assert "MINE001" in [one.code for one in chosen]


def test_only_what_the_event_path_allows_is_on_the_event_path(written: Written) -> None:
    written("mine.py", rule("MINE001"), rule("MINE002", "event_path = False", name="Dear"))

    on_path = registry_of(Policy(rule_modules=("mine",)), event_path=True)

    assert [one.code for one in on_path.rules if one.code.startswith("MINE")] == ["MINE001"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("minne", "no module 'minne'; did you mean mine? It has to lie"),
        ("mine.py", "no module 'mine.py'; did you mean mine? Modules are named as in an import"),
        ("pack.firts", "no module 'pack.firts'; did you mean pack.first? It has to lie"),
        ("pakc.first", "no module 'pakc.first'; did you mean pack.first? It has to lie"),
        (
            "xyzzy_plugh",
            "no module 'xyzzy_plugh'; it has to lie in the deployed bundle or in a folder on PYTHONPATH",
        ),
    ],
)
def test_a_module_that_is_not_found_is_named_with_the_nearest(written: Written, name: str, told: str) -> None:
    written("mine.py", rule("MINE001"))
    written("pack/__init__.py")
    written("pack/first.py", rule("MINE002"))

    assert refused(name).startswith(f"rules.modules: {told}")


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("1 / 0", "importing mine failed with ZeroDivisionError: division by zero ("),
        (
            "import xyzzy_plugh",
            "importing mine failed with ModuleNotFoundError: No module named 'xyzzy_plugh' (",
        ),
        ("raise SystemExit('bye')", "importing mine failed with SystemExit: bye ("),
        ("def broken(:", "importing mine failed with SyntaxError: "),
    ],
)
def test_a_module_that_fails_says_how_and_where(written: Written, source: str, told: str) -> None:
    written("mine.py", source)

    message = refused("mine")

    assert message.startswith(f"rules.modules: {told}")
    assert "mine.py, line 3)" in message


@pytest.mark.parametrize("source", ["", "RULES = ()", "from eniguard.rules.eni.blocking import *"])
def test_a_module_without_rules_says_what_a_rule_is(written: Written, source: str) -> None:
    written("mine.py", source)

    assert refused("mine").startswith("rules.modules: mine holds no rule: define a public subclass of")


@pytest.mark.parametrize(
    ("sources", "told"),
    [
        (
            [rule("ENI001")],
            "mine0: code ENI001 of Mine is taken by the packaged rule managed-eni-write-refused; "
            "give it letters of your own, as in ACME001",
        ),
        (
            [rule("ACME001"), rule("ENI007")],
            "mine1: code ENI007 of Mine is taken by the packaged rule managed-eni-orphaned; "
            "give it letters of your own, as in ACME002",
        ),
        (
            [rule("ACME001"), rule("ACME001"), rule("ACME002")],
            "mine1: code ACME001 of Mine is taken by Mine of mine0; ACME003 is free",
        ),
        (
            [rule("MINE001") + rule("MINE001", name="Other")],
            "mine0: code MINE001 of Other is taken by Mine of mine0; MINE002 is free",
        ),
    ],
)
def test_a_code_that_is_taken_names_who_has_it_and_one_that_is_free(
    written: Written, sources: list[str], told: str
) -> None:
    for number, source in enumerate(sources):
        written(f"mine{number}.py", source)

    assert refused(*(f"mine{number}" for number in range(len(sources)))) == f"rules.modules: {told}"


def test_a_module_named_twice_is_refused(written: Written) -> None:
    written("mine.py", rule("MINE001"))

    assert refused("mine", "mine") == "rules.modules: mine stands twice; name it once"


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (
            "RULES = [Rule]",
            "mine: RULES is [<class 'eniguard.rules.base.Rule'>]; a tuple of rules was expected",
        ),
        ("RULES = (3,)", "mine: 3 in RULES is not a class that derives from eniguard.rules.Rule or"),
        ("class Base(Rule): pass\nRULES = (Base,)", "mine: Base has no code; give it one, or a name"),
        (
            "class Base(Rule):\n    def evaluate(self, case): return ()",
            "mine: Base has no code; give it one, or",
        ),
        (rule("MINE001").replace("evaluate", "evaluates"), "mine: Mine does not define evaluate"),
        (
            rule(
                "MINE001",
                "class Params(__import__('msgspec').Struct, frozen=True):",
                "    one: range = range(3)",
            ),
            "mine: Mine: a parameter has a type that guard.yml cannot say: ",
        ),
        (
            rule("MINE001", "def __init__(self): pass"),
            "mine: Mine cannot be made from its settings, which its base takes: TypeError: ",
        ),
        (rule("MINE001", "severity = 'hgih'"), "mine: MINE001: unknown severity 'hgih'; did you mean high?"),
        (
            rule("MINE001", "actions = frozenset(('ecs:DeleteNetworkInterfaces',))"),
            "mine: MINE001: unknown action 'ecs:DeleteNetworkInterfaces'; did you mean ecs:DeleteNetwork",
        ),
    ],
)
def test_a_rule_that_could_never_work_is_refused_with_its_module(
    written: Written, source: str, told: str
) -> None:
    written("mine.py", source)

    assert refused("mine").startswith(f"rules.modules: {told}")


def test_settings_for_a_rule_that_no_module_has_name_the_nearest(written: Written) -> None:
    written("mine.py", rule("MINE001"))
    policy = Policy(rule_modules=("mine",), rules={"MINE010": RuleSettings(enabled=False)})

    with pytest.raises(ConfigError, match="no rule 'MINE010'; did you mean MINE001"):
        registry_of(policy)


def test_a_parameter_that_a_rule_does_not_have_names_the_nearest(written: Written) -> None:
    params = ("class Params(__import__('msgspec').Struct, frozen=True):", "    hours: int = 3")
    written("mine.py", rule("MINE001", *params))
    policy = Policy(rule_modules=("mine",), rules={"MINE001": RuleSettings(params={"hour": 1})})

    with pytest.raises(ConfigError) as caught:
        registry_of(policy)

    told = "rules.MINE001.params: unknown parameter 'hour'; did you mean hours? valid: hours"
    assert str(caught.value) == told
