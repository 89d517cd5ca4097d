"""Cutting a sentence into clauses; stretches that ask for nothing join the clause they describe."""

from dataclasses import replace
from itertools import pairwise

from .negation import keeps_a_thing
from .tokens import ACTS, NOUNS, VERBS, Clause, Token, is_head, is_object


def split(tokens: list[Token]) -> list[Clause]:
    """Cut at separators; stretches that ask for nothing join the clause they describe."""
    clauses: list[Clause] = []
    pending: list[Token] = []
    for segment, joined in _segments(tokens):
        heads = [t for t in segment if is_head(t)]
        if not heads and _curt(segment):
            heads = [t for t in segment if t.kind == "factor"]
        if not heads and strange(segment):
            clauses.append(Clause([*pending, *segment], joined=joined))
            pending = []
            continue
        if heads and clauses and _only_details(segment, heads, clauses[-1]):
            clauses[-1].tokens += segment
            continue
        if not heads and clauses and joined in ("AND", "weak", "THEN", "BUT") and _says_another(segment, clauses[-1]):
            clauses.append(Clause(segment, _verbs(clauses[-1]), joined=joined))
            continue
        if not heads:
            if clauses and not pending and joined != "strong-start":
                clauses[-1].tokens += segment
            else:
                pending += segment
            continue
        segment = _opened(segment)
        strong_verbs = frozenset(
            c for t in heads for c in t.concepts if c in VERBS and (c == "KEEP" or "FILLER" not in t.concepts)
        )
        inherited = frozenset[str]()
        if (
            clauses
            and not strong_verbs
            and not opens_strangely(segment)
            and joined in ("AND", "weak")
            and any(t.concepts & NOUNS for t in segment)
            and not any(t.is_a("FRONT", "BACK") and t.is_a("MOVE") for t in segment)
            and not any(t.is_a("UNWANTED", "NOT") for t in clauses[-1].tokens)
        ):
            inherited = _verbs(clauses[-1])
        clauses.append(Clause(pending + segment, inherited, joined=joined))
        pending = []
    if pending:
        if clauses:
            clauses[-1].tokens += pending
        else:
            clauses.append(Clause(pending))
    _shared_verbs(clauses)
    return clauses


def strange(segment: list[Token]) -> bool:
    """`yeet the last to the front`: a verb that nobody knows, with clips of its own."""
    if not any(t.kind == "clips" for t in segment) or not any(t.kind == "unknown" for t in segment):
        return False
    return opens_strangely(segment) or any(t.text in ("把", "将", "到", "在", "去", "成", "给") for t in segment)


def opens_strangely(segment: list[Token]) -> bool:
    """Whether a word that nobody knows stands where the verb would, not between an article and a thing."""
    said = [t for t in segment if t.kind != "separator" and not t.is_a("AND", "THEN", "BUT")]
    first = next((i for i, t in enumerate(said) if not t.is_a("FILLER") or t.text in _ARTICLES), None)
    return first is not None and said[first].kind == "unknown" and len(said) > first + 1


_ARTICLES = frozenset({"the", "that", "this", "my", "our", "those", "these", "its", "a", "an"})


def _opened(segment: list[Token]) -> list[Token]:
    """`…, but get rid of the last`: before a verb `but` opens a request and excepts nothing."""
    first, *rest = segment
    acts = any(t.concepts & VERBS and (t.is_a("KEEP") or not t.is_a("FILLER")) for t in rest[:2])
    acts = acts or (bool(rest) and rest[0].kind == "clips" and any(t.is_a("KEEP", "LEAVE_ALONE") for t in rest))
    acts = acts or keeps_a_thing(rest)
    return [replace(first, concepts=first.concepts - {"EXCEPT"}), *rest] if first.is_a("BUT") and acts else segment


def _curt(segment: list[Token]) -> bool:
    """`third clip: 2x`, `the others 2x`: clips and a factor say enough."""
    if all(t.kind in ("separator", "factor") or t.is_a("FILLER") for t in segment):
        return any(t.kind == "factor" and t.text.endswith("速") for t in segment)
    return any(t.kind == "clips" or t.is_a("REST") for t in segment) and any(t.kind == "factor" for t in segment)


def _shared_verbs(clauses: list[Clause]) -> None:
    """`title and music off`: a bare noun takes the verb of the clause it is tied to."""
    for clause, following in pairwise(clauses):
        bare = not any(t.concepts & VERBS or t.kind in ("clips", "quote", "asset") for t in clause.tokens)
        if bare and following.joined == "AND" and any(t.concepts & NOUNS for t in clause.tokens):
            clause.inherited = _verbs(following)


def _verbs(clause: Clause) -> frozenset[str]:
    return frozenset(c for t in clause.tokens for c in t.concepts if c in VERBS) | clause.inherited


def _says_another(segment: list[Token], before: Clause) -> bool:
    """`… of clip 2 and the last 3 secs of clip 5`: the same request once more, for other clips."""
    valued = ("head", "tail", "duration", "factor", "percent", "decibels")
    if not any(t.kind == "clips" for t in segment) or not any(t.kind == "clips" for t in before.tokens):
        return False
    return any(t.kind in valued for t in segment) and any(t.is_a(*VERBS) for t in before.tokens)


def _only_details(segment: list[Token], heads: list[Token], before: Clause) -> bool:
    """`…, shown for 3 seconds, centred, in yellow`: how the text before is to look, not a new request."""
    words = any(t.kind == "quote" for t in segment) and not any(t.kind == "quote" for t in before.tokens)
    if words and any(t.is_a("CARD", "TITLE", "CAPTION") for t in before.tokens):
        return all(t.is_a("ADD", "SAYING") for t in heads)
    if not any(t.kind == "quote" for t in before.tokens) or any(t.kind in ("quote", "clips", "asset") for t in segment):
        return False
    if any(is_object(t) and not t.is_a("CAPTION") for t in segment):
        return False
    styled = any(
        t.is_a("LARGE", "SMALL") or any(c.startswith(("COLOUR:", "POSITION:")) for c in t.concepts) for t in segment
    )
    timed = any(t.kind in ("duration", "head", "tail", "range", "time") or t.is_a("THROUGHOUT") for t in segment)
    showing = all(t.is_a("ADD", "SAYING", "KEEP", "MAKE", "CHANGE", "LOUDER", "MOVE") for t in heads)
    return showing and (styled or (timed and all(t.is_a("ADD", "SAYING", "KEEP") for t in heads)))


def _segments(tokens: list[Token]) -> list[tuple[list[Token], str]]:
    out: list[tuple[list[Token], str]] = []
    current: list[Token] = []
    joined = ""
    for i, token in enumerate(tokens):
        cut = _boundary(tokens, i)
        if cut:
            if any(t.kind != "separator" for t in current):
                out.append((current, joined))
            elif out:
                out[-1][0].extend(current)
            current, joined = [token], cut
        else:
            current.append(token)
    if current:
        out.append((current, joined))
    return out


def _boundary(tokens: list[Token], i: int) -> str:
    token = tokens[i]
    if token.kind == "separator":
        return str(token.value)
    if token.is_a("AND", "THEN", "BUT") and i + 1 < len(tokens):
        rest = _until_boundary(tokens, i + 1)
        for kind in ("clips", "asset"):
            if token.is_a("AND") and tokens[i - 1].kind == kind and rest and rest[0].kind == kind:
                return ""
        if token.is_a("AND") and not any(is_head(t) or t.kind == "clips" for t in rest):
            return ""
        if token.text in ("再", "并", "和", "跟") and not (rest and any(t.is_a(*ACTS) for t in rest[:3])):
            return ""
        if token.text == "再" and not any(is_head(t) for t in tokens[:i]):
            return ""
        return "AND" if token.is_a("AND") else ("BUT" if token.is_a("BUT") else "THEN")
    return ""


def _until_boundary(tokens: list[Token], i: int) -> list[Token]:
    out = []
    for token in tokens[i:]:
        if token.kind == "separator" or token.is_a("AND", "THEN", "BUT"):
            break
        out.append(token)
    return out
