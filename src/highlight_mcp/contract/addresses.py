"""Paths as people type them, and which network addresses belong to the public internet.

The latter whatever the release of Python says of them: from the special-purpose address registries of IANA (RFC 6890
and its updates); what is reserved or goes through a relay counts as private.
"""

import ipaddress
from pathlib import Path
from urllib.parse import urlsplit

from ..messages import Refusal
from ..messages.reasons import WrongValue

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


def service_url(text: str) -> str:
    """The address of a service that may be sent words and a key: over https, or http to this machine alone.

    Raises WrongValue.
    """
    parts = urlsplit(text)
    if not parts.hostname or parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise WrongValue("contract.service_url.form", example="http://127.0.0.1:8080/v1")
    if parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname)):
        return text.rstrip("/")
    raise WrongValue("contract.service_url.scheme")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class UnknownHome(Refusal):
    """A path begins with the home of an account that is not there."""


def shell_path(text: str | Path) -> Path:
    """The absolute path that somebody named at a shell or in a setting, where `~name` is a home as in every shell.

    Raises UnknownHome.
    """
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError:
        raise UnknownHome("contract.unknown_home", path=str(text)) from None


def folder_in(base: Path, named: str | None) -> Path:
    """The folder that is named beside `base`: itself where none is, below it unless the name says where it lies."""
    return base if named is None else base / typed_path(named)


def typed_path(text: str) -> Path:
    """The path that a text names; `~` is the home of whoever runs this.

    The homes of other accounts are nobody's business: `~name` is a plain name, whether there is such
    an account or not.
    """
    path = Path(text)
    try:
        return path.expanduser() if path.parts[:1] == ("~",) else path
    except RuntimeError:
        return path
