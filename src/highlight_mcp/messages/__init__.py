"""Every sentence that a person or a model reads, by key, in each language of the product.

`<language>/<room>.toml` holds the sentences of one room, `"no_clip" = "There is no clip {n}."`; the key of that one
is `timeline.no_clip`. What to do about it stands beside it, as `no_clip.next`. A slot is `{n}`, `{n:,}` with a format,
or `{n|clip|clips}`, a number with its noun. The files of a room are read when its first sentence is shown.
"""

from .message import (
    LANGUAGES,
    Argument,
    InWords,
    Language,
    Message,
    active_language,
    has,
    in_words,
    keys,
    language_of,
    listed,
    load,
    message,
    next_step_of,
    say,
    set_language,
    slots_of,
    use_language,
    verbatim,
)

__all__ = [
    "LANGUAGES", "Argument", "InWords", "Language", "Message", "active_language", "has", "in_words", "keys",
    "language_of", "listed", "load", "message", "next_step_of", "say", "set_language", "slots_of", "use_language",
    "verbatim",
]  # fmt: skip
