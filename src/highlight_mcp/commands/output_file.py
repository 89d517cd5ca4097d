"""Where a command puts its reel: checked before any work, and never over another file."""

import errno
import secrets
import shutil
from pathlib import Path

from ..contract.addresses import shell_path
from ..contract.formats import misnamed
from ..core.files import move_to_new


class UnusableOutput(Exception):
    """Nothing can be put there; the text is meant for the person at the shell."""


def target_of(output: str) -> Path:
    """The file that `-o` names. Raises Unusable when it is there already, or promises another format than MP4."""
    target = shell_path(output)
    lie = misnamed(target.name)
    if lie is not None:
        raise UnusableOutput(lie.text)
    if target.exists() or target.is_symlink():
        raise UnusableOutput(f"{target} exists already. Choose another name or remove it.")
    return target


def partial_of(target: Path) -> Path:
    """A name beside the target that no other run has."""
    return target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")


def move_reel(made: Path, target: Path) -> Path:
    """Move a finished reel to where it is wanted, over file systems if need be; where it is then.

    When something has the name by now, the reel stays where it was made. Raises OSError.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        move_to_new(made, target)
    except FileExistsError:
        return made
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        return _move_across(made, target)
    return target


def _move_across(made: Path, target: Path) -> Path:
    """The same to another file system, where a copy beside the target is given its name."""
    partial = partial_of(target)
    try:
        shutil.copyfile(made, partial)
        move_to_new(partial, target)
    except FileExistsError:
        return made
    finally:
        partial.unlink(missing_ok=True)
    made.unlink()
    return target
