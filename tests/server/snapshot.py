"""The public face as data. Renew it with `python tests/server/snapshot.py` and review the difference."""

import json
from pathlib import Path
from typing import Any

from highlight_mcp.server.timeline_app import binding
from highlight_mcp.server.tool import output
from highlight_mcp.server.tools import TOOLS

FILE = Path(__file__).with_name("tools.json")


def face() -> list[dict[str, Any]]:
    """Every tool as a host sees it."""
    return [
        {
            "name": tool.name,
            "title": tool.title,
            "description": tool.description,
            "annotations": tool.annotations.model_dump(by_alias=True),
            "inputSchema": tool.input_schema,
            "outputSchema": output(tool.result),
            **({"_meta": meta} if (meta := binding(tool.name)) else {}),
        }
        for tool in TOOLS
    ]


if __name__ == "__main__":
    FILE.write_text(json.dumps(face(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
