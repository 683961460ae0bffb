"""Each chat is sent exactly what its golden files hold."""

from __future__ import annotations

import json

import pytest

from eniguard.alerts.formats import format_of
from eniguard.settings.alerting import SinkKind
from tests.unit.alerts.formats.goldens import CASES, FOLDER, KINDS, golden, path
from tests.unit.alerts.formats.messages import single


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("case", CASES)
def test_a_message_is_rendered_as_the_golden_file_says(kind: SinkKind, case: str) -> None:
    expected = path(kind, case).read_text(encoding="utf-8")

    assert golden(kind, case) == expected, "make alert-goldens writes them anew; read the difference"
    assert json.loads(expected)


def test_there_is_no_golden_file_of_anything_else() -> None:
    found = {file for file in FOLDER.rglob("*") if file.is_file()}

    assert found == {path(kind, case) for kind in KINDS for case in CASES}


def test_lark_is_sent_what_feishu_is_sent() -> None:
    message = single("high", "en")

    assert format_of("lark").render(message) == format_of("feishu").render(message)
