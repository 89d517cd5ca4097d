"""The calls under `/api/local/`, which only our own backend offers.

Whether an address is a backend of ours is asked once, and only a clear yes counts: servers of others refuse what they
do not know with any status and any page.
"""

from typing import Any

import anyio

from ..contract.codes import ContractError, fault
from ..contract.envelope import read
from ..contract.local import HEALTH_PATH, Health
from .calls import Caller, Query, of_broken
from .credentials import NOT_IMPLEMENTED, Endpoint
from .transport import Answer, Broken

PASSING = {408, 425, 429}
"""Statuses, beside those of server errors, that say nothing about what a server offers."""


class Extensions:
    """Calls that a backend may not know; what it once did not know is not asked again."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._missing: set[str] = set()
        self._known: bool | None = {"embedded": True, "cloud": False}.get(caller.credentials.config.kind)
        self._refused_as: Endpoint | None = None
        self._asking = anyio.Lock()

    @property
    def offered(self) -> bool:
        """True when the backend is known to be one of ours."""
        return self._known is True

    async def present(self) -> bool:
        """True for a backend of our own making. Raises ContractError when it cannot be reached.

        An answer that says nothing, such as a gateway's error, counts as no until the next time.
        """
        if self._known is None:
            async with self._asking:
                endpoint = await self._caller.credentials.endpoint()
                if self._known is None and endpoint != self._refused_as:
                    await self._recognise(endpoint)
        return self.offered

    async def _recognise(self, endpoint: Endpoint) -> None:
        try:
            answer = await self._caller.ask(HEALTH_PATH)
        except Broken as trouble:
            if not trouble.sent:
                raise ContractError(of_broken(trouble)) from None
            return
        if _is_ours(answer):
            self._known = True
        elif answer.status not in PASSING and (answer.status < 500 or answer.status == NOT_IMPLEMENTED):
            self._refused_as = endpoint

    async def get(self, path: str, query: Query | None = None, *, wait_s: float = 0) -> Any:
        """The payload of a call. Raises ContractError, kind `not_supported` where it is not offered."""
        await self._check(path)
        try:
            return await self._caller.get(path, query, wait_s=wait_s)
        except ContractError as error:
            raise self._noted(path, error) from None

    async def fetch(self, path: str, query: Query | None = None, *, wait_s: float = 0) -> Answer:
        """The whole answer of a call, such as a picture. Raises ContractError."""
        await self._check(path)
        try:
            return await self._caller.fetch(path, query, wait_s=wait_s)
        except ContractError as error:
            raise self._noted(path, error) from None

    async def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """A call that may be repeated. Raises ContractError."""
        await self._check(path)
        try:
            return await self._caller.post(path, body, repeats=1, wait_s=10)
        except ContractError as error:
            raise self._noted(path, error) from None

    async def _check(self, path: str) -> None:
        if _name(path) in self._missing or not await self.present():
            raise ContractError(fault("not_supported"))

    def _noted(self, path: str, error: ContractError) -> ContractError:
        if error.fault.kind == "not_supported":
            self._missing.add(_name(path))
        return error


def _is_ours(answer: Answer) -> bool:
    """Our own backend names the contract that it speaks."""
    try:
        return answer.status == 200 and bool(Health.parse(read(answer.status, answer.body)).contract)
    except ContractError:
        return False


def _name(path: str) -> str:
    """`turns` of `/api/local/turns/s1/latest`."""
    return path.split("/")[3] if path.count("/") >= 3 else path
