"""Bodies of tokens, claim links and the credit balance (contract sections 2, 3 and 6)."""

from datetime import UTC, datetime

from pydantic import Field

from .wire import Lenient, LenientCount, LenientInt, LenientName, WireModel

ANONYMOUS_TOKEN_PATH = "/api/auth/anonymous-token"
CLAIM_TOKEN_PATH = "/api/auth/claim-token"
CLIENT_ID_HEADER = "X-Client-Id"


class AnonymousToken(WireModel):
    """A token of seven days with 100 credits; `expires_at` is ISO 8601."""

    token: str = Field(min_length=1, repr=False)
    user_id: Lenient[LenientName] = ""
    credits: LenientCount = 0
    expires_at: Lenient[str] = ""

    def expired(self, now: datetime) -> bool:
        """True when the token is known to be past its time."""
        until = moment(self.expires_at)
        return until is not None and until <= now


class ClaimRequest(WireModel):
    """Ask for a link that moves a session into an account."""

    task_id: str
    session_id: str


class ClaimToken(WireModel):
    """A token that may stand in a link; valid for `expires_in` seconds."""

    claim_token: str = Field(min_length=1, repr=False)
    expires_in: LenientCount = 0


def moment(text: str) -> datetime | None:
    """Read an ISO 8601 time; without a zone it is UTC. None when it is not one."""
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        return None
    return value if value.tzinfo else value.replace(tzinfo=UTC)


BALANCE_PATH = "/api/credits/balance/simple"
LOW_BALANCE = 10
UNLIMITED_FIGURE = 999_999
UNSAID = -1


class Balance(WireModel):
    """Credits; `frozen` are reserved by running work. Negative and missing figures read as 0.

    `total` is the sum of both where the service does not say.
    """

    available: Lenient[LenientInt] = 0
    frozen: Lenient[LenientInt] = 0
    total: Lenient[LenientInt] = UNSAID
    unlimited: Lenient[bool] = False
    plan: Lenient[str] = ""
    expires_at: Lenient[str | None] = None

    def model_post_init(self, _context: object) -> None:
        for name in ("available", "frozen"):
            object.__setattr__(self, name, max(0, getattr(self, name)))
        said = max(0, self.total) if self.total != UNSAID else self.available + self.frozen
        object.__setattr__(self, "total", said)


UNLIMITED = Balance(available=UNLIMITED_FIGURE, total=UNLIMITED_FIGURE, unlimited=True, plan="local")
