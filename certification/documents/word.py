"""Fills a Word template with an office document's values.

A template comes from outside: it is checked before it is kept (`template_checks`), knows no functions, and cannot reach
beyond the values, which are texts and lists. What is filled in is escaped, so that a text is never taken for a field.
"""

from __future__ import annotations

import io
from typing import Any

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from certification.documents.filled import values
from certification.documents.form import FONT, STYLE_OF
from certification.documents.office import OfficeDocument
from certification.documents.packing import packed
from certification.documents.typography import composed

__all__ = ["FILTERS", "render"]

FILTERS = ("length", "upper", "lower", "first", "last")
"""What a template may do with a value."""


def render(template: bytes, document: OfficeDocument) -> bytes:
    """The document as a Word file; the same bytes for the same template and values.

    Raises what Jinja or docxtpl raise for a template that was not checked.
    """
    annexed = bool(document.annexes or (document.kind.persons and document.persons))
    return _filled(template, values(document), annexed=annexed, draft=composed(document.draft))


def _filled(template: bytes, told: dict[str, Any], *, annexed: bool, draft: str) -> bytes:
    environment = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    environment.globals.clear()
    environment.filters = {name: environment.filters[name] for name in FILTERS}
    word: Any = DocxTemplate(io.BytesIO(template))
    word.render(told, jinja_env=environment)
    body = word.docx.element.body
    if not annexed:
        _without_last_section(body)
    _keep_signatures(body, word.docx)
    if draft:
        _mark(word.docx, draft)
    kept = io.BytesIO()
    word.save(kept)
    return packed(kept.getvalue())


def _without_last_section(body: Any) -> None:
    """The last section of several is that of the annexes: without annexes it goes."""
    ends = [one for one in body.iterchildren(qn("w:p")) if one.find(f"{qn('w:pPr')}/{qn('w:sectPr')}") is not None]
    if not ends:
        return
    for after in list(ends[-1].itersiblings()):
        body.remove(after)
    section = ends[-1].find(f"{qn('w:pPr')}/{qn('w:sectPr')}")
    body.remove(ends[-1])
    body.append(section)


def _mark(word: Any, text: str) -> None:
    """A word at the head of every page; before everything else where the template has no head of pages."""
    # Filling in puts new parts into the file where python-docx still gives the old ones.
    heads = [one.target_part.element for one in word.part.rels.values() if one.reltype == RELATIONSHIP_TYPE.HEADER]
    for head in heads or [word.element.body]:
        added = parse_xml(
            f'<w:p {nsdecls("w")}><w:pPr><w:jc w:val="right"/></w:pPr><w:r><w:rPr><w:rFonts w:ascii="{FONT}" '
            f'w:hAnsi="{FONT}" w:cs="{FONT}"/><w:b/><w:sz w:val="26"/></w:rPr><w:t/></w:r></w:p>'
        )
        next(added.iter(qn("w:t"))).text = text
        head.insert(0 if head is word.element.body else len(head), added)


def _keep_signatures(body: Any, word: Any) -> None:
    """A signature never stands alone on a page: the paragraph before its table stays with it."""
    signer = next((one.style_id for one in word.styles if one.name == STYLE_OF["signer"].name), None)
    for table in body.iterchildren(qn("w:tbl")):
        if any(one.get(qn("w:val")) == signer for one in table.iter(qn("w:pStyle"))):
            before = table.getprevious()
            if before is not None and before.tag == qn("w:p"):
                properties = before.get_or_add_pPr()
                properties.get_or_add_keepNext()
