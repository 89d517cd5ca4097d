"""Which words can carry a request."""

from .token import Token

VERBS = frozenset(
    {
        "REMOVE", "UNWANTED", "CUT", "KEEP", "TRIM", "LENGTHEN", "SHORTEN", "SHORTER", "LONGER", "ADD", "MAKE",
        "CHANGE", "FIND", "MOVE", "SWAP", "SORT", "REVERSE_ORDER", "SHUFFLE", "CHRONO", "BEST_FIRST",
        "COUNTDOWN", "SPLIT", "FASTER", "SLOWER", "HALF_SPEED", "QUARTER_SPEED", "DOUBLE_SPEED", "NORMAL_SPEED",
        "REPLAY", "FREEZE", "LOUDER", "QUIETER", "MUTE", "UNMUTE", "HALF_LOUD", "TWICE_LOUD", "DUCK",
        "LOUDNESS", "BEAT", "FADE", "ROTATE", "FLIP", "STABILIZE", "ZOOM", "DARKER", "BRIGHTER", "UNDO", "REDO",
        "RESTORE", "RESET", "EXPORT", "SKIP", "WHY", "TIGHTEN", "FAST_PACE", "SLOW_PACE", "LEAVE_ALONE",
        "VAGUE", "CREDITS", "STATUS", "STATE", "HOW_TO", "NUMBER_CLIPS", "WHEN_TALK", "PAD", "BLURRED_SIDES",
        "CENTRE_CROP", "FOLLOW_ACTION", "ASSEMBLE",
    }
)  # fmt: skip
NOUNS = frozenset(
    {
        "MUSIC", "TITLE", "CAPTION", "SUBTITLES", "CARD", "TRANSITION", "REEL", "SILENCE", "AUDIO",
        "SOURCE_SOUND", "FILTER", "OVERLAY",
    }
)  # fmt: skip
ACTS = (
    "REMOVE", "ADD", "MAKE", "CHANGE", "EXPORT", "CUT", "MOVE", "MUTE", "SWAP", "TRIM", "SPLIT", "FADE",
    "ROTATE", "UNDO", "FIND", "FREEZE", "FLIP", "STABILIZE",
)  # fmt: skip
PREFIXES = ("SHAPE:", "JOIN:", "LOOK:", "UNSUPPORTED:", "ASR:")


def is_head(token: Token) -> bool:
    """Whether a token can carry a request of its own."""
    return bool(token.concepts & VERBS) or is_object(token)


def is_object(token: Token) -> bool:
    return bool(token.concepts & NOUNS) or any(c.startswith(PREFIXES) for c in token.concepts)
