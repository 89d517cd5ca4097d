"""The latest state of a session."""

from ..contract.reading import read_draft
from ..contract.redaction import for_people
from ..contract.state import StateAnswer, state_path
from ..contract.upload import MediaFile
from .calls import Caller
from .foreign import media_of_elsewhere
from .results import SessionState


class States:
    """Reads states; the draft comes through untouched."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def latest(self, session_id: str) -> SessionState:
        """The latest state. Raises ContractError."""
        answer = StateAnswer.parse(await self._caller.get(state_path(session_id), on_session=True))
        draft = answer.state.draft
        return SessionState(
            session_id=session_id,
            task_id=answer.task_id,
            task_name=for_people(answer.task_name),
            updated_at=answer.updated_at,
            draft=draft,
            reading=read_draft(draft),
            media=self._media(answer.state.video_infos or ()),
        )

    def _media(self, files: tuple[MediaFile, ...]) -> tuple[MediaFile, ...]:
        if self._caller.credentials.config.kind == "embedded":
            return files
        return tuple(media_of_elsewhere(each) for each in files)
