"""What sound and pictures say, as numbers over time."""
