"""The tools as a Markdown table; the README carries it."""

from .tools import TOOLS


def tools_table() -> str:
    """One row per tool in the order of `tools/list`: name, arguments (the needed ones bold), description."""
    rows = []
    for tool in TOOLS:
        schema = tool.input_schema
        needed = set(schema.get("required", ()))
        names = (f"**{name}**" if name in needed else name for name in schema["properties"])
        rows.append(f"| `{tool.name}` | {', '.join(names)} | {tool.description} |")
    return "\n".join(["| tool | arguments | what it does |", "|---|---|---|", *rows])
