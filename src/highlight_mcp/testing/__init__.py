"""For the tests of those who build on this: a real backend, and a cloud that misbehaves as told.

`backend` runs our own backend on loopback. `scripted_cloud` puts a proxy before one that follows the cloud's
rules, and lets single calls suffer faults: answers that are late, lost, cut, refused, redirected or malformed
(`highlight_mcp.testing.faults`), edit streams in other dialects or broken at any byte
(`highlight_mcp.testing.streams`). It keeps every request, to be asserted on:

    from highlight_mcp.testing import faults, scripted_cloud, streams

    def test_my_client_submits_once(tmp_path):
        with scripted_cloud(tmp_path) as cloud:
            cloud.script("submit", faults.hang_up(passed_on=True))        # the first answer is lost
            cloud.script("poll", faults.status(503), calls=range(1, 4))   # then three errors
            cloud.script("edit", streams.rewritten(streams.heartbeats(), streams.in_fragments()), calls=None)
            my_client(cloud.url).make_a_reel()                            # or HIGHLIGHT_BACKEND=<cloud.url>
            assert len(cloud.requests("submit")) == 1
            assert all("x-skill-source" in request.headers for request in cloud.seen)

Tokens expire with `cloud.expire_tokens()`, sessions get lost with `cloud.lose_sessions()`, and nobody listens
within `cloud.refusing()`.
"""

from . import faults, streams
from .exchange import Exchange
from .faults import AnswerFault
from .scripted import ENDPOINTS, Rule, ScriptedCloud, backend, scripted_cloud
from .wire import HttpAnswer, ReceivedRequest

__all__ = [
    "ENDPOINTS", "AnswerFault", "Exchange", "HttpAnswer", "ReceivedRequest", "Rule", "ScriptedCloud", "backend",
    "faults", "scripted_cloud", "streams",
]  # fmt: skip
