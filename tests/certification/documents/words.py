"""What a test reads off a Word file."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import docx
from docx.oxml.ns import qn

__all__ = ["paragraphs", "part", "rewritten", "styles", "text_of"]


def part(word: bytes, name: str = "word/document.xml") -> str:
    with zipfile.ZipFile(io.BytesIO(word)) as package:
        return package.read(name).decode()


def rewritten(
    word: bytes, old: str, new: str, name: str = "word/document.xml", *, packing: int = zipfile.ZIP_STORED
) -> bytes:
    """The Word file with other text in one of its parts."""
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(word)) as before, zipfile.ZipFile(kept, "w", packing) as after:
        for one in before.namelist():
            content = before.read(one)
            if one == name:
                assert old in content.decode(), old
                content = content.decode().replace(old, new).encode()
            after.writestr(one, content)
    return kept.getvalue()


def paragraphs(word: bytes) -> list[tuple[str, str]]:
    """Style and text of every paragraph of the body, those in tables too, in their order."""
    opened = docx.Document(io.BytesIO(word))
    names = {style.style_id: style.name for style in opened.styles}
    found = []
    for one in opened.element.body.iter(qn("w:p")):
        style = one.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        text = "".join("\n" if run.tag == qn("w:br") else run.text or "" for run in one.iter(qn("w:t"), qn("w:br")))
        found.append((names[style.get(qn("w:val"))] if style is not None else "Normal", text))
    return found


def styles(word: bytes) -> dict[str, Any]:
    return {one.name: one for one in docx.Document(io.BytesIO(word)).styles}


def text_of(word: bytes) -> str:
    return "\n".join(text for _, text in paragraphs(word))
