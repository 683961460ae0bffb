"""Addresses of webhooks, read strictly."""

from __future__ import annotations

import pytest

from eniguard.alerts.formats.base import Outgoing
from eniguard.alerts.webhooks import Webhooks
from eniguard.alerts.webhooks.targets import target_of
from eniguard.errors import DeliveryError

TOKEN = "t0ken-of-the-robot"
REFUSED = [
    ("http://hooks.example.com/{}", "https://"),
    ("ftp://hooks.example.com/{}", "https://"),
    ("//hooks.example.com/{}", "https://"),
    ("hooks.example.com/{}", "https://"),
    ("{}", "https://"),
    ("", "is empty"),
    ("https:///{}", "names no host"),
    ("https://?{}", "names no host"),
    ("https://{}@hooks.example.com/", "user or a password"),
    ("https://user:{}@hooks.example.com/", "user or a password"),
    ("https://@hooks.example.com/{}", "user or a password"),
    ("https://hooks.example.com:22/{}", "port"),
    ("https://hooks.example.com:0/{}", "port"),
    ("https://hooks.example.com:65536/{}", "cannot be read"),
    ("https://hooks.example.com:{}/", "cannot be read"),
    ("https://[2001:db8::1/{}", "cannot be read"),
    ("https://[fe80::1%25eth0]/{}", "one network card"),
    ("https://hooks.example.com\\@evil.example.com/{}", "characters"),
    ("https://hooks.example.com/{}\r\nHost: evil.example.com", "characters"),
    ("https://hooks.exam\tple.com/{}", "characters"),
    (" https://hooks.example.com/{}", "characters"),
    ("https://hooks.example.com/{}\n", "characters"),
    ("https://höoks.example.com/{}", "characters"),
    ("https://hooks.example.com/{}\u202e", "characters"),
    ("https://127.1/{}", "names no host"),
    ("https://2130706433/{}", "names no host"),
    ("https://0x7f.1/{}", "names no host"),
    ("https://0x7f000001/{}", "names no host"),
    ("https://010.0.0.1/{}", "names no host"),
    ("https://example.1/{}", "names no host"),
    ("https://-hooks.example.com/{}", "names no host"),
    ("https://hooks..example.com/{}", "names no host"),
    ("https://hooks%2eexample.com/{}", "names no host"),
    (f"https://{'a' * 64}.example.com/{{}}", "names no host"),
]


def nobody(host: str, port: int) -> list[str]:
    raise AssertionError("nothing is looked up")


@pytest.mark.parametrize(("form", "says"), REFUSED)
def test_address_of_another_form_is_refused_without_telling_it(form: str, says: str) -> None:
    # given
    webhooks = Webhooks(resolve=nobody)

    # when
    with pytest.raises(DeliveryError) as raised:
        webhooks.post(Outgoing(form.format(TOKEN), b"{}"), within=1)

    # then
    assert says in str(raised.value)
    assert TOKEN not in str(raised.value)
    assert not raised.value.in_doubt
    assert raised.value.__cause__ is None
    assert raised.value.__context__ is None


@pytest.mark.parametrize(
    ("url", "host", "port", "path"),
    [
        ("https://hooks.example.com/a/b?c=d&e=%2F", "hooks.example.com", 443, "/a/b?c=d&e=%2F"),
        ("https://Hooks.Example.COM.:443", "hooks.example.com", 443, "/"),
        ("https://hooks.example.com:8443?key=1", "hooks.example.com", 8443, "/?key=1"),
        ("https://[2400:3200::1]/x#part", "2400:3200::1", 443, "/x"),
        ("https://8.8.8.8//x", "8.8.8.8", 443, "//x"),
        ("HTTPS://own.example.com:10443/x", "own.example.com", 10443, "/x"),
    ],
)
def test_address_leads_to_host_port_and_path(url: str, host: str, port: int, path: str) -> None:
    target = target_of(url, {"own.example.com"})

    assert (target.host, target.port, target.path) == (host, port, path)


def test_target_shows_its_host_alone() -> None:
    assert repr(target_of(f"https://hooks.example.com/{TOKEN}", ())) == "Target('hooks.example.com')"
