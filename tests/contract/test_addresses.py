"""What counts as the public internet."""

import ipaddress

import pytest

from highlight_mcp.contract.addresses import public

PRIVATE = [
    "127.0.0.1", "10.1.2.3", "172.31.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "192.0.0.8",
    "192.0.0.9", "192.0.2.1", "192.88.99.1", "198.19.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.1.1",
    "240.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:0:8.8.8.8",
    "::ffff:0:127.0.0.1", "fe80::1", "fec0::1", "fc00::1", "fd12::1", "ff02::1", "100::1", "64:ff9b::127.0.0.1",
    "64:ff9b::10.0.0.1", "64:ff9b:1::1", "64:ff9b:1::808:808", "2001:db8::1", "2001:0:7f00:1::1", "2001:2::1",
    "2001:10::1", "2002:7f00:1::1", "3fff::1", "3fff:fff::1", "5f00::1", "4000::1",
]  # fmt: skip
PUBLIC = ["8.8.8.8", "1.1.1.1", "172.32.0.1", "192.0.1.1", "223.255.255.1", "2606:4700::1", "2a00:1450::1",
          "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"]  # fmt: skip


@pytest.mark.parametrize("text", PRIVATE)
def test_an_address_of_this_machine_or_network_or_of_none_is_private(text: str) -> None:
    assert not public(ipaddress.ip_address(text))


@pytest.mark.parametrize("text", PUBLIC)
def test_an_address_of_the_internet_is_public(text: str) -> None:
    assert public(ipaddress.ip_address(text))
