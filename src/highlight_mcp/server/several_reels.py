"""Several reels asked of a service that keeps one timeline for a session: one call of `edit` for each is offered."""

from ..client.backend import BackendClient
from ..client.results import SessionState
from ..contract.redaction import inline
from ..messages import in_each_language, say
from ..timeline.media import MediaInfo
from .outputs import LONG_NAME, SuggestedCall

KINDS = ("video", "audio", "image")


async def calls_for(client: BackendClient, session_id: str, words: str) -> tuple[SuggestedCall, ...]:
    """One call for each reel that the words ask for; none where they ask for one, or the service keeps versions."""
    if await client.keeps_versions():
        return ()
    from ..language import SessionFacts, interpret

    state = await client.state(session_id)
    situation = SessionFacts(media=_media(state), has_timeline=state.exportable)
    asked = interpret(words, situation).versions
    calls = []
    for one in asked:
        spoken = in_each_language(
            en=" ".join(op.sentence("en") for op in one.operations),
            zh="".join(op.sentence("zh") for op in one.operations),
        )
        operations = tuple(op.to_json() for op in one.operations)
        calls.append(SuggestedCall(tool="edit", text=say("server.action.reel", what=spoken), operations=operations))
    return tuple(calls)


def _media(state: SessionState) -> tuple[MediaInfo, ...]:
    """What is known of the footage; the lengths of a service are in seconds."""
    return tuple(
        MediaInfo(
            media_id=file.media_id or f"file_{number}",
            name=inline(file.filename, LONG_NAME) or f"file {number}",
            kind=kind,
            duration_ms=file.duration_ms or max(0, round(1000 * file.duration)),
        )
        for number, file in enumerate(state.media, 1)
        for kind in KINDS
        if kind == (file.kind or file.file_type or "video")
    )
