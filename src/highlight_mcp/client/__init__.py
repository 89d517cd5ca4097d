"""Speaking the wire contract to any backend: the embedded one, a team's, or the NemoVideo cloud."""
