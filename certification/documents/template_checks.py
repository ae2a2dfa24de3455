"""What is wrong with a Word template: every field that does not exist, every command not allowed, each with its place.

A template may print fields, go through lists and ask for conditions; nothing else, so that what an officer puts in can
run nothing, however it was made.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import docx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from jinja2 import Environment, TemplateError, nodes
from lxml import etree

from certification.documents.filled import Fields, fields_of
from certification.documents.kinds import Kind
from certification.documents.samples import sample
from certification.documents.word import FILTERS, render
from certification.errors import CertificationError

__all__ = ["MOST_BYTES", "BrokenTemplate", "Fault", "check"]

MOST_BYTES = 5_000_000
MOST_UNPACKED = 50_000_000
MOST_TAGS = 1000
MOST_FILLED = 3_000_000
"""Bytes of a part that is filled in. More of either takes for ever, and no document of an office has it."""

_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_LEFT_OVER = re.compile(r"\{\{|\{%|\{#|\}\}|%\}|#\}")
_BRACE = re.compile(r"[{}]")
"""Also a single one: what fills templates in puts braces of neighbouring paragraphs together."""
_ASKED = (nodes.Name, nodes.Getattr, nodes.Filter, nodes.Const, nodes.Not, nodes.And, nodes.Or, nodes.Compare,
          nodes.Operand)  # fmt: skip
_OF_PAGES = re.compile(r"\s*(PAGE|NUMPAGES|SECTIONPAGES)\b", re.IGNORECASE)
"""Word's own fields that a template may have: all others may fetch files or run something."""
_HEADS = (RELATIONSHIP_TYPE.HEADER, RELATIONSHIP_TYPE.FOOTER)
_RUNNING = re.compile(
    r"(?i)/(vbaProject|wordVbaData|oleObject|package|control|activeXControlBinary|aFChunk|subDocument|attachedToolbars"
    r"|keyMapCustomizations|extensibility|userCustomization|mailMergeSource|recipientData)\Z"
)
"""Relationships to what Word runs, opens or takes in as text, whatever the part is called."""
_FETCHED = re.compile(r"(?:\{[^}]*\})?(?:src|href)")
_LEADS_OUT = re.compile(r"\s*(?:[A-Za-z][A-Za-z0-9+.-]*:|//|\\\\)")
_LOOP: Fields = {"index": None, "first": None, "last": None, "length": None}
_WRONG = "không đọc được; viết như trong mẫu gốc"
_NO_FIELD = (
    "không có trường nào, nên văn bản nào in ra cũng như nhau; tải mẫu gốc về, sửa trên đó và giữ các trường "
    "trong dấu {{ }}"
)


@dataclass(frozen=True, slots=True)
class Fault:
    """Where in the document (its part, the number of the paragraph and how that begins), and what is wrong."""

    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


class BrokenTemplate(CertificationError):
    """The template is not taken in; `faults` names everything wrong with it, in the order of the document."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(one) for one in self.faults))


def check(template: bytes, kind: Kind, more: Iterable[Fault] = ()) -> None:
    """Raises BrokenTemplate unless the file is a Word document that can be filled for documents of the kind; with what
    else is wrong about it (`more`)."""
    word = _opened(template)
    try:
        _refuse_endless(word)
        read = list(_parts(word))
        faults = [fault for part, paragraphs in read for fault in _Part(part, fields_of(kind)).faults(paragraphs)]
        faults += _hidden(word)
        if not any(_TAG.search(text) for _, paragraphs in read for text in paragraphs):
            faults.append(Fault("cả tệp", _NO_FIELD))
        faults += more
    except (AttributeError, TypeError, ValueError, LookupError, etree.LxmlError) as error:
        raise BrokenTemplate([Fault("cả tệp", "không phải văn bản Word lành; lưu lại bằng Word")]) from error
    if faults:
        raise BrokenTemplate(faults)
    try:
        render(template, sample(kind))
    except Exception as error:  # the sandbox, Jinja, docxtpl and lxml each have their own; the officer needs one answer
        raise BrokenTemplate([Fault("cả tệp", f"không điền thử được ({error}); viết như trong mẫu gốc")]) from error


def _refuse_endless(word: Any) -> None:
    """Raises BrokenTemplate before anything is worked out of a file with too much in it."""
    parts = [word.part, *(one.target_part for one in word.part.rels.values() if one.reltype in _HEADS)]
    blobs = [part.blob for part in parts]
    if any(len(blob) > MOST_FILLED for blob in blobs):
        raise BrokenTemplate([Fault("cả tệp", "văn bản quá dài; chỉ giữ phần khung của văn bản")])
    if sum(blob.count(b"{%") + blob.count(b"{{") for blob in blobs) > MOST_TAGS:
        raise BrokenTemplate([Fault("cả tệp", f"có hơn {MOST_TAGS} trường và lệnh; bỏ bớt")])


def _opened(template: bytes) -> Any:
    whole = "cả tệp"
    if len(template) > MOST_BYTES:
        raise BrokenTemplate([Fault(whole, f"lớn hơn {MOST_BYTES // 1_000_000} MB; bỏ bớt hình")])
    try:
        with zipfile.ZipFile(io.BytesIO(template)) as package:
            if sum(one.file_size for one in package.infolist()) > MOST_UNPACKED:
                raise BrokenTemplate([Fault(whole, "nở ra quá lớn; lưu lại bằng Word")])
            names = package.namelist()
            told = [one for name in names if name.endswith(".rels") for one in _parsed(package.read(name)).iter()]
        running = any("vbaProject" in name or "embeddings/" in name or "activeX" in name for name in names)
        if running or any(_RUNNING.search(one.get("Type", "")) for one in told):
            raise BrokenTemplate([Fault(whole, "có macro hoặc tệp nhúng; lưu lại thành .docx thường")])
        if any(one.get("TargetMode", "Internal").strip().lower() != "internal" for one in told):
            raise BrokenTemplate([Fault(whole, "có liên kết ra ngoài (hình, mẫu hoặc địa chỉ); bỏ liên kết")])
        return docx.Document(io.BytesIO(template))
    except BrokenTemplate:
        raise
    except Exception as error:
        raise BrokenTemplate([Fault(whole, "không phải tệp Word (.docx); lưu lại bằng Word")]) from error


def _parsed(xml: bytes) -> Any:
    return etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True))


def _parts(word: Any) -> Iterator[tuple[str, list[str]]]:
    """The parts that are filled, each with the texts of its paragraphs in their order."""
    yield "thân văn bản", _texts(word.element.body)
    seen = set()
    for section in word.sections:
        for name, part in (
            ("đầu trang", section.header), ("đầu trang đầu tiên", section.first_page_header),
            ("đầu trang chẵn", section.even_page_header), ("chân trang", section.footer),
            ("chân trang đầu tiên", section.first_page_footer), ("chân trang chẵn", section.even_page_footer),
        ):  # fmt: skip
            if not part.is_linked_to_previous and part.part.partname not in seen:
                seen.add(part.part.partname)
                yield name, _texts(part._element)
    for one in word.part.rels.values():  # also those that no section names are filled in
        if one.reltype in _HEADS and one.target_part.partname not in seen:
            seen.add(one.target_part.partname)
            yield f"phần {one.target_part.partname}", _texts(_parsed(one.target_part.blob))
    core = word.core_properties
    names = ("author", "comments", "identifier", "language", "subject", "title")
    yield "thuộc tính của tệp", [getattr(core, name) or "" for name in names]


def _hidden(word: Any) -> Iterator[Fault]:
    """Fields where they are filled in but no reader of the paragraphs sees them: in codes, notes, removed text; and in
    any part what Word fetches or runs when it opens the file."""
    heads = {one.target_part.partname for one in word.part.rels.values() if one.reltype in _HEADS}
    filled = {word.part.partname, *heads}
    for part in word.part.package.iter_parts():
        content = str(part.content_type)
        if part.partname not in filled and not content.endswith("xml"):
            continue
        place = f"cả tệp, phần {part.partname}"
        if content.endswith("notes+xml") and b"{" in part.blob:
            yield Fault(place, "có dấu { trong chú thích; đưa trường ra ngoài chú thích")
        root = _parsed(part.blob)
        found = set()
        if any(not _OF_PAGES.match(code) for code in _codes(root)):
            found.add("có trường của Word ngoài số trang (chèn tệp, liên kết, lệnh); bỏ đi")
        for element in root.iter():
            if any(_FETCHED.fullmatch(name) and _LEADS_OUT.match(one) for name, one in element.attrib.items()):
                found.add("có hình lấy từ ngoài tệp; chèn chính hình đó vào")
            if part.partname not in filled:
                continue
            loose = "" if element.tag == qn("w:t") else element.text or ""
            if any(brace in loose + (element.tail or "") for brace in "{}"):
                found.add("có trường trong mã ẩn hoặc phần đã xóa; chấp nhận mọi sửa đổi rồi lưu lại")
            if any(_LEFT_OVER.search(value) for value in element.attrib.values()):
                found.add("có trường trong thuộc tính của hình hoặc liên kết; bỏ đi")
        yield from (Fault(place, message) for message in sorted(found))


def _codes(root: Any) -> list[str]:
    """What Word's own fields say, each put together of its pieces."""
    codes = [element.get(qn("w:instr")) or "" for element in root.iter(qn("w:fldSimple"))]
    for element in root.iter(qn("w:fldChar"), qn("w:instrText")):
        if element.tag == qn("w:instrText"):
            codes.append((codes.pop() if codes else "") + (element.text or ""))
        elif element.get(qn("w:fldCharType")) == "begin":
            codes.append("")
    return [code for code in codes if code.strip()]


def _texts(element: Any) -> list[str]:
    return [
        "".join(one.text or "" for one in paragraph.iter(qn("w:t")) if _paragraph_of(one) is paragraph)
        for paragraph in element.iter(qn("w:p"))
    ]


def _paragraph_of(text: Any) -> Any:
    return next(text.iterancestors(qn("w:p")))


class _Part:
    """Goes through the tags of one part in their order, knowing which lists and conditions are open."""

    def __init__(self, name: str, fields: Fields) -> None:
        self._name = name
        self._scopes: list[Fields] = [fields]
        self._open: list[tuple[str, str]] = []
        self._lists: list[str] = []
        self._place = name
        self._found: list[Fault] = []
        self._parser = Environment(autoescape=True)

    def faults(self, paragraphs: list[str]) -> list[Fault]:
        for number, text in enumerate(paragraphs, 1):
            self._place = f"{self._name}, đoạn {number} (“{_short(text)}”)"
            if _BRACE.search(_TAG.sub("", text)):
                self._wrong("dấu {{ }} hoặc {% %} thiếu một nửa; mỗi trường nằm trọn trong một đoạn")
            for tag in _TAG.findall(text):
                self._tag(tag)
        for which, place in self._open:
            self._found.append(Fault(place, f"{{% {which} %}} không có {{% end{which} %}}"))
        return self._found

    def _tag(self, tag: str) -> None:
        inside = tag[2:-2].strip("-+")
        if tag.startswith("{#"):
            return
        bare = re.sub(r"^(p|tr|tc|r)(?=\s)", "", inside).strip()
        if tag.startswith("{{"):
            self._asked("{{ " + bare + " }}", tag)
            return
        word = bare.split(maxsplit=1)[0] if bare else ""
        if word == "for":
            self._for(bare, tag)
        elif word in ("if", "elif"):
            if word == "if":
                self._open.append(("if", self._place))
                self._scopes.append(self._scopes[-1])
            elif not self._open or self._open[-1][0] != "if":
                self._wrong(f"{tag} không thuộc lệnh if nào")
            self._asked("{{ " + bare[len(word) :] + " }}", tag)
        elif bare == "else":
            if not self._open:
                self._wrong(f"{tag} không thuộc lệnh if nào")
        elif bare in ("endif", "endfor"):
            if not self._open or self._open[-1][0] != bare[3:]:
                self._wrong(f"{tag} không có lệnh {bare[3:]} mở trước")
            else:
                self._open.pop()
                self._scopes.pop()
                if bare == "endfor":
                    self._lists.pop()
        else:
            self._wrong(f"{tag}: chỉ dùng được for, if, elif, else, endif, endfor")

    def _for(self, bare: str, tag: str) -> None:
        self._open.append(("for", self._place))
        self._scopes.append(self._scopes[-1])
        around = self._lists[-1] if self._lists else None
        self._lists.append("")
        parsed = self._parsed("{% " + bare + " %}{% endfor %}", tag)
        loop = parsed.body[0] if parsed is not None and len(parsed.body) == 1 else None
        if not isinstance(loop, nodes.For):
            return
        if not isinstance(loop.target, nodes.Name) or loop.test is not None or loop.recursive:
            self._wrong(f"{tag}: viết {{% for tên in danh sách %}}")
            return
        self._lists[-1] = loop.target.name
        if around and _first_name(loop.iter) != around:
            self._wrong(f"{tag}: danh sách nằm trong danh sách khác phải là trường của “{around}”")
        listed = self._value(loop.iter, tag)
        if listed is not _UNKNOWN and not isinstance(listed, list):
            self._wrong(f"{tag}: không phải danh sách")
            listed = _UNKNOWN
        each = listed[0] if isinstance(listed, list) else _UNKNOWN
        self._scopes[-1] = {**self._scopes[-1], loop.target.name: each, "loop": _LOOP}

    def _asked(self, text: str, tag: str) -> None:
        parsed = self._parsed(text, tag)
        if parsed is None:
            return
        output = parsed.body[0] if len(parsed.body) == 1 else None
        asked = [one for one in output.nodes if not _is_blank(one)] if isinstance(output, nodes.Output) else []
        if len(asked) != 1:
            self._wrong(f"{tag}: {_WRONG}")
            return
        self._value(asked[0], tag)

    def _parsed(self, text: str, tag: str) -> nodes.Template | None:
        straight = text.translate(str.maketrans("“”‘’", "\"\"''"))
        try:
            return self._parser.parse(straight)
        except TemplateError:
            self._wrong(f"{tag}: {_WRONG}")
            return None

    def _value(self, node: nodes.Node, tag: str) -> Any:
        """What the expression stands for: a field, or _UNKNOWN where a fault was told or any text may come."""
        if not isinstance(node, _ASKED):
            self._wrong(f"{tag}: chỉ được ghi tên trường, so sánh, and, or, not")
            return _UNKNOWN
        if isinstance(node, nodes.Name):
            return self._field(node.name, self._scopes[-1], tag)
        if isinstance(node, nodes.Getattr):
            of = self._value(node.node, tag)
            if of is _UNKNOWN:
                return _UNKNOWN
            if not isinstance(of, Mapping):
                self._wrong(f"{tag}: “{node.attr}”: trước dấu chấm là một dòng chữ hoặc danh sách, không có trường con")
                return _UNKNOWN
            return self._field(node.attr, of, tag)
        if isinstance(node, nodes.Filter):
            if node.name not in FILTERS or node.args or node.kwargs or node.node is None:
                self._wrong(f"{tag}: “|{node.name}” không dùng được; chỉ có: {', '.join(FILTERS)}")
                return _UNKNOWN
            of = self._value(node.node, tag)
            return of[0] if isinstance(of, list) and node.name in ("first", "last") else None
        for child in node.iter_child_nodes():
            self._value(child, tag)
        return None

    def _field(self, name: str, fields: Fields, tag: str) -> Any:
        if name in fields:
            return fields[name]
        near = get_close_matches(name, fields, 1, 0.6)
        hint = f"; có phải “{near[0]}”?" if near else f"; có: {', '.join(sorted(fields))}"
        self._wrong(f"{tag}: không có trường “{name}”{hint}")
        return _UNKNOWN

    def _wrong(self, message: str) -> None:
        self._found.append(Fault(self._place, message))


_UNKNOWN = object()


def _first_name(node: nodes.Node) -> str | None:
    """What a field of a field, at whatever depth, is a field of."""
    while isinstance(node, nodes.Getattr):
        node = node.node
    return node.name if isinstance(node, nodes.Name) else None


def _is_blank(node: nodes.Node) -> bool:
    return isinstance(node, nodes.TemplateData) and not node.data.strip()


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 60 else f"{text[:59]}…"
