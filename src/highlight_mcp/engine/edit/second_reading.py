"""Words that the rules answered with a question, read by a language model where one is set.

The engine has no network: who ordered the job asks the model (`backend/model_endpoint.py`), as it does for versions,
and only that process knows address and key. What the model says is judged here, beside the rules that it stands in for.
A model that fails, asks or is wrong twice leaves the question of the rules as it was, with a note.
"""

from dataclasses import dataclass
from typing import Any

from ...language import ParseResult, SessionFacts
from ...language.llm import ANSWER_SCHEMA, Verdict, Wish, first_messages, judge, repair_messages, wish_in
from ...messages import Message, message
from ..job_process import Ask, Progress

_WHYS = frozenset({"unreachable", "timeout", "refused", "redirect", "too_large", "nonsense"})


class _NoAnswer(Exception):
    """There is no answer; `why` is told to the user."""

    def __init__(self, why: Message) -> None:
        super().__init__(str(why))
        self.why = why


@dataclass(frozen=True)
class SecondReader:
    """A model by its name, and how to ask it."""

    model: str
    ask: Ask
    progress: Progress

    @classmethod
    def of_job(cls, spec: dict[str, Any], ask: Ask | None, progress: Progress) -> "SecondReader | None":
        """The reader that a job names; None where it names none, or nobody can be asked."""
        model = spec.get("reader")
        return cls(model, ask, progress) if model and ask is not None else None

    def read(self, words: str, outcome: ParseResult, situation: SessionFacts) -> ParseResult:
        """What the words ask for: the rules' outcome, unless that is a question which the model can answer."""
        wish = wish_in(words, outcome, situation)
        if wish is None:
            return outcome
        try:
            verdict = self._judged(wish)
        except _NoAnswer as failed:
            return self._noted(outcome, message("engine.reader.failed", model=self.model, why=failed.why))
        if verdict.kind == "plan":
            return self._plan(verdict, outcome)
        if verdict.kind == "offer":
            offered = outcome.model_copy(update={"offered": verdict.operations, "nearest": ()})
            return self._noted(offered, message("engine.reader.offered", model=self.model))
        return self._noted(outcome, message(f"engine.reader.{verdict.kind}", model=self.model))

    def _judged(self, wish: Wish) -> Verdict:
        """The verdict on the first answer, or on a second one that knows what was wrong with it. Raises _NoAnswer."""
        self.progress("reading", 0, 0, message("engine.progress.asking_model", model=self.model))
        answer = self._answer(first_messages(wish))
        verdict = judge(answer, wish)
        if verdict.kind == "wrong":
            verdict = judge(self._answer(repair_messages(wish, answer, verdict.problem)), wish)
        return verdict

    def _answer(self, messages: list[dict[str, str]]) -> str:
        answer = self.ask({"read": {"messages": messages, "schema": ANSWER_SCHEMA}})
        text = answer.get("text")
        if isinstance(text, str):
            return text
        why = answer.get("problem")
        name = why if why in _WHYS else "nonsense"
        raise _NoAnswer(message(f"engine.reader.why.{name}", status=int(answer.get("status") or 0)))

    def _plan(self, verdict: Verdict, outcome: ParseResult) -> ParseResult:
        return ParseResult(
            kind="plan",
            operations=verdict.operations,
            assumed=verdict.assumed,
            language=outcome.language,
            not_understood=verdict.unread,
            reader=self.model,
        )

    def _noted(self, outcome: ParseResult, note: Message) -> ParseResult:
        return outcome.model_copy(update={"note": note})
