"""The credit balance (contract section 6)."""

from .wire import Lenient, Whole, Wire

BALANCE_PATH = "/api/credits/balance/simple"
LOW_BALANCE = 10
UNLIMITED_FIGURE = 999_999
UNSAID = -1


class Balance(Wire):
    """Credits; `frozen` are reserved by running work. Negative and missing figures read as 0.

    `total` is the sum of both where the service does not say.
    """

    available: Lenient[Whole] = 0
    frozen: Lenient[Whole] = 0
    total: Lenient[Whole] = UNSAID
    unlimited: Lenient[bool] = False
    plan: Lenient[str] = ""
    expires_at: Lenient[str | None] = None

    def model_post_init(self, _context: object) -> None:
        for name in ("available", "frozen"):
            object.__setattr__(self, name, max(0, getattr(self, name)))
        said = max(0, self.total) if self.total != UNSAID else self.available + self.frozen
        object.__setattr__(self, "total", said)


UNLIMITED = Balance(available=UNLIMITED_FIGURE, total=UNLIMITED_FIGURE, unlimited=True, plan="local")
