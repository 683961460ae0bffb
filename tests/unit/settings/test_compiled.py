"""policy.json: what guard.yml says comes out as it was, and nothing else is taken for it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eniguard.delivery.runtime import Runtime
from eniguard.errors import ConfigError
from eniguard.settings import DEFAULT_POLICY
from eniguard.settings.compiled import compile_policy, parse_compiled, read_compiled
from eniguard.settings.guardfile import parse_policy
from eniguard.settings.location import find_policy
from eniguard.version import VERSION

EXAMPLE = Path(__file__).parents[3] / "guard.example.yml"
TEXT = EXAMPLE.read_text("utf-8")


@pytest.fixture
def compiled(tmp_path: Path) -> Path:
    """A policy.json alone, as in a bundle."""
    path = tmp_path / "bundle" / "policy.json"
    path.parent.mkdir()
    path.write_bytes(compile_policy(EXAMPLE))
    return path


def test_every_section_comes_out_as_it_went_in(compiled: Path) -> None:
    assert read_compiled(compiled) == parse_policy(TEXT, source=EXAMPLE.name)


def test_parameters_keep_their_types(tmp_path: Path) -> None:
    guard = tmp_path / "guard.yml"
    guard.write_text("rules: {PFX011: {params: {a: 1, b: 2.5, c: [x, null, true], d: {e: ü}}}}", "utf-8")

    policy = parse_compiled(compile_policy(guard), Path("policy.json"))

    assert policy.rules["PFX011"].params == {"a": 1, "b": 2.5, "c": ["x", None, True], "d": {"e": "ü"}}


def test_without_guard_yml_the_defaults_are_compiled() -> None:
    assert parse_compiled(compile_policy(None), Path("policy.json")) == DEFAULT_POLICY


def test_the_same_text_gives_the_same_bytes_wherever_it_lies(tmp_path: Path) -> None:
    copy = tmp_path / EXAMPLE.name
    copy.write_text(TEXT, "utf-8")

    assert compile_policy(copy) == compile_policy(EXAMPLE)


def test_a_guard_yml_that_is_wrong_is_not_compiled(tmp_path: Path) -> None:
    guard = tmp_path / "guard.yml"
    for content, said in ((b"ruless: {}", "guard.yml: ruless: unknown key"), (b"\xff", "cannot be read")):
        guard.write_bytes(content)
        with pytest.raises(ConfigError, match=said):
            compile_policy(guard)
    with pytest.raises(ConfigError, match="cannot be read"):
        compile_policy(tmp_path / "other.yml")


def changed(path: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    form = json.loads(path.read_bytes())
    change(form)
    path.write_text(json.dumps(form, separators=(",", ":"), ensure_ascii=False), "utf-8")
    return path


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda form: form.update(eniguard="0.0.1"), f"compiled by eniguard 0.0.1, and this is {VERSION}"),
        (lambda form: form["policy"]["rules"].clear(), "was changed after it was compiled"),
        (lambda form: form.update(policy_sha256="0" * 64), "was changed after it was compiled"),
        (lambda form: form.pop("policy"), "is no compiled policy"),
        (dict.clear, "is no compiled policy"),
    ],
    ids=["version", "policy", "hash", "no policy", "something else"],
)
def test_another_version_or_hash_says_what_to_do(
    compiled: Path, change: Callable[[dict[str, Any]], object], said: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        read_compiled(changed(compiled, change))

    assert str(caught.value).startswith(f"{compiled}: ")
    assert said in str(caught.value)
    assert "compile guard.yml anew with `make package`" in str(caught.value) or "guard.yml" in str(
        caught.value
    )


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b'{"eniguard": 1}'])
def test_what_is_no_policy_is_a_config_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "policy.json"
    path.write_bytes(content)

    with pytest.raises(ConfigError, match="is no compiled policy"):
        read_compiled(path)


def test_a_policy_json_that_is_not_there_is_a_config_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_compiled(tmp_path / "policy.json")


def test_guard_yml_beside_it_has_to_be_the_one_it_was_compiled_from(compiled: Path) -> None:
    beside = compiled.with_name(EXAMPLE.name)
    beside.write_text(TEXT, "utf-8")
    assert read_compiled(compiled).source == EXAMPLE.name

    beside.write_text(f"{TEXT}\n# another thought", "utf-8")

    with pytest.raises(ConfigError, match=f"{EXAMPLE.name} beside it says something else by now"):
        read_compiled(compiled)


def test_it_is_read_without_pydantic_and_yaml(compiled: Path) -> None:
    script = (
        "import sys\nfrom eniguard.settings.location import find_policy\n"
        f"assert find_policy({str(compiled)!r}).accounts\n"
        "assert {'pydantic', 'yaml'}.isdisjoint(sys.modules)"
    )

    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)

    assert (run.returncode, run.stderr.strip()) == (0, "")


def test_the_command_line_takes_it_for_a_policy(compiled: Path) -> None:
    assert find_policy(str(compiled), {}) == find_policy(None, {"ENIGUARD_POLICY": str(compiled)})
    assert find_policy(str(compiled), {}).accounts == ("1234567890123456",)


def test_a_function_takes_the_policy_json_beside_its_index(compiled: Path, tmp_path: Path) -> None:
    index = str(compiled.with_name("index.py"))

    assert Runtime({}, index=index).policy == read_compiled(compiled)
    assert Runtime({}, index=str(tmp_path / "index.py")).policy == DEFAULT_POLICY
    assert Runtime({}).policy == DEFAULT_POLICY


@pytest.mark.parametrize("name", ["guard.yml", "policy.json"])
def test_the_policy_that_the_variable_names_goes_before_the_one_beside(
    compiled: Path, tmp_path: Path, name: str
) -> None:
    guard, named = tmp_path / "guard.yml", tmp_path / name
    guard.write_text("accounts: [{id: '6543210987654321'}]", "utf-8")
    if name == "policy.json":
        named.write_bytes(compile_policy(guard))

    found = Runtime({"ENIGUARD_POLICY": str(named)}, index=str(compiled.with_name("index.py"))).policy

    assert found.accounts == ("6543210987654321",)
