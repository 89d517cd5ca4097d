"""Paths as people type them."""

from pathlib import Path


class UnknownHome(Exception):
    """A path begins with the home of an account that is not there; the text is meant for the person at the shell."""


def shell_path(text: str | Path) -> Path:
    """The absolute path that somebody named at a shell or in a setting, where `~name` is a home as in every shell.

    Raises UnknownHome.
    """
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError:
        raise UnknownHome(
            f"{str(text)!r} begins with a home folder that cannot be found on this machine. Write the whole path, "
            "or put ./ before a name that begins with ~."
        ) from None


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
