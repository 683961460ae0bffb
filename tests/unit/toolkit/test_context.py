from __future__ import annotations

from io import StringIO
from types import SimpleNamespace

import msgspec
import pytest
from rich.console import Console
from rich.pretty import Pretty

from eniguard.toolkit import FcContext, FcCredentials, FcTracing
from tests.unit.toolkit.runtimes import ENDPOINT, ENVIRONMENT, PYTHON310, PYTHON312, SECRET, TOKEN


def test_both_runtimes_read_the_same_but_for_the_request_and_the_trace() -> None:
    # when
    older, newer = FcContext.of(PYTHON310, ENVIRONMENT), FcContext.of(PYTHON312, ENVIRONMENT)

    # then
    assert (older.request_id, newer.request_id) == ("r-310", "r-312")
    assert older.tracing == FcTracing("5f8b1a2c3d4e5f60:1a2b3c4d5e6f7081:0:1", ENDPOINT)
    assert newer.tracing is None
    assert newer == msgspec.structs.replace(older, request_id="r-312", tracing=None)
    assert newer == FcContext(
        request_id="r-312",
        function_name="trail_event",
        region="cn-hangzhou",
        account_id="1234567890123456",
        handler="index.handler",
        memory=512,
        timeout=60.0,
        version="3",
        qualifier="LATEST",
        log_project="p-1",
        log_store="l-1",
        instance_id="c-1",
        credentials=FcCredentials("STS.example", SECRET, TOKEN),
    )


def test_credentials_of_the_context_win_over_the_environment() -> None:
    stale = {**ENVIRONMENT, "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "stale-secret"}

    assert FcContext.of(PYTHON310, stale).credentials == FcCredentials("STS.example", SECRET, TOKEN)


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"ALIBABA_CLOUD_ACCESS_KEY_ID": "only-the-id"},
        {"ALIBABA_CLOUD_ACCESS_KEY_SECRET": "only-the-secret"},
    ],
)
def test_half_of_the_credentials_are_none(variables: dict[str, str]) -> None:
    assert FcContext.of(PYTHON312, variables).credentials is None


def test_outside_of_function_compute_nothing_is_known() -> None:
    assert FcContext.of(None, {}) == FcContext()


def test_the_environment_tells_what_the_object_does_not() -> None:
    variables = {
        "FC_FUNCTION_NAME": "sweep",
        "FC_REGION": "cn-beijing",
        "FC_ACCOUNT_ID": "1234567890123456",
        "FC_FUNCTION_HANDLER": "index.handler",
        "FC_FUNCTION_MEMORY_SIZE": "128",
        "FC_TIMEOUT": "600",
    }

    context = FcContext.of(SimpleNamespace(request_id="r-1"), variables)

    assert context == FcContext("r-1", "sweep", "cn-beijing", "1234567890123456", "index.handler", 128, 600.0)


@pytest.mark.parametrize("timeout", ["soon", "0", "-1", "nan", "inf", None, ""])
def test_a_timeout_that_is_no_positive_number_is_not_known(timeout: object) -> None:
    context = SimpleNamespace(function=SimpleNamespace(timeout=timeout))

    assert FcContext.of(context, {}).timeout is None


def test_no_secret_shows_in_the_repr_nor_in_what_rich_makes_of_it() -> None:
    # given
    context = FcContext.of(PYTHON310, {})
    console = Console(file=StringIO(), width=200, record=True)

    # when
    console.print(Pretty(context))
    shown = repr(context) + str(context) + console.export_text()

    # then
    assert "STS.example" in shown
    assert [secret for secret in (SECRET, TOKEN, ENDPOINT, "0123456789abcdef") if secret in shown] == []
