"""The wire contract: endpoints, bodies, draft JSON, stream events, error codes, formats. No input or output."""
