"""Serving the wire contract: HTTP, accounts, durable jobs, storage. The engine runs in child processes."""
