"""Faults that the server itself finds; everything else arrives as a ContractError of the client."""

from ..contract.codes import ContractError, Fault, fault


def refused(message: str, next_step: str = "Correct the arguments and call again.") -> ContractError:
    """A call whose arguments cannot be used; `code` is 0, since no backend was asked."""
    return ContractError(fault("bad_request", message, next_step).model_copy(update={"code": 0}))


def nothing_yet(what: str) -> ContractError:
    """A call that needs a session when there is none."""
    step = "Call upload with sources=[absolute paths or addresses of the footage] first."
    return ContractError(
        Fault(code=0, http=0, kind="no_session", message=f"There is no session {what}.", next_step=step)
    )


def internal() -> Fault:
    """Our own mistake; the details are in the log on stderr."""
    return Fault(
        code=0,
        http=0,
        kind="internal",
        message="Something went wrong inside the server.",
        next_step="Try again; if it stays so, the log on stderr says more.",
        retryable=True,
    )
