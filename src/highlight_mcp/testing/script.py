"""What a scripted cloud is told to do: which call of which endpoint plays which fault."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from .endpoints import ENDPOINTS
from .faults import Fault
from .wire import Seen


@dataclass
class Rule:
    """One line of the script. `played` counts the calls that suffered."""

    endpoint: str
    fault: Fault
    calls: frozenset[int] | None
    when: Callable[[Seen], bool] | None = None
    counted: int = 0
    played: int = 0

    def takes(self, request: Seen) -> bool:
        """Count the request; True when it is one of those that suffer."""
        if request.endpoint != self.endpoint or (self.when is not None and not self.when(request)):
            return False
        self.counted += 1
        hit = self.calls is None or self.counted in self.calls
        self.played += hit
        return hit


class Script:
    """The lines of the script, in their order."""

    def __init__(self) -> None:
        self._rules: list[Rule] = []

    def add(
        self,
        endpoint: str,
        fault: Fault,
        calls: int | Collection[int] | None,
        when: Callable[[Seen], bool] | None,
    ) -> Rule:
        """Add a line. Raises ValueError for an endpoint that does not exist."""
        if endpoint not in ENDPOINTS:
            raise ValueError(f"no such endpoint: {endpoint!r}; endpoints are {', '.join(ENDPOINTS)}")
        numbers = None if calls is None else frozenset([calls] if isinstance(calls, int) else calls)
        rule = Rule(endpoint, fault, numbers, when)
        self._rules.append(rule)
        return rule

    def clear(self) -> None:
        """Forget all lines."""
        self._rules.clear()

    def fault_for(self, request: Seen) -> Fault | None:
        """The fault that this request suffers; every line counts it, the first one that takes it decides."""
        taken = [rule.fault for rule in tuple(self._rules) if rule.takes(request)]
        return taken[0] if taken else None
