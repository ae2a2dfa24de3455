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


@pytest.mark.parametrize(
    "nested",
    [
        "{% for a in danh_sach %}{% for b in danh_sach %}x{% endfor %}{% endfor %}",
        "{% for a in cac_phu_luc %}{% for b in a.noi_dung %}{% for c in a.noi_dung %}x" + "{% endfor %}" * 3,
        "{% for a in cac_phu_luc %}{% if a.so %}{% for b in noi_nhan %}x{% endfor %}{% endif %}{% endfor %}",
    ],
)
def test_a_list_within_a_list_is_one_of_its_own_so_that_filling_in_ends(nested: str) -> None:
    (told,) = faults(rewritten(OURS, FIELD, nested))
    assert "phải là trường của “" in told


def test_more_than_a_template_can_need_is_refused_before_it_is_worked_out() -> None:
    loops = "{% for a in danh_sach %}x{% endfor %}" * 30_000
    assert faults(rewritten(OURS, FIELD, loops)) == ["cả tệp: có hơn 1000 trường và lệnh; bỏ bớt"]
    assert "quá dài" in faults(rewritten(OURS, FIELD, "x" * 3_000_000, packing=zipfile.ZIP_DEFLATED))[0]


def test_braces_of_neighbouring_paragraphs_make_no_field_that_nobody_checked() -> None:
    apart = "{</w:t></w:r></w:p><w:p><w:r><w:t>{ 9**9 }</w:t></w:r></w:p><w:p><w:r><w:t>}"
    assert len([one for one in faults(rewritten(OURS, FIELD, apart)) if "thiếu một nửa" in one]) == 3


def test_a_head_of_pages_that_no_section_names_is_checked_as_well() -> None:
    """It is filled in, since the document refers to it."""
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(OURS)) as ours, zipfile.ZipFile(content, "w") as package:
        for name in ours.namelist():
            text = ours.read(name)
            if name == "word/_rels/document.xml.rels":
                text = text.replace(b"</Relationships>", _related("header", "header99.xml"))
            if name == "[Content_Types].xml":
                kind = b"application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml"
                text = text.replace(
                    b"</Types>", b'<Override PartName="/word/header99.xml" ContentType="' + kind + b'"/></Types>'
                )
            package.writestr(name, text)
        space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
        package.writestr("word/header99.xml", f"<w:hdr {space}><w:p><w:r><w:t>{{{{ 9**9 }}}}</w:t></w:r></w:p></w:hdr>")
    (told,) = faults(content.getvalue())
    assert told.startswith("phần /word/header99.xml")
    assert "chỉ được ghi tên trường" in told


def _related(kind: str, target: str) -> bytes:
    of = f"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}"
    return f'<Relationship Id="r99" Type="{of}" Target="{target}"/></Relationships>'.encode()


@pytest.mark.parametrize("kind", ["oleObject", "aFChunk", "package", "vbaProject", "control", "subDocument"])
def test_what_word_runs_or_takes_in_is_known_by_what_it_is_and_not_by_its_name(kind: str) -> None:
    told = _related(kind, "media/image1.png").decode()
    (said,) = faults(rewritten(OURS, "</Relationships>", told, "word/_rels/document.xml.rels"))
    assert "macro hoặc tệp nhúng" in said


def test_codes_and_pictures_that_lead_out_are_found_in_every_part() -> None:
    code = '<w:p><w:fldSimple w:instr=" DDEAUTO cmd x "/></w:p>'
    assert any(
        "ngoài số trang" in one
        for one in faults(rewritten(OURS, "</w:styles>", f"{code}</w:styles>", "word/styles.xml"))
    )
    for address in ("https://example.org/a.png", "//example.org/a", "\\\\host\\a"):
        image = f'<v:imagedata xmlns:v="urn:schemas-microsoft-com:vml" src="{address}"/>'
        picture = f"<w:p><w:r><w:pict>{image}</w:pict></w:r></w:p>"
        assert any("lấy từ ngoài" in one for one in faults(rewritten(OURS, "</w:body>", f"{picture}</w:body>")))


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
