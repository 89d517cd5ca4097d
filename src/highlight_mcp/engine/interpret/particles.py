"""English verbs whose particle stands apart: "speed everything up", "fade the music in", "leave it alone"."""

from dataclasses import replace

from .token import Token

_PAIRS = {
    ("speed", "up"): "FASTER", ("slow", "down"): "SLOWER", ("turn", "up"): "LOUDER", ("turn", "down"): "QUIETER", ("bring", "down"): "QUIETER",
    ("bring", "up"): "LOUDER", ("crank", "up"): "LOUDER", ("take", "down"): "QUIETER", ("dial", "down"): "QUIETER", ("tone", "down"): "QUIETER",
    ("pull", "down"): "QUIETER", ("push", "up"): "LOUDER", ("bump", "up"): "LOUDER", ("put", "down"): "QUIETER", ("drop", "down"): "QUIETER", ("knock", "down"): "QUIETER",
    ("take", "out"): "REMOVE", ("cut", "out"): "REMOVE", ("throw", "out"): "REMOVE", ("leave", "out"): "REMOVE", ("take", "away"): "REMOVE",
    ("throw", "away"): "REMOVE", ("edit", "out"): "REMOVE", ("chop", "out"): "REMOVE", ("pull", "out"): "REMOVE", ("toss", "out"): "REMOVE", ("kick", "out"): "REMOVE",
    ("cut", "off"): "TRIM", ("chop", "off"): "TRIM", ("take", "off"): "TRIM", ("shave", "off"): "TRIM", ("trim", "off"): "TRIM", ("lop", "off"): "TRIM",
    ("fade", "in"): "FADE_IN", ("fade", "up"): "FADE_IN", ("fade", "out"): "FADE_OUT", ("fade", "down"): "FADE_OUT",
    ("cut", "down"): "SHORTEN", ("trim", "down"): "SHORTEN", ("tighten", "up"): "SHORTEN", ("boil", "down"): "SHORTEN", ("get", "down"): "SHORTEN", ("whittle", "down"): "SHORTEN",
    ("leave", "alone"): "LEAVE_ALONE", ("leave", "untouched"): "LEAVE_ALONE", ("keep", "as"): "LEAVE_ALONE", ("leave", "as"): "LEAVE_ALONE",
    ("keep", "unchanged"): "LEAVE_ALONE", ("leave", "be"): "LEAVE_ALONE", ("warm", "up"): "LOOK:warm", ("cool", "down"): "LOOK:cool",
    ("brighten", "up"): "BRIGHTER", ("put", "together"): "MAKE", ("cut", "together"): "MAKE", ("flip", "around"): "SWAP", ("switch", "around"): "SWAP",
    ("turn", "around"): "ROTATE", ("even", "out"): "LOUDNESS", ("level", "out"): "LOUDNESS",
}  # fmt: skip
_HEADS = frozenset(verb for verb, _ in _PAIRS)
_REACH = 6


def joined(tokens: list[Token]) -> list[Token]:
    """Tokens with the meaning of verb and particle put on the verb; the particle becomes filler."""
    out = list(tokens)
    for i, token in enumerate(tokens):
        verb = _verb(token.text)
        if token.kind != "word" or verb is None:
            continue
        for j in range(i + 1, min(len(tokens), i + 1 + _REACH)):
            if tokens[j].kind == "separator" or tokens[j].is_a("THEN", "BUT"):
                break
            concept = _PAIRS.get((verb, tokens[j].text))
            if concept:
                kept = frozenset({"FADE"}) if verb == "fade" else frozenset[str]()
                out[i] = replace(token, concepts=kept | {concept})
                out[j] = replace(tokens[j], concepts=frozenset({"FILLER"}))
                break
    return out


def _verb(text: str) -> str | None:
    for form in (text, text[:-1], text.removesuffix("ing"), text.removesuffix("ing") + "e", text.removesuffix("ed"), text.removesuffix("d")):
        if form in _HEADS:
            return form
    return None
