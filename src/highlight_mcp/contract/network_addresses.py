"""Which network addresses belong to the public internet, whatever the release of Python says of them.

From the special-purpose address registries of IANA (RFC 6890 and its updates); what is reserved or goes through a
relay counts as private.
"""

import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_PRIVATE_4 = tuple(
    ipaddress.IPv4Network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
        "203.0.113.0/24", "224.0.0.0/3",
    )
)  # fmt: skip
_GLOBAL_6 = ipaddress.IPv6Network("2000::/3")
"""All that is given out so far; everything else is local, reserved or a way of writing something else."""

_PRIVATE_6 = tuple(
    ipaddress.IPv6Network(text) for text in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)  # fmt: skip
_WRAPPED = tuple(ipaddress.IPv6Network(text) for text in ("::ffff:0:0/96", "64:ff9b::/96"))
"""IPv4 addresses as IPv6 writes and translates them; the last four bytes count."""


def public(address: Address) -> bool:
    """True for an address of the public internet, also when it is wrapped in an IPv6 one."""
    if isinstance(address, ipaddress.IPv6Address):
        if any(address in network for network in _WRAPPED):
            return public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        return address in _GLOBAL_6 and not any(address in network for network in _PRIVATE_6)
    return not any(address in network for network in _PRIVATE_4)
