from __future__ import annotations

import sys

import pytest

from eniguard.errors import ConfigError, StateError
from eniguard.model import Earlier, History
from eniguard.state import MOST_BYTES, open_store
from eniguard.state.texts import packed, unpacked


@pytest.mark.parametrize(
    "url", ["", "postgres://user:s3cret@host", "sqlite:state.db", "s3cret", "redis:s3cret"]
)
def test_a_url_that_names_no_back_end_is_a_configuration_error_that_does_not_repeat_it(url: str) -> None:
    with pytest.raises(ConfigError, match="use memory:, sqlite:///PATH") as raised:
        open_store(url)

    assert "s3cret" not in str(raised.value)


def test_a_back_end_whose_package_is_not_installed_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith(("redis", "eniguard.state.redis"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "redis", None)

    with pytest.raises(ConfigError, match=r"install eniguard\[redis\]"):
        open_store("redis://127.0.0.1")


def test_a_value_that_is_too_long_is_refused_before_it_is_kept() -> None:
    store = open_store("memory:")

    with pytest.raises(StateError, match="has 65537 bytes, and a store takes 65536"):
        store.create("key", bytes(MOST_BYTES + 1))

    assert store.get("key") is None
    store.close()


@pytest.mark.parametrize("before", [None, Earlier("", 1, 1), Earlier("a b\x00\ud800", 10_000, 3)])
def test_what_a_mark_was_given_is_read_back_as_it_was(before: Earlier | None) -> None:
    given = History(3, 2, 0.1, 1_700_000_000.123456, before)

    assert unpacked(packed(given)) == given
