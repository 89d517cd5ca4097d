"""The MCP face: tools, resources, prompts, progress, results. Speaks to any backend through `client/`."""
