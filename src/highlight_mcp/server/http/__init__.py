"""Serving over HTTP: who may call, the people of a shared server, and how files come and go from afar."""
