"""The kinds of office documents we draw: name, abbreviation in the number, and the columns of their lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from certification.documents.office import Column
from certification.errors import CertificationError

__all__ = ["DECISION", "KINDS", "LIST", "MINUTES", "PROPOSAL", "REPORT", "SHEET", "Kind", "UnknownKind", "kind"]


class UnknownKind(CertificationError):
    """There is no such kind of document."""

    def __init__(self, name: str) -> None:
        super().__init__(f"không có loại văn bản “{name}”; chọn một trong: {', '.join(KINDS)}")


@dataclass(frozen=True, slots=True)
class Kind:
    """`name` in capitals stands above what the document is about; `symbol` in its number, None: without number.

    `dated`: place and day stand in the head; minutes name theirs in the text. `persons`: the columns of the list
    that comes with it; empty: none comes. `own_list`: the list stands in the document itself, not in an annex.
    `counted`: its rows are persons, and below it stands how many. `landscape`: the paper of the document itself.
    `signing`: the fields of those who sign side by side, from left to right.
    """

    id: str
    name: str
    symbol: str | None
    dated: bool = True
    persons: tuple[Column, ...] = ()
    own_list: bool = False
    counted: bool = True
    landscape: bool = False
    annexes: bool = True
    signing: tuple[str, ...] = ("ky",)

    @property
    def side_by_side(self) -> bool:
        """Whether several sign; otherwise whoever receives the document is named beside the one who does."""
        return len(self.signing) > 1


RECOGNISED = (
    Column("stt", "STT", 13, "right"),
    Column("ho_ten", "Họ và tên", 60),
    Column("ngay_sinh", "Ngày sinh", 26, "center"),
    Column("don_vi", "Đơn vị", 97),
    Column("so_vao_so", "Số vào sổ", 51, "center"),
)
PROPOSED = (
    Column("stt", "STT", 13, "right"),
    Column("ho_ten", "Họ và tên", 37),
    Column("ngay_sinh", "Ngày sinh", 22, "center"),
    Column("don_vi", "Đơn vị, tổ", 34),
    Column("cong_viec", "Công việc", 24),
    Column("nl1", "NL1", 11, "right"),
    Column("nl2", "NL2", 11, "right"),
    Column("nl3", "NL3", 11, "right"),
    Column("tong", "Tổng", 13, "right"),
    Column("thap_nhat", "Chỉ số thấp nhất", 14, "right"),
    Column("dong_y", "Số phiếu đồng ý/ tổng", 18, "center"),
    Column("ghi_chu", "Ghi chú", 39),
)

ASSESSED = (
    Column("tt", "TT", 10, "center"),
    Column("noi_dung", "Năng lực, chỉ số", 68),
    Column("toi_da", "Điểm tối đa", 13, "right"),
    Column("goi_y", "Hệ thống gợi ý", 15, "right"),
    Column("tu_cham", "Tự chấm", 13, "right"),
    Column("tap_the", "Tập thể chấm", 15, "right"),
    Column("duoc_tinh", "Được tính", 13, "right"),
    Column("minh_chung", "Minh chứng", 74),
    Column("ghi_chu", "Ghi chú", 26),
)
"""Rows that stand above others, and the sum, have something in `dam` and are bold."""

REPORT = Kind("bao-cao", "BÁO CÁO", "BC")
DECISION = Kind("quyet-dinh", "QUYẾT ĐỊNH", "QĐ", persons=RECOGNISED)
PROPOSAL = Kind("to-trinh", "TỜ TRÌNH", "TTr")
MINUTES = Kind("bien-ban", "BIÊN BẢN", "BB", dated=False, signing=("ky_trai", "ky"))
LIST = Kind(
    "danh-sach-de-nghi", "DANH SÁCH", None, dated=False, persons=PROPOSED, own_list=True, landscape=True,
    annexes=False, signing=("ky_trai", "ky"),
)  # fmt: skip
SHEET = Kind(
    "phieu-tu-danh-gia", "PHIẾU TỰ ĐÁNH GIÁ", None, persons=ASSESSED, own_list=True, counted=False, landscape=True,
    annexes=False, signing=("ky_trai", "ky_giua", "ky"),
)  # fmt: skip

KINDS: Mapping[str, Kind] = {one.id: one for one in (REPORT, DECISION, PROPOSAL, MINUTES, LIST, SHEET)}


def kind(name: str) -> Kind:
    """The kind of this id. Raises UnknownKind."""
    found = KINDS.get(name)
    if found is None:
        raise UnknownKind(name)
    return found
