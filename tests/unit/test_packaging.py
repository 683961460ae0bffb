"""What is built, what it asks for, and what a function may reach."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from email.parser import Parser
from pathlib import Path
from typing import Any

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

REPOSITORY = Path(__file__).parents[2]
PACKAGE = REPOSITORY / "shared" / "eniguard"
FAKE = REPOSITORY / "shared" / "fakealiyun"
HANDLERS = sorted(REPOSITORY.glob("functions/*/index.py"))
REQUIREMENTS = sorted(
    [*REPOSITORY.glob("requirements/*.txt"), *REPOSITORY.glob("functions/*/requirements.txt")]
)

HANDLER_MAY_IMPORT = {"eniguard.delivery", "eniguard.pipeline", "eniguard.settings", "eniguard.errors"}
IMPORTED_AS = {
    "graphemeu": "grapheme",
    "pyyaml": "yaml",
    "opentelemetry-api": "opentelemetry",
    "python-dotenv": "dotenv",
    "aliyun-fc2": "fc2",
}
#: What an official SDK brings along and is used through.
COMES_WITH = {
    "alibabacloud-actiontrail20200706": ("alibabacloud_tea_openapi", "darabonba", "Tea"),
    "alibabacloud-fc20230330": ("alibabacloud_tea_openapi", "darabonba"),
    "jinja2": ("markupsafe",),
}
#: Extras that code of the package needs, each imported only where it is used, with the code that does.
EXTRAS = {
    "redis": ("state/redis/",),
    "tablestore": ("state/tablestore/",),
    "tracing": ("toolkit/tracer.py",),
    "aliyun": ("cloud/credentials.py", "cloud/lookup_events.py"),
    "serve": ("emulator/",),
    "invoke": ("cli/function_calls.py",),
    "bundles": ("bundles/",),
    "approval": (
        "remediation/approval/openid.py",
        "remediation/approval/id_tokens.py",
        "remediation/approval/views.py",
    ),
}
#: What the command line alone needs: no function deploys it.
CLI_ALONE = {"click", "rich", "isal", "jsonschema", "python-dotenv"}
#: What one function alone needs: the sweep looks events up, the page signs people in.
MORE = {"sweep": {"alibabacloud-actiontrail20200706"}, "approval": {"authlib", "joserfc", "jinja2"}}
#: What it does without: the page sends no alerts.
LESS = {"approval": {"certifi", "graphemeu", "tzdata"}}
LOCKS_OF_NODE = [
    REPOSITORY / "tests" / "real" / name / "package-lock.json"
    for name in ("node", "serverless", "approval/node")
]
PINNED = re.compile(r"[A-Za-z0-9._-]+==\S+( ; [^#]+?)?( +--hash=sha256:[0-9a-f]{64})+$")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)],
        cwd=REPOSITORY,
        check=True,
        capture_output=True,
    )
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        yield archive


def text_ending(wheel: zipfile.ZipFile, end: str) -> str:
    (name,) = [name for name in wheel.namelist() if name.endswith(end)]
    return wheel.read(name).decode()


def project() -> dict[str, Any]:
    return tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def distribution(requirement: str) -> str:
    return re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0].lower()


def imports(source: str) -> set[str]:
    """Full names of what a module imports, wherever the import stands; ``from a import b`` is ``a.b``."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = "." * node.level + (node.module or "")
            found.update(f"{origin}.{alias.name}" for alias in node.names)
    return found


def beyond_a_handler(source: str) -> set[str]:
    """The imports that a handler must not have: anything but the standard library and three modules."""
    return {
        name
        for name in imports(source)
        if name.split(".")[0] not in sys.stdlib_module_names
        and not any(name == allowed or name.startswith(f"{allowed}.") for allowed in HANDLER_MAY_IMPORT)
    }


def test_wheel_holds_every_module_and_data_file_of_the_packages_but_no_test(wheel: zipfile.ZipFile) -> None:
    # given
    expected = {
        path.relative_to(package.parent).as_posix()
        for package in (PACKAGE, FAKE)
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith("test_")
    }

    # when
    shipped = {name for name in wheel.namelist() if ".dist-info/" not in name}

    # then
    assert shipped == expected
    assert {"eniguard/py.typed", "fakealiyun/py.typed"} <= shipped


@pytest.mark.parametrize("package", [PACKAGE, FAKE], ids=lambda path: path.name)
def test_every_folder_with_modules_is_a_package(package: Path) -> None:
    folders = {path.parent for path in package.rglob("*.py")}

    assert [str(folder) for folder in folders if not (folder / "__init__.py").is_file()] == []


def test_wheel_installs_both_command_lines(wheel: zipfile.ZipFile) -> None:
    entry_points = text_ending(wheel, ".dist-info/entry_points.txt").splitlines()

    assert "eniguard = eniguard.cli:main" in entry_points
    assert "fakealiyun = fakealiyun.cli:main" in entry_points


def test_wheel_states_the_oldest_python_and_the_licence(wheel: zipfile.ZipFile) -> None:
    metadata = Parser().parsestr(text_ending(wheel, ".dist-info/METADATA"))

    assert metadata["Requires-Python"] == ">=3.10"
    assert metadata["License-Expression"] == "Apache-2.0"


def undeclared(package: Path, requirements: list[str]) -> set[str]:
    """The imports of a package that are neither its own nor declared."""
    distributions = set(map(distribution, requirements))
    declared = {IMPORTED_AS.get(name, name.replace("-", "_")) for name in distributions}
    declared.update(name for one in distributions for name in COMES_WITH.get(one, ()))
    allowed = declared | {package.name} | sys.stdlib_module_names
    return {
        f"{path.relative_to(package)}: {name}"
        for path in package.rglob("*.py")
        if not path.name.startswith("test_")
        for name in imports(path.read_text(encoding="utf-8"))
        if name.split(".")[0] not in allowed
    }


def test_package_imports_only_what_it_declares() -> None:
    importers = tuple([place for places in EXTRAS.values() for place in places])
    found = undeclared(PACKAGE, project()["dependencies"])

    assert found, "the extras are there for something"
    assert {one for one in found if not one.startswith(importers)} == set()


@pytest.mark.parametrize("extra", EXTRAS)
def test_what_has_an_extra_imports_only_what_that_declares(extra: str) -> None:
    declared = [*project()["dependencies"], *project()["optional-dependencies"][extra]]
    found = undeclared(PACKAGE, declared)

    assert {one for one in found if one.startswith(EXTRAS[extra])} == set()


def test_fake_cloud_imports_only_what_its_extra_declares() -> None:
    found = undeclared(FAKE, project()["optional-dependencies"]["fake"])

    # Whoever takes the fixtures has pytest.
    assert found == {"pytest_plugin.py: pytest"}


def test_only_tests_import_the_helpers_for_testing_rules() -> None:
    importers = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if not path.name.startswith("test_")
        for name in imports(path.read_text(encoding="utf-8"))
        if name.startswith("eniguard.testing")
    }

    assert importers == set()


@pytest.mark.parametrize("path", REQUIREMENTS, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_requirement_file_pins_each_package_with_a_hash_and_names_no_address(path: Path) -> None:
    # given
    text = path.read_text(encoding="utf-8")

    # when
    entries = text.replace("\\\n", " ").splitlines()

    # then
    assert entries
    assert [entry for entry in entries if not PINNED.match(entry)] == []
    assert "://" not in text


@pytest.mark.parametrize("lock", LOCKS_OF_NODE, ids=lambda path: path.parent.name)
def test_lock_of_node_pins_each_package_with_a_hash_and_names_no_address(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    packages = {name: found for name, found in json.loads(text)["packages"].items() if name}

    assert packages
    assert [name for name, found in packages.items() if not found["integrity"].startswith("sha512-")] == []
    # What else has an address there is where its makers take money for a package.
    assert [name for name, found in packages.items() if "resolved" in found] == []
    assert "resolved" not in text


@pytest.mark.parametrize("path", HANDLERS, ids=lambda path: path.parent.name)
def test_handler_imports_only_delivery_pipeline_settings_and_errors(path: Path) -> None:
    assert beyond_a_handler(path.read_text(encoding="utf-8")) == set()


@pytest.mark.parametrize("path", HANDLERS, ids=lambda path: path.parent.name)
def test_handler_is_a_few_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) < 25


@pytest.mark.parametrize("path", HANDLERS, ids=lambda path: path.parent.name)
def test_function_deploys_what_a_decision_and_each_store_need_and_nothing_of_the_command_line(
    path: Path,
) -> None:
    # given
    extras = project()["optional-dependencies"]
    needed = [*project()["dependencies"], *extras["redis"], *extras["tablestore"]]
    asked = path.with_name("requirements.in").read_text(encoding="utf-8").splitlines()

    # when
    pinned = path.with_name("requirements.txt").read_text(encoding="utf-8")

    # then
    name = path.parent.name
    wanted = set(map(distribution, needed)) - CLI_ALONE - LESS.get(name, set()) | MORE.get(name, set())
    assert {distribution(one) for one in asked if not one.startswith("#")} == wanted
    assert wanted <= {line.partition("==")[0] for line in pinned.splitlines()}


@pytest.mark.parametrize(
    ("source", "offending"),
    [
        ("import json\nfrom eniguard.pipeline import Pipeline\nfrom eniguard import errors, settings", set()),
        ("from eniguard import rules", {"eniguard.rules"}),
        ("import eniguard.cli", {"eniguard.cli"}),
        ("from eniguard.pipelines import x", {"eniguard.pipelines.x"}),
        ("def handler():\n    import msgspec", {"msgspec"}),
        ("from . import beside", {"..beside"}),
    ],
)
def test_import_beyond_what_a_handler_may_have_is_seen(source: str, offending: set[str]) -> None:
    assert beyond_a_handler(source) == offending
