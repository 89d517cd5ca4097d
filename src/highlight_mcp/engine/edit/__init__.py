"""The edit: words and typed operations become the next version of a timeline."""
