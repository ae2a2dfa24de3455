"""XML as elements that know their line. Document type declarations are refused, and with them every entity: nothing
is unfolded, and nothing is fetched."""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.parsers import expat

from lrs.errors import InvalidRequest

DEEPEST = 64
MOST_ELEMENTS = 200_000


@dataclass(slots=True)
class Element:
    """An element; `name` is "namespace name", or the name alone where it is in none."""

    name: str
    attributes: dict[str, str]
    line: int
    children: list[Element] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What stands directly in it, without blanks at either end."""
        return "".join(self.texts).strip()


def read(document: bytes, clause: str = "") -> Element:
    """The root element. Raises InvalidRequest, which names the clause that asks for XML, for what is not well-formed,
    declares a document type or is too large."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    open_elements: list[Element] = []
    roots: list[Element] = []
    count = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if count > MOST_ELEMENTS:
            raise _refused(parser.CurrentLineNumber, f"more than {MOST_ELEMENTS} elements are not taken", clause)
        if len(open_elements) == DEEPEST:
            raise _refused(parser.CurrentLineNumber, f"elements lie more than {DEEPEST} deep in one another", clause)
        element = Element(name, attributes, parser.CurrentLineNumber)
        (open_elements[-1].children if open_elements else roots).append(element)
        open_elements.append(element)

    def end(_name: str) -> None:
        open_elements.pop()

    def text(words: str) -> None:
        open_elements[-1].texts.append(words)

    def doctype(*_: object) -> None:
        raise _refused(
            parser.CurrentLineNumber, "a document type declaration (<!DOCTYPE …>) is not taken; remove it", clause
        )

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(document, True)
    except expat.ExpatError as error:
        raise _refused(error.lineno, f"this is not well-formed XML: {expat.ErrorString(error.code)}", clause) from None
    except (LookupError, ValueError):
        raise _refused(1, "the encoding that it declares is not known; save it as UTF-8", clause) from None
    return roots[0]


def _refused(line: int, message: str, clause: str) -> InvalidRequest:
    return InvalidRequest.at(f"line {line}", message, clause)
