"""Fetching footage from an address that the user gave, without becoming a way into the local network."""

import asyncio
import ipaddress
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple
from urllib.parse import unquote, urljoin, urlsplit

import httpx

from ...contract.codes import ContractError, fault
from ...contract.formats import FORMATS, format_of
from ..config import BackendConfig
from ..storage import IncomingFile
from .multipart import Received, plain_name

MAX_REDIRECTS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})
TIMEOUT = httpx.Timeout(30.0, connect=10.0)
_BY_MIME = {item.mime: item.extension for item in FORMATS}

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Target(NamedTuple):
    """A checked address: the URL with the host replaced by the address that was checked."""

    url: str
    pinned: str
    host: str
    host_header: str


async def fetch(url: str, config: BackendConfig) -> Received:
    """Download one file into the blob store.

    Each redirect is checked anew, and the connection goes to the very address that was checked.
    Raises ContractError `url_refused`, `url_failed`, `unsupported_file`, `file_too_large` or `no_space`.
    """
    async with httpx.AsyncClient(timeout=TIMEOUT, follow_redirects=False, trust_env=False) as client:
        for _ in range(MAX_REDIRECTS + 1):
            target = await resolved(url, allow_private=config.allow_private_urls)
            async with _opened(client, target) as answer:
                if answer.status_code in REDIRECTS:
                    url = urljoin(target.url, answer.headers.get("location", ""))
                    continue
                return await _store(answer, target, config)
    raise ContractError(fault("url_failed", f"{shown(url)} redirects too often."))


async def resolved(url: str, *, allow_private: bool) -> Target:
    """Check an address and look its host up. Raises ContractError `url_refused` or `url_failed`."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
    except ValueError:
        raise ContractError(fault("url_refused", f"{shown(url)} is not a valid address.")) from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ContractError(fault("url_refused", f"{shown(url)} is not an http or https address."))
    if parts.username is not None or parts.password is not None:
        raise ContractError(fault("url_refused", "Addresses with a user name or password are not fetched."))
    try:
        found = await asyncio.get_running_loop().getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise ContractError(fault("url_failed", f"There is no machine called {parts.hostname!r}.")) from None
    addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    if not addresses or not (allow_private or all(public(address) for address in addresses)):
        raise ContractError(fault("url_refused", f"{shown(url)} is in a private network."))
    pinned = f"[{addresses[0]}]" if addresses[0].version == 6 else str(addresses[0])
    authority = parts.netloc
    return Target(url, parts._replace(netloc=f"{pinned}:{port}", fragment="").geturl(), parts.hostname, authority)


def public(address: Address) -> bool:
    """True for an address of the public internet, also when it is wrapped in an IPv6 one."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is not None:
            return public(inner)
        if address in _NAT64:
            return public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return address.is_global and not address.is_multicast


_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def shown(url: str) -> str:
    """An address as it may be shown: without query, which may hold secrets."""
    try:
        parts = urlsplit(url)
        return repr(f"{parts.scheme}://{parts.hostname or ''}{parts.path}"[:200])
    except ValueError:
        return repr(url[:80])


@asynccontextmanager
async def _opened(client: httpx.AsyncClient, target: Target) -> AsyncIterator[httpx.Response]:
    headers = {"Host": target.host_header, "Accept-Encoding": "identity"}
    try:
        request = client.build_request("GET", target.pinned, headers=headers, extensions={"sni_hostname": target.host})
        async with asyncio.timeout(60):
            answer = await client.send(request, stream=True)
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
        raise ContractError(fault("url_failed", f"{shown(target.url)}: {_reason(error)}.")) from None
    try:
        yield answer
    finally:
        await answer.aclose()


async def _store(answer: httpx.Response, target: Target, config: BackendConfig) -> Received:
    if answer.status_code != 200:
        raise ContractError(fault("url_failed", f"{shown(target.url)} answered with HTTP {answer.status_code}."))
    name = _name(target.url, answer.headers.get("content-type", ""))
    limit = config.limits.upload if config.strict else config.limits.download
    known = format_of(name)
    assert known is not None
    with IncomingFile(config.scratch, config.blobs, known.extension, limit, name) as incoming:
        announced = answer.headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > limit:
            raise ContractError(fault("file_too_large", f"{name} is larger than {limit // 2**20} MB."))
        try:
            async for chunk in answer.aiter_bytes(1 << 20):
                await incoming.write(chunk)
        except httpx.HTTPError as error:
            raise ContractError(fault("url_failed", f"{shown(target.url)}: {_reason(error)}.")) from None
        return Received(await incoming.keep(), name)


def _name(url: str, content_type: str) -> str:
    name = plain_name(unquote(urlsplit(url).path))
    if format_of(name) is not None:
        return name
    extension = _BY_MIME.get(content_type.partition(";")[0].strip().lower())
    if extension is None:
        raise ContractError(fault("unsupported_file", f"{shown(url)} is not in a supported format."))
    return f"{name}.{extension}"


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__
