"""The generated page of the documentation is that of the code."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from fakealiyun.catalogue import SERVICES
from fakealiyun.cli import fakealiyun
from fakealiyun.coverage import published

#: Actions of the document on service-linked roles and of alert queries on ActionTrail that no SDK publishes.
UNPUBLISHED = {"vpc:ModifyBypassToaAttribute"}

PAGE = Path(__file__).parents[3] / "docs" / "fakealiyun-coverage.md"


def test_page_of_implemented_apis_is_what_the_command_prints_now() -> None:
    printed = CliRunner().invoke(fakealiyun, ["coverage"])

    assert printed.exit_code == 0
    assert PAGE.read_text(encoding="utf-8") == printed.output, "make coverage-page writes it anew"


def test_page_tells_what_is_implemented_from_what_is_only_published() -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()

    assert "| `ecs:DescribeNetworkInterfaces` | yes |" in lines
    assert "| `ecs:DescribeDisks` | no |" in lines
    assert "| `vpc:ModifyBypassToaAttribute` | yes, though not published |" in lines


def test_every_implemented_api_is_a_published_one() -> None:
    unknown = {
        f"{service.hosts[0]}:{api}"
        for service in SERVICES
        for api in service.handlers
        if api not in published()[service.hosts[0], service.version]
    }

    assert unknown == UNPUBLISHED
