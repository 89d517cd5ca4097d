# mypy: ignore-errors
"""A scripted editing agent for a stock ADK server: it does what the first word of a request says, without a model."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

from google.adk.agents import BaseAgent
from google.adk.agents.invocation_context import InvocationContext
from google.adk.events import Event, EventActions
from google.genai import types

DRAFT = {
    "t": [{"tt": 0, "d": 5000, "sg": [{"id": "c1", "d": 5000, "src": "https://cdn.test/match.mp4"}]}],
    "d": 5000,
    "m": {"title": "Match"},
}


class ScriptedEditor(BaseAgent):
    """Speaks as agents with tools do."""

    async def _run_async_impl(self, ctx: InvocationContext) -> AsyncGenerator[Event, None]:
        said = "".join(part.text or "" for part in ctx.user_content.parts)
        script = getattr(self, f"_{said.split()[0].strip('.:,').casefold()}", self._echo)
        async for event in script(ctx, said):
            yield event

    def _event(self, ctx: InvocationContext, *parts: types.Part, **more: Any) -> Event:
        content = types.Content(role="model", parts=list(parts)) if parts else None
        return Event(author=self.name, invocation_id=ctx.invocation_id, content=content, **more)

    def _text(self, ctx: InvocationContext, text: str, **more: Any) -> Event:
        return self._event(ctx, types.Part(text=text), **more)

    def _changed(self, ctx: InvocationContext, length: int = 5000) -> list[Event]:
        draft = {
            **DRAFT,
            "d": length,
            "t": [{**DRAFT["t"][0], "d": length, "sg": [{**DRAFT["t"][0]["sg"][0], "d": length}]}],
        }
        call = types.FunctionCall(id="fc-1", name="cut_clip", args={"secret_plan": "cut to five seconds"})
        response = types.FunctionResponse(id="fc-1", name="cut_clip", response={"ok": True})
        return [
            self._event(ctx, types.Part(function_call=call)),
            self._event(
                ctx, types.Part(function_response=response), actions=EventActions(state_delta={"draft": draft})
            ),
        ]

    async def _reel(self, ctx: InvocationContext, said: str) -> AsyncGenerator[Event, None]:
        """Thoughts, tools, fragments, then the whole text."""
        yield self._event(ctx, types.Part(text="The user wants one clip, I think.", thought=True), partial=True)
        for event in self._changed(ctx):
            yield event
        for piece in ("I cut ", "one moment", " of five seconds."):
            yield self._text(ctx, piece, partial=True)
        yield self._text(ctx, "I cut one moment of five seconds.", turn_complete=True)

    async def _silent(self, ctx: InvocationContext, said: str) -> AsyncGenerator[Event, None]:
        """The timeline changes and not a word is said."""
        for event in self._changed(ctx, 4000):
            yield event

    async def _nothing(self, ctx: InvocationContext, said: str) -> AsyncGenerator[Event, None]:
        """Neither a word nor a change."""
        return
        yield

    async def _long(self, ctx: InvocationContext, said: str) -> AsyncGenerator[Event, None]:
        """A stock server sends nothing at all while an agent works."""
        for event in self._changed(ctx, 3000):
            yield event
        await asyncio.sleep(4)
        yield self._text(ctx, "That took a while.")

    async def _poor(self, ctx: InvocationContext, said: str) -> AsyncGenerator[Event, None]:
        """An error with a code that we know."""
        yield self._event(ctx, error_code="2001", error_message="quota of nmv_usr_leaked exceeded")

    async def _blocked(self, ctx: InvocationContext, said: str) -> AsyncGenerator[Event, None]:
        """An error of a model."""
        yield self._event(ctx, error_code="SAFETY", error_message="The answer was blocked.")

    async def _crash(self, ctx: InvocationContext, said: str) -> AsyncGenerator[Event, None]:
        """An exception in the middle of the stream."""
        yield self._text(ctx, "Let me see", partial=True)
        raise RuntimeError('secret_path "/srv/agent.py" at line 9')

    async def _odd(self, ctx: InvocationContext, said: str) -> AsyncGenerator[Event, None]:
        """Line separators and a text of a megabyte."""
        for event in self._changed(ctx, 2000):
            yield event
        yield self._text(ctx, "one\u2028two\u2029three é 進球 " + "x" * 1_000_000)

    async def _buttons(self, ctx: InvocationContext, said: str) -> AsyncGenerator[Event, None]:
        """Words for a user in front of buttons."""
        for event in self._changed(ctx, 1000):
            yield event
        yield self._text(ctx, "Your clip is cut. Click the Export button to download it.")

    async def _echo(self, ctx: InvocationContext, said: str) -> AsyncGenerator[Event, None]:
        """What was heard."""
        yield self._text(ctx, f"I heard: {said}")


root_agent = ScriptedEditor(name="nemo_agent")
