"""A host that can show pages leads the user to the one where footage is handed over."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp.types import ElicitRequestURLParams, ElicitResult

from media_factory import make_clip

from .conftest import Mode
from .household import Household, household_in, serving


class User:
    """Says `action` to each page; with a film, hands it over first."""

    def __init__(self, action: Any, film: bytes | None = None) -> None:
        self.action, self.film = action, film
        self.pages: list[ElicitRequestURLParams] = []

    async def __call__(self, _context: Any, asked: Any) -> ElicitResult:
        assert isinstance(asked, ElicitRequestURLParams)
        self.pages.append(asked)
        if self.film is not None:
            async with httpx.AsyncClient(trust_env=False, verify=False) as http:
                sent = await http.put(f"{asked.url}/match.mp4", content=self.film)
            assert sent.status_code == 201
        return ElicitResult(action=self.action)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Household]:
    """People who have no folder of this machine: a page is shown once to each, so there are some for each era."""
    household = household_in(tmp_path_factory.mktemp("house"))
    for name, era in product(("ann", "bob", "decline", "cancel"), ("auto", "legacy")):
        household.add(f"{name}-{era}")
    with serving(household) as served:
        yield served


@pytest.mark.anyio
async def test_footage_that_is_elsewhere_is_handed_over_within_one_call(
    house: Household, tmp_path: Path, either: Mode
) -> None:
    film = make_clip(tmp_path / "far.mp4", seconds=1, size=(160, 90)).read_bytes()
    user = User("accept", film)
    async with house.host(f"ann-{either}", either, elicitation_callback=user) as ann:
        added = await ann.call("upload", sources=["/home/far/away/match.mp4"], new_session=True)
        assert [each["name"] for each in added["media"]] == ["match.mp4"]
        (page,) = user.pages
        assert "/upload/" in page.url
        assert "match.mp4" in page.message
        error = await ann.error("upload", sources=["/home/other/match.mp4"], new_session=True)
    assert error["kind"] == "outside_roots", "an earlier film of the same name is not taken for this one"
    assert len(user.pages) == 1


@pytest.mark.anyio
async def test_a_user_who_needs_longer_is_not_asked_twice(house: Household, era: Mode) -> None:
    user = User("accept")
    async with house.host(f"bob-{era}", era, elicitation_callback=user) as ann:
        error = await ann.error("upload", sources=["/home/far/match.mp4"], wait_s=1)
        assert "waiting for the user" in error["message"]
        assert 'upload with sources=["match.mp4"]' in error["next_step"]
        again = await ann.error("upload", sources=["match.mp4"], wait_s=1)
    assert "/upload/" in again["next_step"]
    assert len(user.pages) == 1


@pytest.mark.anyio
@pytest.mark.parametrize("action", ["decline", "cancel"])
async def test_a_user_who_does_not_want_the_page_gets_it_in_words(house: Household, era: Mode, action: str) -> None:
    async with house.host(f"{action}-{era}", era, elicitation_callback=User(action)) as ann:
        error = await ann.error("upload", sources=["/home/far/match.mp4"])
    assert "/upload/" in error["next_step"]


@pytest.mark.anyio
@pytest.mark.parametrize("sources", [["/home/far/notes.txt"], ["/a/x.mp4", "/b/x.mp4"], ["https://"]])
async def test_no_page_is_shown_for_what_it_could_not_take(house: Household, era: Mode, sources: list[str]) -> None:
    user = User("accept")
    async with house.host(f"ann-{era}", era, elicitation_callback=user) as ann:
        await ann.raw("upload", sources=sources, wait_s=1)
    assert user.pages == []
