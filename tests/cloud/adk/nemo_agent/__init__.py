"""An agent of the Agent Development Kit."""
