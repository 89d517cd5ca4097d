"""What a listener has been told is not told again, and is not kept for ever."""

from highlight_mcp.backend.sessions import ToldEvents
from highlight_mcp.contract.local_api import ChangeEvent


def event(number: int, version: int = 1) -> dict[str, ChangeEvent]:
    name = f"ses_{number}"
    return {name: ChangeEvent(session_id=name, version=version)}


def test_what_was_told_is_told_again_only_when_it_has_changed() -> None:
    told = ToldEvents()
    assert len(told.fresh(event(1) | event(2))) == 2
    assert told.fresh(event(1) | event(2)) == []
    assert [each.version for each in told.fresh(event(1) | event(2, version=2))] == [2]


def test_a_listener_of_many_days_keeps_the_latest_events_alone() -> None:
    told = ToldEvents()
    for number in range(3 * ToldEvents.MOST):
        assert told.fresh(event(number + 1))
        assert told.fresh(event(0)) == ([] if number else [*event(0).values()]), "what goes on being shown is kept"
    assert len(told) == ToldEvents.MOST
