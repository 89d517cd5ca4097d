"""Who we say we are: the headers that every call to the service carries."""

from ..contract.local import SETTINGS_HEADER
from .config import ClientConfig

SKILL = "highlight-editor-hd"
PLATFORMS = ("clawhub", "cursor", "unknown")


def attribution(config: ClientConfig) -> dict[str, str]:
    """The three attribution headers, and our settings for a backend of ours.

    A missing one makes the cloud refuse exports.
    """
    own = {} if config.job_settings is None else {SETTINGS_HEADER: config.job_settings.header}
    named = platform(config.platform)
    return {"X-Skill-Source": SKILL, "X-Skill-Version": config.version, "X-Skill-Platform": named, **own}


def platform(named: str | None, install_path: str = "") -> str:
    """The platform by its name if that is known, else by where we are installed, else `unknown`."""
    if named in PLATFORMS[:2]:
        return str(named)
    path = install_path.replace("\\", "/")
    if ".clawhub/" in path:
        return "clawhub"
    return "cursor" if ".cursor/skills/" in path else "unknown"
