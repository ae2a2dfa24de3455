"""Templates that officers put in: what is refused, with every fault and its place."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from uuid import UUID

import docx
import pytest

from certification.acts import chain
from certification.documents import kept_templates
from certification.documents.kinds import DECISION, KINDS, REPORT, Kind
from certification.documents.samples import sample
from certification.documents.template_checks import MOST_BYTES, BrokenTemplate, check
from certification.documents.word import render
from certification.documents.word_layout import default_template
from lrs.db import Database
from tests.certification.documents.words import rewritten, text_of

OURS = default_template(DECISION)
FIELD = "{{ tham_quyen }}"


def faults(template: bytes, kind: Kind = DECISION) -> list[str]:
    with pytest.raises(BrokenTemplate) as refused:
        check(template, kind)
    return [str(one) for one in refused.value.faults]


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.id)
def test_ours_are_without_fault(kind: Kind) -> None:
    check(default_template(kind), kind)


@pytest.mark.parametrize(
    ("instead", "said"),
    [
        ("{{ tham_quyn }}", "không có trường “tham_quyn”; có phải “tham_quyen”?"),
        ("{{ trich_yeu", "thiếu một nửa"),
        ("trich_yeu }}", "thiếu một nửa"),
        ("{{ }}", "không đọc được"),
        ("{{ trich yeu }}", "không đọc được"),
        ("{{ ky.ten }}", "không có trường “ten”"),
        ("{{ trich_yeu.upper }}", "không có trường con"),
        ("{{ trich_yeu.__class__.__mro__ }}", "không có trường con"),
        ("{{ cycler.__init__.__globals__.os }}", "không có trường “cycler”"),
        ("{{ range(99999999) }}", "chỉ được ghi tên trường"),
        ("{{ trich_yeu * 99999999 }}", "chỉ được ghi tên trường"),
        ("{{ trich_yeu|attr('format') }}", "“|attr” không dùng được"),
        ("{{ trich_yeu|safe }}", "“|safe” không dùng được"),
        ("{% set a = 1 %}", "chỉ dùng được for, if"),
        ("{% include 'a' %}", "chỉ dùng được for, if"),
        ("{%p if trich_yeu %}", "không có {% endif %}"),
        ("{%p for a in danh_sach %}", "không có {% endfor %}"),
        ("{% endif %}", "không có lệnh if mở trước"),
        ("{% else %}", "không thuộc lệnh if nào"),
        ("{% for a in trich_yeu %}x{% endfor %}", "không phải danh sách"),
        ("{% for a, b in danh_sach %}x{% endfor %}", "viết {% for tên in danh sách %}"),
        ("{% for a in danh_sach %}{{ a.ho_tn }}{% endfor %}", "không có trường “ho_tn”; có phải “ho_ten”?"),
    ],
)
def test_a_broken_field_is_refused_with_its_place(instead: str, said: str) -> None:
    broken = rewritten(OURS, FIELD, instead)
    found = faults(broken)
    assert any(said in one for one in found), found
    assert any("thân văn bản, đoạn " in one for one in found)


def test_every_fault_is_told_at_once() -> None:
    broken = rewritten(rewritten(OURS, FIELD, "{{ mot_cai }}"), "{{ nguoi.ho_ten }}", "{{ nguoi.hai_cai }}")
    found = faults(broken)
    assert len(found) == 2
    assert "mot_cai" in found[0]
    assert "hai_cai" in found[1]


def test_fields_where_nobody_sees_them_are_refused() -> None:
    code = rewritten(OURS, "</w:body>", "<w:p><w:r><w:instrText>{{ cycler }}</w:instrText></w:r></w:p></w:body>")
    assert any("mã ẩn" in one for one in faults(code))
    apart = rewritten(OURS, "</w:body>", "<w:p><w:r><w:instrText>{</w:instrText></w:r></w:p></w:body>")
    assert any("mã ẩn" in one for one in faults(apart))
    hidden = rewritten(OURS, "<w:body>", '<w:body><w:p w:rsidR="{{ cycler }}"/>')
    assert "thuộc tính" in faults(hidden)[0]
    described = rewritten(OURS, "{{ trich_yeu }}", "{{ cycler }}", "docProps/core.xml")
    assert "thuộc tính của tệp" in faults(described)[0]


def test_lists_within_lists_have_an_end() -> None:
    nested = "".join(f"{{% for a{n} in danh_sach %}}" for n in range(6)) + "x" + "{% endfor %}" * 6
    assert "quá 4 danh sách lồng nhau" in faults(rewritten(OURS, FIELD, nested))[0]


def test_files_that_are_no_plain_word_files_are_refused() -> None:
    assert "không phải tệp Word" in faults(b"xin chao")[0]
    assert "lớn hơn" in faults(b"x" * (MOST_BYTES + 1))[0]
    empty = io.BytesIO()
    with zipfile.ZipFile(empty, "w") as package:
        package.writestr("a.txt", "a")
    assert "không phải tệp Word" in faults(empty.getvalue())[0]
    linked = rewritten(
        OURS, "</Relationships>",
        '<Relationship Id="r99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"'
        ' Target="https://example.org/a.png" TargetMode="External"/></Relationships>',
        "word/_rels/document.xml.rels",
    )  # fmt: skip
    assert "liên kết ra ngoài" in faults(linked)[0]
    quoted = rewritten(
        OURS, "</Relationships>",
        "<Relationship Id='r99' Type='http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate'"
        " Target='http://example.org/t.dotm' TargetMode='External'/></Relationships>",
        "word/_rels/document.xml.rels",
    )  # fmt: skip
    assert "liên kết ra ngoài" in faults(quoted)[0]
    fetching = rewritten(OURS, "</w:body>", '<w:p><w:fldSimple w:instr=" INCLUDETEXT x "/></w:p></w:body>')
    assert any("ngoài số trang" in one for one in faults(fetching))
    for root in (b"<a/>", b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"/>'):
        broken = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(OURS)) as ours, zipfile.ZipFile(broken, "w") as package:
            for name in ours.namelist():
                package.writestr(name, root if name == "word/document.xml" else ours.read(name))
        assert len(faults(broken.getvalue())) == 1
    packed = io.BytesIO(OURS)
    with zipfile.ZipFile(packed, "a") as package:
        package.writestr("word/vbaProject.bin", b"")
    assert "macro" in faults(packed.getvalue())[0]


def test_a_template_changed_in_word_is_used_from_its_day_on(
    database: Database, tenant: UUID, other_tenant: UUID, now: datetime
) -> None:
    changed = rewritten(default_template(REPORT), "BÁO CÁO", "BÁO CÁO ĐỊNH KỲ")
    with database.writing(tenant) as session:
        kept_templates.load(session, tenant, REPORT, changed, starts=date(2026, 6, 1), by="hoa", now=now)
    with database.reading(tenant) as session:
        before = kept_templates.template(session, tenant, REPORT, date(2026, 5, 31))
        after = kept_templates.template(session, tenant, REPORT, date(2026, 6, 1))
        other_kind = kept_templates.template(session, tenant, DECISION, date(2026, 6, 1))
        acts = chain.listed(session, tenant, limit=10, subject="document-template:bao-cao")
    assert (before.content, before.told_from) == (default_template(REPORT), None)
    assert (after.content, after.told_from) == (changed, date(2026, 6, 1))
    assert other_kind.told_from is None
    assert [one.act for one in acts] == ["document-template.load"]
    assert "BÁO CÁO ĐỊNH KỲ" in text_of(render(after.content, sample(REPORT)))
    with database.reading(other_tenant) as session:
        assert kept_templates.template(session, other_tenant, REPORT, date(2026, 6, 1)).content != changed


def test_a_broken_template_is_not_kept(database: Database, tenant: UUID, now: datetime) -> None:
    with pytest.raises(BrokenTemplate), database.writing(tenant) as session:
        kept_templates.load(
            session, tenant, DECISION, rewritten(OURS, FIELD, "{{ a }}"), starts=date(2026, 1, 1), by="x", now=now
        )
    with database.reading(tenant) as session:
        assert kept_templates.template(session, tenant, DECISION, date(2026, 6, 1)).told_from is None


def test_a_file_without_any_field_is_no_template() -> None:
    word = docx.Document()
    word.add_paragraph("BÁO CÁO năm 2026")
    content = io.BytesIO()
    word.save(content)
    (said,) = faults(content.getvalue(), REPORT)
    assert said.startswith("cả tệp: không có trường nào")
