"""XML that is written for other editors, and read from them: no entities, no outside, and each element with its line.

What is read is untrusted: a document type may be named, as Final Cut Pro and Premiere do, but may declare nothing, so
that no entity can be expanded or fetched; depth and number of elements are bounded.
"""

from typing import Any
from xml.etree import ElementTree as Tree
from xml.parsers import expat

from . import InterchangeError
from .sources import plain

MOST_ELEMENTS = 500_000
"""A cut of 5,000 clips has some 30 elements for each."""
DEEPEST = 200


class LinedElement(Tree.Element):
    """An element that knows the line it stands on."""

    line: int = 0


def read_xml(text: str) -> LinedElement:
    """The root of a document. Raises InterchangeError, which names the line."""
    reader = _TreeBuilder()
    parser = expat.ParserCreate("utf-8")  # whatever it declares: it is text already
    parser.buffer_text = True
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    parser.StartElementHandler = lambda tag, attributes: reader.start(tag, attributes, parser.CurrentLineNumber)
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = lambda _name, system, public, internal: _refuse(
        bool(system or public or internal), parser
    )
    parser.EntityDeclHandler = lambda *_: _refuse(True, parser)
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        reason = expat.ErrorString(error.code)
        raise InterchangeError("interchange.broken_xml", line=error.lineno, reason=reason) from None
    if reader.root is None:
        raise InterchangeError("interchange.broken_xml", line=1, reason=expat.ErrorString(3))
    return reader.root


def line_of(read: Tree.Element) -> int:
    """The line on which an element of a document that was read begins."""
    return read.line if isinstance(read, LinedElement) else 0


class _TreeBuilder:
    """Builds the tree while expat reads."""

    def __init__(self) -> None:
        self.root: LinedElement | None = None
        self._open: list[LinedElement] = []
        self._count = 0
        self._last: LinedElement | None = None

    def start(self, tag: str, attributes: dict[str, str], line: int) -> None:
        self._count += 1
        if self._count > MOST_ELEMENTS or len(self._open) >= DEEPEST:
            raise InterchangeError("interchange.too_much_xml", line=line)
        element = LinedElement(tag, attributes)
        element.line = line
        if self._open:
            self._open[-1].append(element)
        else:
            self.root = element
        self._open.append(element)
        self._last = None

    def end(self, _tag: str) -> None:
        self._last = self._open.pop()

    def text(self, text: str) -> None:
        if self._last is not None:
            self._last.tail = (self._last.tail or "") + text
        elif self._open:
            self._open[-1].text = (self._open[-1].text or "") + text


def _refuse(declares: bool, parser: Any) -> None:
    if declares:
        raise InterchangeError("interchange.hostile_xml", line=parser.CurrentLineNumber)


def write_xml(root: Tree.Element, doctype: str) -> str:
    """A document with its indentation and its document type, which declares nothing."""
    Tree.indent(root, space="  ")
    body = Tree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE {doctype}>\n{body}\n'


def element(parent: Tree.Element | None, tag: str, text: object = None, **attributes: object) -> Tree.Element:
    """A new element in `parent`; attributes that are None are left out."""
    given = {name: plain(str(value)) for name, value in attributes.items() if value is not None}
    made = Tree.Element(tag, given) if parent is None else Tree.SubElement(parent, tag, given)
    if text is not None:
        made.text = plain(str(text))
    return made
