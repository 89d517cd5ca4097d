"""Several people on one HTTP server: what each has is invisible to the others."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp import MCPError
from mcp.types import CallToolResult, PromptReference, ResourceTemplateReference

from highlight_mcp.client.json_store import write_private
from highlight_mcp.commands.workspaces import require_separate_accounts, workspace_configs
from highlight_mcp.server.http.users import (
    User,
    UsersFileError,
    UserStore,
    check_name,
    hash_of,
    new_token,
    read_users,
    require_own_accounts,
    write_users,
)
from media_factory import make_clip
from waiting import until

from .conftest import Mode
from .household import Household, household_in, serving
from .test_http import BODY, HEADERS
from .test_tasks import GetTask, Ref, TaskClient, TaskState

KEEP = [{"op": "keep", "ranges_ms": [[0, 1000]]}]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Household]:
    """Ann and Bob, each with a folder of their own and a clip in it; Bob may also read a folder that holds it all."""
    folder = tmp_path_factory.mktemp("house")
    for name in ("ann", "bob"):
        (folder / name).mkdir()
        make_clip(folder / name / f"{name}.mp4", seconds=2, size=(160, 90))
    household = household_in(folder)
    household.add("ann", folder / "ann")
    household.add("bob", folder / "bob", folder)
    with serving(household) as served:
        yield served


class Remembering(TaskClient):
    """Keeps the ids of its tasks."""

    def __init__(self) -> None:
        super().__init__()
        self.handles: list[str] = []

    async def wait(self, handle: Any, ctx: Any) -> CallToolResult:
        self.handles.append(handle.task_id)
        return await super().wait(handle, ctx)


def footage(house: Household, name: str) -> str:
    return str(house.settings.home.parent / name / f"{name}.mp4")


@pytest.mark.anyio
async def test_nothing_of_one_person_exists_for_another(house: Household, either: Mode) -> None:
    async with house.host("ann", either) as ann, house.host("bob", either) as bob:
        hers = (await ann.call("upload", sources=[footage(house, "ann")], new_session=True))["session_id"]
        await ann.finished("edit", operations=KEEP)
        reels = house.settings.output_dir / "ann"
        before = set(reels.iterdir()) if reels.exists() else set()
        refused = await ann.error("export", preset="draft", hardware=True)
        assert (refused["kind"], refused["next_step"]) == ("bad_request", "Leave hardware out.")
        made = await ann.finished("export", preset="draft")
        his = (await bob.call("upload", sources=[footage(house, "bob")], new_session=True))["session_id"]
        assert [each.suffix for each in set(reels.iterdir()) - before] == [".mp4"]

        for session in (hers, "ses_nobody"):
            assert (await bob.error("get_state", session_id=session))["kind"] == "session_not_found"
            assert (await bob.error("edit", session_id=session, operations=KEEP))["kind"] == "session_not_found"
            assert (await bob.error("preview", session_id=session))["kind"] == "session_not_found"
        for job in (made["render_id"], "render_nobody"):
            assert (await bob.error("export", render_id=job))["kind"] == "not_found"
            assert (await bob.error("cancel", job_id=job))["kind"] == "not_found"
        for uri in (f"timeline://{hers}", f"draft://{hers}", f"render://{hers}/{made['render_id']}"):
            with pytest.raises(MCPError) as caught:
                await bob.client.read_resource(uri)
            assert caught.value.error.code == -32602

        state = await bob.call("get_state")
        assert state["session_id"] == his, "the latest session is his own"
        assert hers not in str(state)
        known = await bob.client.complete(PromptReference(name="iterate"), {"name": "session_id", "value": ""})
        assert set(known.completion.values) & {hers, his} == {his}
        renders = await bob.client.complete(
            ResourceTemplateReference(uri="render://{session_id}/{render_id}"),
            {"name": "render_id", "value": ""},
            context_arguments={"session_id": hers},
        )
        assert renders.completion.values == []


@pytest.mark.slow
@pytest.mark.anyio
async def test_files_of_others_and_of_the_server_cannot_be_named_even_below_a_folder_that_may_be_read(
    house: Household,
) -> None:
    async with house.host("ann") as ann:
        await ann.call("upload", sources=[footage(house, "ann")], new_session=True)
        await ann.finished("edit", operations=KEEP)
        await ann.finished("export", preset="draft")
    reel = next((house.settings.output_dir / "ann").iterdir())
    inbox = house.settings.home / "users" / "ann" / "inbox"
    inbox.mkdir(exist_ok=True)
    secret = make_clip(inbox / "secret.mp4", seconds=1, size=(160, 90))
    link = house.settings.home.parent / "bob" / "link.mp4"
    link.unlink(missing_ok=True)
    link.symlink_to(secret)
    async with house.host("bob") as bob:
        for path in (secret, reel, link, inbox / "absent.mp4", inbox):
            error = await bob.error("upload", sources=[str(path)], new_session=True)
            assert error["kind"] == "outside_roots", path
        assert (await bob.error("upload", sources=["secret.mp4"]))["kind"] == "file_missing"
        for folder in (inbox, reel.parent):
            typed = {"name": "sources", "value": f"{folder}/"}
            found = await bob.client.complete(PromptReference(name="quick_edit"), typed)
            assert found.completion.values == []
        await bob.call("upload", sources=[footage(house, "ann")], new_session=True)


@pytest.mark.anyio
async def test_what_was_not_given_to_a_person_cannot_be_read(house: Household) -> None:
    async with house.host("ann") as ann:
        error = await ann.error("upload", sources=[footage(house, "bob")], new_session=True)
        absent = await ann.error("upload", sources=[str(house.file.parent.parent / "none.mp4")], new_session=True)
    assert error["kind"] == absent["kind"] == "outside_roots"


@pytest.mark.anyio
async def test_a_task_belongs_to_who_started_it(house: Household) -> None:
    tasks = Remembering()
    async with house.host("ann", extensions=[tasks]) as ann, house.host("bob", extensions=[TaskClient()]) as bob:
        await ann.call("upload", sources=[footage(house, "ann")], new_session=True)
        task_id = tasks.handles[-1]
        mine = await ann.client.session.send_request(GetTask(params=Ref(task_id=task_id)), TaskState)
        assert mine.status == "completed"
        with pytest.raises(MCPError) as caught:
            await bob.client.session.send_request(GetTask(params=Ref(task_id=task_id)), TaskState)
    assert caught.value.error.code == -32602


@pytest.mark.slow
@pytest.mark.anyio
async def test_nobody_hears_of_what_another_does(house: Household) -> None:
    async with house.host("ann") as ann, house.host("bob") as bob:
        session = (await ann.call("upload", sources=[footage(house, "ann")], new_session=True))["session_id"]
        await bob.call("upload", sources=[footage(house, "bob")], new_session=True)
        own = (await bob.call("get_state"))["session_id"]
        uris = [f"timeline://{session}", f"timeline://{own}"]
        async with (
            ann.client.listen(resource_subscriptions=uris) as hers,
            bob.client.listen(resource_subscriptions=uris) as his,
        ):
            await ann.finished("edit", operations=KEEP)
            assert getattr(await anext(aiter(hers)), "uri", None) == uris[0]
            await bob.finished("edit", operations=KEEP)
            assert getattr(await anext(aiter(his)), "uri", None) == uris[1], "the first he hears is his own"


@pytest.mark.slow
@pytest.mark.anyio
async def test_a_legacy_session_of_one_cannot_be_used_by_another(house: Household) -> None:
    ann, bob = ({"Authorization": f"Bearer {house.tokens[name]}"} for name in ("ann", "bob"))
    hello = {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    }
    async with httpx.AsyncClient(trust_env=False, verify=False, headers=HEADERS) as http:
        asked = {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": hello}
        begun = await http.post(house.url, json=asked, headers=ann)
        session = {"Mcp-Session-Id": begun.headers["mcp-session-id"]}
        mine = await http.post(house.url, json=BODY, headers={**session, **ann})
        his = await http.post(house.url, json=BODY, headers={**session, **bob})
        nobodys = await http.post(house.url, json=BODY, headers={**session})
        gone = await http.post(house.url, json=BODY, headers={"Mcp-Session-Id": "0" * 32, **bob})
    assert (mine.status_code, his.status_code, nobodys.status_code) == (200, 404, 401)
    assert his.text.replace(session["Mcp-Session-Id"], "") == gone.text.replace("0" * 32, "")


@pytest.mark.slow
@pytest.mark.anyio
async def test_people_come_and_go_while_the_server_runs(house: Household) -> None:
    async with house.host("ann") as ann:
        token = house.add("eve")
        async with house.host("eve") as eve:
            assert (await eve.call("get_state"))["media"] == []
            async with eve.client.listen(resource_subscriptions=["timeline://x"]) as events:
                house.remove("eve")
                assert [event async for event in events] == [], "the stream ends"
        async with httpx.AsyncClient(trust_env=False, verify=False) as http:
            answer = await http.post(house.url, json=BODY, headers={**HEADERS, "Authorization": f"Bearer {token}"})
        assert answer.status_code == 401
        assert await until(lambda: ann.call("credits"))


NO_NAMES = ["", "..", ".", "a/b", "a\\b", "con", "COM1.x", "x.", "id-1", "a b", "é", "a" * 33, "\0"]


@pytest.mark.parametrize("name", NO_NAMES)
def test_names_that_are_no_folders_are_refused(name: str) -> None:
    with pytest.raises(UsersFileError, match="cannot be a name"):
        check_name(name, ())


def test_names_that_differ_in_case_only_are_refused() -> None:
    with pytest.raises(UsersFileError, match="somebody named ann already"):
        check_name("ANN", ["ann"])


def test_the_file_keeps_no_token_and_is_private(tmp_path: Path) -> None:
    file, token = tmp_path / "people.toml", new_token()
    odd = tmp_path / 'a "quoted" \\ \x7f folder\n'
    people = {"ann": User("ann", hash_of(token), (odd,)), "b.o-b": User("b.o-b", hash_of("x"))}
    write_users(file, people)
    assert read_users(file) == people
    assert file.stat().st_mode & 0o077 == 0
    assert token not in file.read_text()


def test_a_file_that_cannot_be_read_lets_nobody_in(tmp_path: Path) -> None:
    file = tmp_path / "people.toml"
    write_users(file, {"ann": User("ann", hash_of("token"))})
    people = UserStore(file)
    assert people.find("token") is not None
    write_private(file, "[people.ann")
    assert people.find("token") is None
    assert people.ever
    with pytest.raises(UsersFileError, match=r"people\.toml cannot be read"):
        read_users(file)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")
def test_the_reels_of_one_person_are_closed_to_other_accounts_of_the_machine(tmp_path: Path) -> None:
    house = household_in(tmp_path)
    house.settings.home.mkdir()
    house.add("ann")
    folder = house.settings.output_dir / "ann"
    folder.mkdir(parents=True, mode=0o755)
    assert workspace_configs(house.settings, UserStore(house.file))("ann") is not None
    assert folder.stat().st_mode & 0o777 == 0o700


def test_people_do_not_share_a_cloud_account(tmp_path: Path) -> None:
    house = household_in(tmp_path, backend="nemo", nemo_token="one-for-all")
    with pytest.raises(ValueError, match="NEMO_TOKEN is the account of one"):
        require_separate_accounts(house.settings, several=True)
    require_separate_accounts(house.settings, several=False)
    file = tmp_path / "token"
    file.write_text("the-same")
    both = [User(name, hash_of(name), nemo_token_file=file) for name in ("ann", "bob")]
    with pytest.raises(UsersFileError, match="ann and bob share one NemoVideo token") as caught:
        require_own_accounts(both)
    assert "the-same" not in str(caught.value)
    house.settings.home.mkdir()
    write_users(house.file, {each.name: each for each in both})
    places = workspace_configs(house.settings, UserStore(house.file))
    assert places("ann") is None
    file.unlink()
    assert places("ann") is None
    assert places("") is not None
