"""Saying once, before anything is sent, that footage leaves this machine, and where it goes."""

from urllib.parse import urlsplit

from ..timeline.say import Say, language_of
from .config import ClientConfig
from .records import Records
from .transport import LOOPBACK

NOTICE = Say(
    en="Your footage leaves this machine: it is sent to {host} to be edited there. "
    "To keep it here, set HIGHLIGHT_BACKEND=local. This is said only once.",
    zh="你的素材将离开本机：会发送到 {host} 进行剪辑。如需留在本机，请设置 HIGHLIGHT_BACKEND=local。此提示只出现一次。",
)
KEY = "footage leaves this machine"


class Disclosure:
    """What the user has to know about one service, remembered in the data directory."""

    def __init__(self, config: ClientConfig, records: Records) -> None:
        self._config = config
        self._records = records

    @property
    def host(self) -> str | None:
        """The host that footage is sent to, None when it stays on this machine."""
        host = urlsplit(self._config.base_url).hostname or ""
        stays = self._config.kind == "embedded" or (self._config.kind == "remote" and host in LOOPBACK)
        return None if stays else host

    def notice(self, language: str | None) -> str | None:
        """The sentence that has not been said yet, None when there is nothing to say."""
        if self.host is None or self._records.get(KEY) is not None:
            return None
        return NOTICE.within(language_of(language)).format(host=self.host)

    def said(self) -> None:
        """Remember that the user was told. Raises ContractError `no_space`."""
        if self.host is not None:
            self._records.put(KEY, {"host": self.host})
