"""What every room may stand on; it knows the standard library alone."""
