"""Credits, and what to do without them."""

from urllib.parse import urlencode

from ..contract.errors import ApiError, ErrorInfo
from ..contract.session import BALANCE_PATH, CLAIM_TOKEN_PATH, Balance, ClaimRequest, ClaimToken
from ..messages import message
from .foreign_backend import fault_of_elsewhere
from .http_api import ApiClient


class CreditAccount:
    """The balance of the caller and the ways to a fuller account."""

    def __init__(self, caller: ApiClient) -> None:
        self._caller = caller

    async def credits(self) -> Balance:
        """The balance, with what the credentials tell where it says nothing of plan and end. Raises ApiError."""
        balance = Balance.parse(await self._caller.get(BALANCE_PATH))
        credentials = self._caller.credentials
        plan = balance.plan or ("anonymous" if credentials.anonymous else "")
        return balance.model_copy(update={"plan": plan, "expires_at": balance.expires_at or credentials.expires_at})

    async def claim_link(self, task_id: str, session_id: str) -> str:
        """A link that opens the session in the web editor. Raises ApiError."""
        body = ClaimRequest(task_id=task_id, session_id=session_id).body()
        claim = ClaimToken.parse(await self._caller.post(CLAIM_TOKEN_PATH, body))
        web = self._caller.credentials.config.web_url.rstrip("/")
        return f"{web}/workspace/claim?{urlencode({'ct': claim.claim_token})}"

    def advised(self, problem: ErrorInfo) -> ErrorInfo:
        """The fault with the step that this account can take; words of a backend elsewhere are marked as its own."""
        credentials = self._caller.credentials
        if problem.foreign:
            own = credentials.config.kind == "embedded"
            problem = problem.model_copy(update={"foreign": False}) if own else fault_of_elsewhere(problem)
        if problem.kind != "no_credits" or not credentials.anonymous or not credentials.user_id:
            return problem
        link = f"{credentials.config.web_url.rstrip('/')}/register?{urlencode({'bind': credentials.user_id})}"
        return problem.with_words(step=message("client.register", link=link))

    def advise(self, error: ApiError) -> ApiError:
        """The error with its fault advised."""
        advised = self.advised(error.fault)
        return error if advised is error.fault else ApiError(advised)
