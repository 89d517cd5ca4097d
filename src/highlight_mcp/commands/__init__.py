"""The commands of `highlight-mcp`, one module each with `run(arguments) -> exit status`."""
