"""The calls under `/api/local/`, which only our own backend offers; others are asked at most once each."""

from typing import Any

from ..contract.codes import ContractError, fault
from ..contract.local import HEALTH_PATH
from .calls import Caller, Query
from .transport import Answer

EVERYTHING = "*"


class Extensions:
    """Calls that a backend may not know; what it once did not know is not asked again."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._missing: set[str] = set()
        self._asked = caller.credentials.config.kind != "remote"
        if caller.credentials.config.kind == "cloud":
            self._missing.add(EVERYTHING)

    @property
    def offered(self) -> bool:
        """False when the backend is known to offer none."""
        return EVERYTHING not in self._missing

    async def present(self) -> bool:
        """True for a backend of our own making, which a remote one is asked for once. Raises ContractError."""
        if not self._asked:
            try:
                await self.get(HEALTH_PATH)
            except ContractError as error:
                if error.fault.kind not in ("not_supported", "not_found", "forbidden"):
                    raise
                self._missing.add(EVERYTHING)
            self._asked = True
        return self.offered

    async def get(self, path: str, query: Query | None = None, *, wait_s: float = 0) -> Any:
        """The payload of a call. Raises ContractError, kind `not_supported` where it is not offered."""
        self._check(path)
        try:
            return await self._caller.get(path, query, wait_s=wait_s)
        except ContractError as error:
            raise self._noted(path, error) from None

    async def fetch(self, path: str, query: Query | None = None, *, wait_s: float = 0) -> Answer:
        """The whole answer of a call, such as a picture. Raises ContractError."""
        self._check(path)
        try:
            return await self._caller.fetch(path, query, wait_s=wait_s)
        except ContractError as error:
            raise self._noted(path, error) from None

    async def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """A call that may be repeated. Raises ContractError."""
        self._check(path)
        try:
            return await self._caller.post(path, body, repeats=1, wait_s=10)
        except ContractError as error:
            raise self._noted(path, error) from None

    def _check(self, path: str) -> None:
        if not self.offered or _name(path) in self._missing:
            raise ContractError(fault("not_supported"))

    def _noted(self, path: str, error: ContractError) -> ContractError:
        if error.fault.kind == "not_supported":
            self._missing.add(_name(path))
        return error


def _name(path: str) -> str:
    """`turns` of `/api/local/turns/s1/latest`."""
    return path.split("/")[3] if path.count("/") >= 3 else path
