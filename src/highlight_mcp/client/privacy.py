"""Saying once, before anything is sent, that footage leaves this machine, and where it goes."""

from urllib.parse import urlsplit

from ..messages import say
from .config import ClientConfig
from .records import Records
from .transport import LOOPBACK

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

    def notice(self) -> str | None:
        """The sentence that has not been said yet, None when there is nothing to say."""
        if self.host is None or self._records.get(KEY) is not None:
            return None
        return say("client.footage_leaves", host=self.host)

    def said(self) -> None:
        """Remember that the user was told. Raises ContractError `no_space`."""
        if self.host is not None:
            self._records.put(KEY, {"host": self.host})
