"""Vietnamese words of transcripts, for those who read them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from certification.judgement.explanations import LEVELS
from certification.transcripts.told import CONSENT, EMPLOYMENT, OWN, UNION, Basis, Learning

__all__ = [
    "CITIZEN",
    "DECLARED",
    "GONE",
    "GROUNDS",
    "HEADING",
    "ISSUER",
    "LEFT",
    "LEVELS_EXPLAINED",
    "NEVER_EMPLOYED",
    "NO_CONSENT",
    "NO_GROUP",
    "OTHER_SOURCE",
    "OWN_FORM",
    "OWN_PURPOSE",
    "RAN_OUT",
    "REFUSALS",
    "RESTRICTED",
    "THE_UNION",
    "THE_WORKER",
    "TITLE",
    "UNNAMED",
    "WITHDRAWN",
    "hours",
    "level",
    "percent",
    "refused",
    "said_of",
    "span",
    "told_by",
]

TITLE = "Bảng kê kết quả học tập"
HEADING = TITLE.upper()
ISSUER = "Hệ thống ghi nhận học tập của công đoàn"
CITIZEN = "Công dân học tập"
OWN_FORM = "Biểu mẫu nội bộ, dùng đến khi cơ quan có thẩm quyền ban hành mẫu chính thức."
OWN_PURPOSE, THE_WORKER = "Bản thân người lao động sử dụng", "Người lao động"
THE_UNION = "Tổ chức công đoàn"
DECLARED = "Người lao động tự khai"
OTHER_SOURCE = "Nguồn khác"
UNNAMED = "Hoạt động học tập không có tên"
NO_GROUP = "Nội dung khác"

LEVELS_EXPLAINED = "Mức minh chứng: " + "; ".join(f"E{place} {one}" for place, one in enumerate(LEVELS)) + "."

GROUNDS: Mapping[str, str] = {
    OWN: "Theo yêu cầu của chính người lao động",
    EMPLOYMENT: "Quản lý đào tạo của người sử dụng lao động trong thời gian làm việc (Luật 91/2025/QH15, Điều 25)",
    CONSENT: "Sự đồng ý của người lao động",
    UNION: "Nhiệm vụ của tổ chức công đoàn đối với người lao động trong phạm vi quản lý",
}


LEFT, NEVER_EMPLOYED = "employment_ended", "never_employed"
NO_CONSENT, RAN_OUT, WITHDRAWN, GONE = "no_consent", "consent_ran_out", "consent_withdrawn", "gone"
RESTRICTED = "restricted"
REFUSALS: Mapping[str, str] = {
    LEFT: "Người lao động đã thôi làm việc tại doanh nghiệp{last}: hết quyền xem, xoá dữ liệu đã nhận trừ khi người "
    "lao động đồng ý cho giữ (Luật 91/2025/QH15, Điều 25)",
    NEVER_EMPLOYED: "Người lao động không làm việc tại doanh nghiệp; cần sự đồng ý của người lao động cho một mục đích "
    "khác",
    NO_CONSENT: "Người lao động chưa đồng ý cho mục đích này; hỏi người lao động trước",
    RAN_OUT: "Sự đồng ý của người lao động đã hết hạn{last}; hỏi lại người lao động, và xoá dữ liệu đã nhận",
    WITHDRAWN: "Người lao động đã rút lại sự đồng ý{last}; xoá dữ liệu đã nhận",
    RESTRICTED: "Việc dùng dữ liệu của người lao động cho mục đích này đang bị hạn chế theo yêu cầu của người đó; "
    "không dùng dữ liệu đã nhận",
    GONE: "Không còn hồ sơ mang mã này; xoá dữ liệu đã nhận",
}
"""Why an enterprise is not given a transcript. With {last} the last day of its right."""


def refused(code: str, last: date | None) -> str:
    """A refusal in a sentence."""
    return REFUSALS[code].format(last="" if last is None else f" (hiệu lực đến hết ngày {_day(last)})") + "."


def hours(minutes: int) -> str:
    """Minutes as hours and minutes: 95 is “1 giờ 35 phút”."""
    whole, rest = divmod(minutes, 60)
    said = ([f"{whole} giờ"] if whole else []) + ([f"{rest} phút"] if rest else [])
    return " ".join(said) or "–"


def level(quality: int) -> str:
    """A level of evidence: “E2 (…)”."""
    return f"E{quality} ({LEVELS[quality]})"


def percent(score: int | None) -> str:
    """A score in ten-thousandths as a percentage with a decimal comma; a dash where there is none."""
    if score is None:
        return "–"
    return f"{score / 100:.2f}".rstrip("0").rstrip(".").replace(".", ",") + " %"


def span(first: date, last: date) -> str:
    """One day, or from one to another."""
    return _day(first) if first == last else f"{_day(first)} – {_day(last)}"


def told_by(one: Learning) -> str:
    """What is told of an activity, in a sentence."""
    scored = "" if one.score is None else f"; điểm cao nhất {percent(one.score)}"
    return (
        f"{one.times} lần ghi nhận, {span(one.first, one.last)}; thời lượng {hours(one.minutes)}{scored}; "
        f"minh chứng {level(one.quality)}; nguồn: {one.provider}."
    )


def said_of(basis: Basis) -> str:
    """On which ground it was given, and until when it may be used."""
    said = GROUNDS[basis.ground]
    if basis.until is not None:
        said += f", đến hết ngày {_day(basis.until)}"
    if basis.days is not None:
        spans = "; ".join(
            f"từ {_day(first)}" + ("" if last is None else f" đến {_day(last)}") for first, last in basis.days
        )
        said += f". Chỉ gồm việc học trong thời gian làm việc: {spans}"
    return said + "."


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"
