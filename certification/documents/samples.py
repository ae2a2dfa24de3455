"""A document of each kind with a value in every field: what templates are tried with, and what people look at first."""

from __future__ import annotations

from datetime import date

from certification.documents.kinds import DECISION, MINUTES, REPORT, SHEET, Kind
from certification.documents.office import (
    Annex,
    Block,
    Column,
    Heading,
    OfficeDocument,
    Paragraph,
    Signature,
    Table,
)
from certification.units.letterheads import Letterhead

__all__ = ["sample"]

_HEAD = Letterhead(
    "LIÊN ĐOÀN LAO ĐỘNG\nTỈNH MẪU",
    "TỔNG LIÊN ĐOÀN LAO ĐỘNG VIỆT NAM",
    "Tỉnh Mẫu",
    "LĐLĐ",
    ("Thường trực Tỉnh ủy (b/c)", "Các công đoàn cấp trên trực tiếp cơ sở (t/h)", "Lưu: VT, Ban Tuyên giáo"),
    "Số 1 đường Mẫu, tỉnh Mẫu",
)
_ABOVE = ("Tổng Liên đoàn Lao động Việt Nam", "Ban Thường vụ Tỉnh ủy")
_COLUMNS = (
    Column("stt", "STT", 12, "right"),
    Column("ten", "Đơn vị", 80),
    Column("so", "Người đạt", 34, "right"),
    Column("ty_le", "Tỷ lệ", 34, "right"),
)
_TABLE = Table(
    _COLUMNS,
    tuple({"stt": str(n), "ten": f"Công đoàn cơ sở mẫu số {n}", "so": str(10 * n), "ty_le": "60 %"} for n in (1, 2, 3)),
    "Bảng 1. Số người đạt danh hiệu theo đơn vị",
)
_REPORT: tuple[Block, ...] = (
    Paragraph("Đây là văn bản mẫu, mọi tên và số liệu đều không có thật. Kết quả thực hiện năm 2026 như sau:"),
    Heading("I. KẾT QUẢ THỰC HIỆN"),
    Heading("1. Số người đạt danh hiệu", 2),
    Paragraph("Theo khoản 1 Điều 3, đến ngày 05 tháng 3 năm 2026 có 60 % người lao động được đánh giá."),
    _TABLE,
    Heading("II. ĐỀ XUẤT, KIẾN NGHỊ"),
    Paragraph("Không có."),
)
_ARTICLES: tuple[Block, ...] = (
    Paragraph(
        "Công nhận 3 người lao động đạt danh hiệu “Công dân học tập” năm 2026 (có danh sách kèm theo).", "Điều 1."
    ),
    Paragraph("Người được công nhận hưởng quyền lợi theo quy định.", "Điều 2."),
    Paragraph("Văn phòng, các ban và người có tên trong danh sách thi hành Quyết định này.", "Điều 3."),
)
_PERSON: tuple[Block, ...] = (Paragraph("Trần Thị Mẫu; ngày sinh: 01/01/1990; giới tính: Nữ", "Họ và tên:"),)
_POINTS = {"goi_y": "8", "tu_cham": "9", "tap_the": "9", "duoc_tinh": "9"}
_ASSESSED: tuple[dict[str, str], ...] = (
    {"tt": "I", "noi_dung": "Năng lực mẫu", "toi_da": "10", **_POINTS, "dam": "có"},
    {
        "tt": "1", "noi_dung": "CS1. Chỉ số mẫu", "toi_da": "10", **_POINTS,
        "minh_chung": "Lớp học mẫu (12/05/2026)", "ghi_chu": "Tổ nhất trí",
    },
    {"noi_dung": "TỔNG CỘNG", "toi_da": "10", **_POINTS, "dam": "có"},
)  # fmt: skip


def sample(kind: Kind) -> OfficeDocument:
    """An invented document of the kind; nothing in it is true of anybody."""
    blocks = _ARTICLES if kind is DECISION else _PERSON if kind is SHEET else () if kind.own_list else _REPORT
    chair = Signature("CHỦ TỊCH", "Nguyễn Văn Mẫu", "TM. BAN THƯỜNG VỤ")
    others: tuple[Signature, ...] = (Signature("THƯ KÝ" if kind is MINUTES else "NGƯỜI LẬP BIỂU", "Trần Thị Mẫu"),)
    if kind is SHEET:
        others = (Signature("NGƯỜI LAO ĐỘNG", "Trần Thị Mẫu"), Signature("TỔ TRƯỞNG"))
    return OfficeDocument(
        kind=kind,
        letterhead=_HEAD,
        subject=_SUBJECTS[kind.id],
        year=2026,
        blocks=blocks,
        number="05/" + "-".join(one for one in (kind.symbol, "LĐLĐ") if one),
        day=date(2026, 2, 5),
        addressees=_ABOVE if kind.symbol in ("TTr", "BC") else (),
        competence="BAN THƯỜNG VỤ LIÊN ĐOÀN LAO ĐỘNG TỈNH MẪU" if kind is DECISION else "",
        grounds=("Căn cứ Quyết định số 677/QĐ-TTg ngày 03/6/2022 của Thủ tướng Chính phủ", "Theo đề nghị của Văn phòng")
        if kind is not REPORT and not kind.own_list
        else (),
        signatures=(*others, chair) if kind.side_by_side else (chair,),
        annexes=(Annex("SỐ LIỆU THEO ĐƠN VỊ", (_TABLE,), "Phụ lục I"), Annex("CHI TIẾT", (_TABLE,), "Phụ lục II"))
        if kind.annexes
        else (),
        persons=_ASSESSED
        if kind is SHEET
        else tuple({column.field: _cell(column, number) for column in kind.persons} for number in (1, 2, 3)),
        closing=("Chỉ số dưới 5 điểm: không có.",) if kind is SHEET else (),
    )


_SUBJECTS = {
    "bao-cao": "Kết quả thực hiện mô hình “Công dân học tập” trong công nhân lao động năm 2026",
    "quyet-dinh": "Về việc công nhận danh hiệu “Công dân học tập” năm 2026",
    "to-trinh": "Về việc đề nghị công nhận danh hiệu “Công dân học tập” năm 2026",
    "bien-ban": "Họp xét danh hiệu “Công dân học tập” năm 2026",
    "danh-sach-de-nghi": "Đề nghị công nhận danh hiệu “Công dân học tập” năm 2026",
    "phieu-tu-danh-gia": "Danh hiệu “Công dân học tập” năm 2026",
}


def _cell(column: Column, number: int) -> str:
    if column.field == "ho_ten":
        return f"Nguyễn Thị Mẫu {number}"
    if column.field in ("don_vi", "cong_viec"):
        return "Công ty Mẫu, tổ 1"
    return f"01/0{number}/1990" if column.field == "ngay_sinh" else str(number)
