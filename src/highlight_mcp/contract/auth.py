"""Bodies of anonymous tokens and claim links (contract section 2 and 3)."""

from datetime import UTC, datetime

from pydantic import Field

from .wire import Count, Lenient, Name, Wire

ANONYMOUS_TOKEN_PATH = "/api/auth/anonymous-token"
CLAIM_TOKEN_PATH = "/api/auth/claim-token"
CLIENT_ID_HEADER = "X-Client-Id"


class AnonymousToken(Wire):
    """A token of seven days with 100 credits; `expires_at` is ISO 8601."""

    token: str = Field(min_length=1, repr=False)
    user_id: Lenient[Name] = ""
    credits: Count = 0
    expires_at: Lenient[str] = ""

    def expired(self, now: datetime) -> bool:
        """True when the token is known to be past its time."""
        until = moment(self.expires_at)
        return until is not None and until <= now


class ClaimRequest(Wire):
    """Ask for a link that moves a session into an account."""

    task_id: str
    session_id: str


class ClaimToken(Wire):
    """A token that may stand in a link; valid for `expires_in` seconds."""

    claim_token: str = Field(min_length=1, repr=False)
    expires_in: Count = 0


def moment(text: str) -> datetime | None:
    """Read an ISO 8601 time; without a zone it is UTC. None when it is not one."""
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        return None
    return value if value.tzinfo else value.replace(tzinfo=UTC)
