"""The `words` job: sentences in, outcomes out."""

from typing import Any

from ...language.benchmark_format import answer
from ..worker.errors import EngineError
from ..worker.reporter import Progress


def run(spec: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`{"items": [{"id", "context", "text"}]}` → `{"results": [{"id", "result"}]}`. Raises EngineError(bad_request)."""
    results = []
    for item in spec.get("items") or ():
        try:
            results.append({"id": item.get("id"), "result": answer(item["text"], item["context"])})
        except (KeyError, TypeError, AttributeError) as error:
            raise EngineError("bad_request", "engine.words_item", error=repr(error)) from error
    return {"results": results}
