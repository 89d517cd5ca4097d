"""Video: probe, analyse, choose moments, understand words, preview, render. No HTTP, no database, no MCP.

`python -m highlight_mcp.engine` runs one job in a process of its own.
"""
