"""`python -m highlight_mcp`: the same as the `highlight-mcp` command."""

from .cli import main

raise SystemExit(main())
