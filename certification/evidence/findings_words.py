"""The words of findings (`evidence.findings`), in Vietnamese."""

from __future__ import annotations

from collections.abc import Mapping

from certification.evidence.findings import Found

__all__ = ["FINDINGS", "finding_words", "found_words"]

FINDINGS: Mapping[str, str] = {
    "late": "Thời điểm học (timestamp) trước lúc kho nhận {days} ngày, quá {most} ngày. Vẫn được tính; cần xem lại.",
    "in-the-future": "Thời điểm học (timestamp) sau lúc nhận {minutes} phút, quá {most} phút. Xem lại đồng hồ nơi gửi.",
    "claims-too-much": "Tự nêu mức {stated}, nhưng chỉ được tính mức {level}.",
    "not-trusted": "Nơi gửi không được tin cậy cho: {topics}. Phần đó không được tính.",
    "rule-broken": "Khớp mẫu “{title}” của hồ sơ xAPI nhưng không theo đúng quy tắc tại {place}: {asked}.",
    "no-template": "Nêu là theo hồ sơ xAPI, nhưng không khớp mẫu nào của hồ sơ.",
    "no-registration": "Nêu là theo hồ sơ xAPI, nhưng không có context.registration.",
    "version-unknown": "Không có phiên bản hồ sơ xAPI {version}.",
    "extension-misplaced": "Phần mở rộng {extension} phải nằm trong context.extensions.",
    "extension-unreadable": "Phần mở rộng {extension} có giá trị không đọc được, nên bị bỏ qua.",
    "national-number": "Tên tài khoản tại {place} giống số căn cước, không được có trong Statement; cần dùng mã riêng.",
}  # fmt: skip

ASKED: Mapping[str, str] = {
    "included": "phải có",
    "excluded": "không được có",
    "any": "phải có ít nhất một trong {values}",
    "all": "chỉ được là {values}",
    "none": "không được là {values}",
}


def finding_words(code: str, place: str, about: Mapping[str, str]) -> str:
    """A finding as a sentence."""
    asked = ASKED[about["rule"]].format(**about) if "rule" in about else ""
    return FINDINGS[code].format(**about, place=place, asked=asked)


def found_words(found: Found) -> str:
    """The same, of a finding."""
    return finding_words(found.code, found.place, found.about)
