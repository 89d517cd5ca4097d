"""Many small cases in one test: as tests of their own, thousands of them cost more than what they try."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest


@contextmanager
def named_cases() -> Iterator[Callable[[str], AbstractContextManager[None]]]:
    """`with named_cases() as case: … with case(name): assert …`: all are tried, and those that fail told by name."""
    failed: list[str] = []

    @contextmanager
    def case(name: str) -> Iterator[None]:
        try:
            yield
        except AssertionError as error:
            failed.append(f"{name}: {error}")
        except Exception as error:
            error.add_note(name)
            raise

    yield case
    if failed:
        pytest.fail(f"{len(failed)} cases failed\n" + "\n".join(failed), pytrace=False)


def spread(one_in: int) -> pytest.MarkDecorator:
    """Parametrizes `step`: every so many lines of a long table, of which the slow tests try all."""
    return pytest.mark.parametrize("step", [one_in, pytest.param(1, marks=pytest.mark.slow, id="all")])
