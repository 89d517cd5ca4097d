"""The latest state of a session."""

from ..contract.reading import read_draft
from ..contract.redaction import MAX_NAME, inline
from ..contract.state import StateAnswer, state_path
from .calls import Caller
from .foreign import media_of_elsewhere, reading_of_elsewhere
from .results import SessionState


class States:
    """Reads states; the draft comes through untouched."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def latest(self, session_id: str) -> SessionState:
        """The latest state. Raises ContractError."""
        answer = StateAnswer.parse(await self._caller.get(state_path(session_id), on_session=True))
        draft, media = answer.state.draft, answer.state.video_infos or ()
        reading = read_draft(draft)
        own = self._caller.credentials.config.kind == "embedded"
        return SessionState(
            session_id=session_id,
            task_id=answer.task_id,
            task_name=inline(answer.task_name, MAX_NAME),
            updated_at=answer.updated_at,
            draft=draft,
            reading=reading if own else reading_of_elsewhere(reading),
            media=media if own else tuple(media_of_elsewhere(each) for each in media),
        )
