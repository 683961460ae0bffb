"""Which addresses messages may be sent to."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eniguard.alerts.webhooks.addresses import refused

PUBLIC = [
    "8.8.8.8",
    "47.96.0.1",
    "100.63.255.255",
    "100.128.0.0",
    "172.32.0.1",
    "2606:4700::1111",
    "2400:3200::1",
    "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
]
#: Addresses that no sink has, whoever names it.
NEVER = [
    "0.0.0.0",
    "0.1.2.3",
    "100.64.0.0",
    "100.100.100.200",
    "100.100.2.136",
    "100.127.255.255",
    "169.254.169.254",
    "169.254.0.1",
    "192.0.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "224.0.1.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::8.8.8.8",
    "::ffff:0:8.8.8.8",
    "::ffff:10.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:100.100.100.200",
    "::ffff:169.254.169.254",
    "64:ff9b::10.0.0.1",
    "64:ff9b::100.100.100.200",
    "64:ff9b:1::8.8.8.8",
    "100::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1",
    "2002:0a00:0001::1",
    "2002:0808:0808::1",
    "3fff::1",
    "4000::1",
    "5f00::1",
    "fe80::1",
    "fe80::1%eth0",
    "2400:3200::1%eth0",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
]
OWN = ["10.0.0.1", "127.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "::1", "fd00::1"]
NO_ADDRESS = ["", "example.com", "127.1", "0x7f000001", "2130706433", "010.0.0.1", "8.8.8.8/32", "8.8.8.8 "]

METADATA = [ip_network(one) for one in ("100.64.0.0/10", "169.254.0.0/16")]
#: What is private, without the table under test.
PRIVATE = [
    *METADATA,
    *(ip_network(one) for one in ("10.0.0.0/8", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")),
]


@pytest.mark.parametrize("address", PUBLIC)
@pytest.mark.parametrize("internal", [False, True])
def test_public_addresses_may_be_sent_to(address: str, internal: bool) -> None:
    assert refused(address, internal=internal) is None


@pytest.mark.parametrize("address", NEVER)
@pytest.mark.parametrize("internal", [False, True])
def test_what_is_no_host_of_anybody_is_refused_even_for_named_hosts(address: str, internal: bool) -> None:
    assert refused(address, internal=internal)


@pytest.mark.parametrize("address", OWN)
def test_private_addresses_are_refused_unless_the_host_is_named(address: str) -> None:
    assert refused(address)
    assert refused(address, internal=True) is None


def test_refusal_says_what_the_address_is() -> None:
    assert "metadata" in str(refused("100.100.100.200"))
    assert "metadata" in str(refused("::ffff:169.254.169.254"))
    assert refused("10.0.0.1") == "private"


@pytest.mark.parametrize("text", NO_ADDRESS)
def test_what_is_no_address_is_refused(text: str) -> None:
    assert refused(text, internal=True)


@given(st.ip_addresses())
def test_what_may_be_sent_to_is_public(address: IPv4Address | IPv6Address) -> None:
    if refused(str(address)) is None:
        assert address.is_global
        assert not address.is_multicast


@given(st.sampled_from(PRIVATE).flatmap(lambda block: st.ip_addresses(network=block)), st.booleans())
def test_no_form_of_a_private_address_is_sent_to(private: IPv4Address, internal: bool) -> None:
    # given
    number = int(private)
    forms = [
        *(int(ip_address(start)) + number for start in ("::", "::ffff:0:0", "::ffff:0:0:0", "64:ff9b::")),
        int(ip_address("2002::")) + (number << 80) + 1,
        int(ip_address("2001::")) + (number ^ 0xFFFFFFFF),
        int(ip_address("64:ff9b:1::")) + number,
    ]

    # then
    assert refused(str(private))
    assert [form for form in map(IPv6Address, forms) if refused(str(form), internal=internal) is None] in (
        [],
        # The machine itself is ::1, in every way of counting.
        [ip_address("::1")],
    )


@given(st.sampled_from(METADATA).flatmap(lambda block: st.ip_addresses(network=block)))
def test_metadata_is_refused_to_named_hosts_too(address: IPv4Address) -> None:
    assert refused(str(address), internal=True)


@given(st.ip_addresses(v=4))
def test_a_mapped_or_translated_address_counts_as_the_one_in_it(address: IPv4Address) -> None:
    for start in ("::ffff:0:0", "64:ff9b::"):
        form = str(IPv6Address(int(ip_address(start)) + int(address)))

        assert (refused(form) is None) == (refused(str(address)) is None)
