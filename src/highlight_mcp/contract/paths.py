"""Paths as people type them."""

from pathlib import Path


def typed_path(text: str) -> Path:
    """The path that a text names; `~` is the home of whoever runs this.

    The homes of other accounts are nobody's business: `~name` is a plain name, whether there is such
    an account or not.
    """
    path = Path(text)
    try:
        return path.expanduser() if path.parts[:1] == ("~",) else path
    except RuntimeError:
        return path
