"""The page of the timeline: its parts, and putting them together."""
