"""A clip for each field of a clip, in which that field alone differs from the clip as it was cut."""

from fractions import Fraction
from typing import Any

from highlight_mcp.contract.draft_codec import dump_draft
from highlight_mcp.messages import verbatim
from highlight_mcp.timeline.model import Clip, Crop, Filter, Placement, Timeline, Transition, VideoTrack, Zoom
from highlight_mcp.timeline.time import TimeRange

CORNER = Crop(x=0.75, y=0.0, width=0.25, height=0.25)
CUT = Clip(
    id="a", start_ms=0, duration_ms=4000, media_id="m", source=TimeRange(start_ms=0, end_ms=4000), label="match 0:00"
)
LOOKS: dict[str, Any] = {
    "speed": Fraction(2),
    "ramp": -0.6,
    "volume": 0.5,
    "denoise": 0.5,
    "fade_in_ms": 500,
    "fade_out_ms": 600,
    "picture_fade_in_ms": 700,
    "picture_fade_out_ms": 800,
    "freeze": True,
    "fit": "pad",
    "rotate": 90,
    "flip": "vertical",
    "crop": CORNER,
    "placement": Placement(position="bottom-left", width=0.2),
    "zoom": Zoom(start=Crop(x=0, y=0, width=1, height=1), end=Crop(x=0.25, y=0.25, width=0.5, height=0.5)),
    "filters": (Filter(name="blur", region=CORNER),),
    "transition": Transition(kind="wipe", duration_ms=400),
}
"""What is done to a clip: told wherever clips are listed."""
FACTS: dict[str, Any] = {
    "id": "b",
    "start_ms": 1000,
    "duration_ms": 5000,
    "media_id": "n",
    "source": TimeRange(start_ms=1000, end_ms=5000),
    "label": "party 0:00",
    "score": 0.5,
    "why": verbatim("crowd"),
}
"""What a clip is: told as its place, its footage and its reason."""
CARDS: dict[str, Any] = {"color": "#ff0000"}
"""What clips without footage have."""
HIDDEN = {
    "focus": "which side of wider footage is kept: the pictures show it, and it is settled anew with the shape",
    "camera": "how the crop goes along with its subject, found anew with the shape; the edit that found it tells it",
    "hand_framed": "that a clip is framed for itself: the edit that did it tells it, the pictures show it",
    "extra": "fields of others, which are kept as they came",
}
"""What no list of clips tells, and why."""
PARTS: dict[str, dict[str, Any]] = {
    "filters": {
        "name": (Filter(name="bw"),),
        "amount": (Filter(name="blur", amount=0.5),),
        "region": (Filter(name="blur"),),
    },
    "transition": {
        "kind": Transition(kind="slide", duration_ms=400),
        "duration_ms": Transition(kind="wipe", duration_ms=900),
    },
    "placement": {
        "position": Placement(position="top", width=0.2),
        "width": Placement(position="bottom-left", width=0.6),
        "opacity": Placement(position="bottom-left", width=0.2, opacity=0.5),
    },
}
"""For the fields of a look: the look with that field alone other than in `LOOKS`."""


def draft(**changed: Any) -> dict[str, Any]:
    """A draft of one clip in which these fields differ; a card where the colour does."""
    card = {"media_id": None, "source": None} if "color" in changed else {}
    clip = Clip(**{**dict(CUT), **card, **changed})
    return dump_draft(Timeline(tracks=(VideoTrack(id="v", clips=(clip,)),)), lambda _media: None)
