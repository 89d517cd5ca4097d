"""MCP hosts: where each keeps its servers, in which notation, and what it takes to start this one from there."""
