from __future__ import annotations

import pytest

from eniguard.errors import ConfigError, Throttled, Transport
from eniguard.toolkit import Redactor, Secrets

VALUE = "hunter2-hunter2"


class Kms:
    """Gives another value each time, and counts."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, name: str) -> str:
        self.asked.append(name)
        return f"{VALUE}-{len(self.asked)}"


def test_a_reference_to_the_environment_gives_the_variable() -> None:
    assert Secrets(environment={"HOOK": VALUE}).get("env:HOOK") == VALUE


def test_a_value_of_kms_is_fetched_again_when_its_time_is_over() -> None:
    # given
    kms, now = Kms(), [1000.0]
    secrets = Secrets(kms=kms, environment={}, ttl=300, clock=lambda: now[0])

    # when
    values = []
    for at in (1000.0, 1299.9, 1300.0):
        now[0] = at
        values.append(secrets.get("kms:hook"))

    # then
    assert values == [f"{VALUE}-1", f"{VALUE}-1", f"{VALUE}-2"]
    assert kms.asked == ["hook", "hook"]


def test_a_value_that_was_refused_is_fetched_anew_when_it_is_forgotten() -> None:
    secrets = Secrets(kms=Kms(), environment={})
    secrets.get("kms:hook")

    secrets.forget("kms:hook")

    assert secrets.get("kms:hook") == f"{VALUE}-2"


def test_the_arn_of_a_secret_is_a_name() -> None:
    kms = Kms()

    Secrets(kms=kms).get("kms:acs:kms:cn-hangzhou:1234567890123456:secret/hook")

    assert kms.asked == ["acs:kms:cn-hangzhou:1234567890123456:secret/hook"]


@pytest.mark.parametrize(
    "reference", [VALUE, "", "env:", "kms:", f"env:{VALUE}", f"vault:{VALUE}", f"kms: {VALUE}"]
)
def test_what_is_no_reference_is_not_repeated_in_the_error(reference: str) -> None:
    with pytest.raises(ConfigError, match="env:NAME or kms:NAME") as raised:
        Secrets(kms=Kms(), environment={}).get(reference)

    assert VALUE not in str(raised.value)


@pytest.mark.parametrize("environment", [{}, {"HOOK": ""}])
def test_a_variable_without_a_value_is_an_error_that_names_it(environment: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="set the environment variable HOOK"):
        Secrets(environment=environment).get("env:HOOK")


def test_without_kms_its_references_are_errors() -> None:
    with pytest.raises(ConfigError, match="kms:hook cannot be read here"):
        Secrets(environment={}).get("kms:hook")


@pytest.mark.parametrize("value", ["", None, b"bytes"])
def test_a_secret_without_a_text_is_an_error(value: object) -> None:
    with pytest.raises(ConfigError, match="kms:hook has no text"):
        Secrets(kms=lambda _name: value, environment={}).get("kms:hook")  # type: ignore[arg-type, return-value]


def test_what_the_cloud_says_is_passed_on() -> None:
    def kms(_name: str) -> str:
        raise Throttled("slow down", product="kms", action="GetSecretValue")

    with pytest.raises(Throttled):
        Secrets(kms=kms, environment={}).get("kms:hook")


def test_any_other_error_of_the_call_is_told_by_its_type_alone() -> None:
    def kms(_name: str) -> str:
        raise KeyError(f"no field in the answer SecretData={VALUE}")

    with pytest.raises(Transport, match=r"kms:hook could not be read \(KeyError\)") as raised:
        Secrets(kms=kms, environment={}).get("kms:hook")

    assert VALUE not in str(raised.value)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__


def test_logs_hide_what_was_fetched() -> None:
    redactor = Redactor()
    secrets = Secrets(kms=Kms(), environment={"HOOK": "sesame-street"}, redactor=redactor)

    secrets.get("env:HOOK")
    secrets.get("kms:hook")

    assert redactor.text(f"sesame-street {VALUE}-1") == "*** ***"


def test_its_repr_holds_no_value() -> None:
    secrets = Secrets(kms=Kms(), environment={"HOOK": VALUE})
    secrets.get("env:HOOK")
    secrets.get("kms:hook")

    assert VALUE not in repr(secrets) + repr([getattr(secrets, name) for name in ("_kept", "_redactor")])
