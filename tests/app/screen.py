"""What a person sees and does: a page in a browser, by its names and words."""

import re
from pathlib import Path
from typing import Any

from highlight_mcp.server.timeline_app import TIMELINE_URI

from .bridge import Bridge

WAIT_MS = 60_000
OFFERS: dict[str, Any] = {
    "serverTools": {},
    "serverResources": {},
    "message": {"text": {}},
    "updateModelContext": {"text": {}},
    "openLinks": {},
    "downloadFile": {},
}


class Screen:
    """One page of the host with the app in it."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.app = page.frame_locator("iframe")

    def get(self, selector: str) -> Any:
        """An element of the app."""
        return self.app.locator(selector)

    def button(self, name: str) -> Any:
        """A button by its name for everybody."""
        return self.app.get_by_role("button", name=name, exact=True)

    @property
    def clips(self) -> Any:
        """The rows of the list of clips."""
        return self.get(".clip")

    def shows(self, selector: str, count: int | None = None, text: str | None = None) -> Any:
        """Wait until there are so many such elements, or one with this text; the elements."""
        found = self.get(selector)
        if text is not None:
            found = found.filter(has_text=text)
        if count is None:
            found.first.wait_for(timeout=WAIT_MS)
            return found
        if count == 0:
            found.first.wait_for(state="detached", timeout=WAIT_MS)
            return found
        found.nth(count - 1).wait_for(timeout=WAIT_MS)
        found.nth(count).wait_for(state="detached", timeout=WAIT_MS)
        return found

    def settled(self) -> None:
        """Wait until nothing is being done."""
        self.get("body:not(.busy)").wait_for(timeout=WAIT_MS)
        self.shows(".work", 0)
        self.shows(".picture.old", 0)

    def version(self, number: int) -> None:
        """Wait until this version is shown."""
        self.shows(".count", text=f"version {number}")
        self.settled()

    def times(self) -> list[str]:
        """The place of every clip in the cut, such as `0:00–0:03`."""
        return [re.match(r"[\d:.–]+", text)[0] for text in self.get(".clip-time").all_inner_texts()]  # type: ignore[index]

    def host(self, expression: str) -> Any:
        """A value of the host's page."""
        return self.page.evaluate(f"host.{expression}")

    def calls(self, tool: str) -> list[dict[str, Any]]:
        """The arguments of each call of a tool that the app has made."""
        return [
            each["params"]["arguments"]
            for each in self.host("calls")
            if each["method"] == "tools/call" and each["params"]["name"] == tool
        ]

    def reads(self, scheme: str) -> list[str]:
        """The resources of a scheme that the app has read."""
        uris = [each["params"]["uri"] for each in self.host("calls") if each["method"] == "resources/read"]
        return [uri for uri in uris if uri.startswith(scheme)]

    def drag(self, selector: str, by_x: float, place: float = 0.5) -> None:
        """Take hold of an element at a share of its width and let go elsewhere."""
        box = self.get(selector).bounding_box()
        x, y = box["x"] + box["width"] * place, box["y"] + box["height"] / 2
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + by_x / 2, y, steps=4)
        self.page.mouse.move(x + by_x, y, steps=4)
        self.page.mouse.up()

    def picture(self, path: Path) -> None:
        """A picture of the whole app."""
        height = self.page.evaluate("document.querySelector('iframe').offsetHeight")
        self.page.set_viewport_size({"width": self.page.viewport_size["width"], "height": height})
        self.page.screenshot(path=path)


class Desk:
    """Opens screens and notes what they ask the network for and what goes wrong in them."""

    def __init__(self, browser: Any, bridge: Bridge) -> None:
        self._browser = browser
        self.bridge = bridge
        self._pages: list[Any] = []
        self._requests: list[str] = []
        self.errors: list[str] = []

    def open(
        self,
        result: dict[str, Any] | None = None,
        *,
        width: int = 760,
        scheme: str = "light",
        offers: dict[str, Any] | None = None,
        arguments: dict[str, Any] | None = None,
        **context: Any,
    ) -> Screen:
        """Show the app for the result of a call."""
        self.bridge.settings = {
            "uri": TIMELINE_URI,
            "capabilities": OFFERS if offers is None else offers,
            "context": {"locale": "en-US", **context},
            "arguments": arguments or {},
            "result": result,
        }
        page = self._browser.new_page(viewport={"width": width, "height": 1000}, color_scheme=scheme)
        page.set_default_timeout(WAIT_MS)
        page.on("request", lambda request: self._requests.append(request.url))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._heard)
        page.goto(self.bridge.url)
        self._pages.append(page)
        return Screen(page)

    def cut(self, session_id: str, **more: Any) -> Screen:
        """The app as it appears after somebody looked at a session; waits for its clips."""
        screen = self.open(self.bridge.result("get_state", session_id=session_id), **more)
        screen.shows(".clip")
        screen.settled()
        return screen

    def outside(self) -> list[str]:
        """Requests to anywhere but the host's own page."""
        own = (self.bridge.url, "data:", "about:", "blob:")
        return [url for url in self._requests if not url.startswith(own)]

    def close(self) -> None:
        for page in self._pages:
            page.close()

    def _heard(self, message: Any) -> None:
        if message.type == "error" and "favicon" not in str(message.location):
            self.errors.append(message.text)
