"""The credit balance (contract section 6)."""

from pydantic import Field

from .wire import Lenient, Wire

BALANCE_PATH = "/api/credits/balance/simple"
LOW_BALANCE = 10
UNLIMITED_FIGURE = 999_999


class Balance(Wire):
    """Credits; `frozen` are reserved by running work. Negative and missing figures read as 0."""

    available: Lenient[int] = Field(0)
    frozen: Lenient[int] = Field(0)
    total: Lenient[int] = Field(0)
    unlimited: Lenient[bool] = False
    plan: Lenient[str] = ""
    expires_at: Lenient[str | None] = None

    def model_post_init(self, _context: object) -> None:
        for name in ("available", "frozen", "total"):
            object.__setattr__(self, name, max(0, getattr(self, name)))


UNLIMITED = Balance(available=UNLIMITED_FIGURE, total=UNLIMITED_FIGURE, unlimited=True, plan="local")
