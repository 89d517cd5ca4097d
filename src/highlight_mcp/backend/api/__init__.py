"""The endpoints of the wire contract."""
