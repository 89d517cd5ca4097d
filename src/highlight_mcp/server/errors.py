"""Faults that the server itself finds; everything else arrives as a ContractError of the client."""

from ..contract.codes import ContractError, Fault, fault
from ..messages import Argument, Message, message, next_step_of


def refused(what: Message | str, *, next_step: Message | str | None = None, **arguments: Argument) -> ContractError:
    """A call whose arguments cannot be used; `code` is 0, since no backend was asked."""
    said = Message(what, arguments) if isinstance(what, str) else what
    problem = fault("bad_request", said, next_step=next_step)
    correct = problem.step.key == "contract.bad_request.next"
    step = message("server.correct_arguments") if correct else problem.step
    return ContractError(problem.model_copy(update={"code": 0, "step": step}))


def nothing_yet() -> ContractError:
    """A call that needs a session when there is none."""
    return ContractError(_own("no_session"))


def internal() -> Fault:
    """Our own mistake; the details are in the log on stderr."""
    return _own("internal").model_copy(update={"retryable": True})


def _own(kind: str) -> Fault:
    what = message(f"server.{kind}")
    return Fault(code=0, http=0, kind=kind, what=what, step=next_step_of(what))
