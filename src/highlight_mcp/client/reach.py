"""Where a finished reel may be fetched from: the service itself, or the public internet.

A service that could name any address could make this machine knock at doors that only this machine can see.
"""

import ipaddress
import socket
import urllib.request
from urllib.parse import urlsplit

import anyio

from ..contract.addresses import public
from ..contract.codes import ContractError, Fault, fault
from ..messages import say
from .transport import LOOPBACK, Broken, origin

HOME_NAMES = (".local", ".lan", ".internal", ".home.arpa", ".localhost")
"""Names that are given out in local networks only; so are those without a dot."""


async def permitted(url: str, base_url: str) -> str | None:
    """Check an address that a service at `base_url` names.

    Returns the network address to connect to, None where the name may be looked up again. Raises ContractError
    `url_refused`, and Broken when there is no such machine.
    """
    if origin(url) is None:
        raise ContractError(_refusal(url, say("client.why.not_http")))
    host, base = urlsplit(url).hostname or "", urlsplit(base_url).hostname or ""
    if origin(url) == origin(base_url) or _same_port(url, base_url) or _same_machine(host, base):
        return None
    if _literal(host) is None and _proxied(url, host):
        return None  # the proxy looks the name up, where it stands
    try:
        found = await anyio.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Broken(say("client.why.no_host", host=host[:100]), sent=False) from None
    addresses = [ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in found]
    if not addresses or not all(public(address) for address in addresses):
        raise ContractError(_refusal(url, say("client.why.private_network")))
    return str(addresses[0])


def _same_port(url: str, base_url: str) -> bool:
    """True for the backend on loopback by another of its names."""
    parts, base = urlsplit(url), urlsplit(base_url)
    here = parts.hostname in LOOPBACK and base.hostname in LOOPBACK
    return here and (parts.scheme, parts.port) == (base.scheme, base.port)


def _same_machine(host: str, base: str) -> bool:
    """True for a further port of a machine in the user's own network that the user has named.

    A public name is not enough: whoever owns it may point it anywhere.
    """
    if base in LOOPBACK:
        return False  # other ports of this machine are other programs, and not the backend's
    address = _literal(base)
    at_home = not public(address) if address is not None else "." not in base or base.endswith(HOME_NAMES)
    return host == base and at_home


def _literal(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _proxied(url: str, host: str) -> bool:
    return bool(urllib.request.getproxies().get(urlsplit(url).scheme)) and not urllib.request.proxy_bypass(host)


def _refusal(url: str, why: str) -> Fault:
    parts = urlsplit(url[:300]) if origin(url) is not None else None
    shown = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if parts is not None else url[:40]
    return fault("url_refused", "client.reel_address_refused", shown=shown, why=why)
