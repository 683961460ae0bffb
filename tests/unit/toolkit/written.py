"""A logger whose lines a test reads."""

from __future__ import annotations

import io
import json
from typing import Any

from eniguard.toolkit import FcContext, Logger, Redactor

NOW = 1_772_366_400.0  # 2026-03-01T12:00:00Z


class Written:
    """What a logger wrote."""

    def __init__(
        self, context: FcContext | None = None, *, level: Any = "info", cold_start: bool = False
    ) -> None:
        self.stream = io.StringIO()
        self.redactor = Redactor()
        self.log = Logger(
            context,
            cold_start=cold_start,
            level=level,
            redactor=self.redactor,
            stream=self.stream,
            clock=lambda: NOW,
        )

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.split("\n")[:-1]]

    @property
    def kinds(self) -> list[str]:
        return [line["kind"] for line in self.lines]
