"""What the law asks of an enterprise about its workers' data and skills: sentences that a named source confirms.

Nothing stands here that is only our reading. Each names its document, and where that was read, since none of the texts
themselves was at hand; they were looked at on 21 November 2026.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

__all__ = ["DUTIES", "Duty"]


@dataclass(frozen=True, slots=True)
class Duty:
    """A sentence, the document that it follows from, and where that was read."""

    words: object
    document: str
    href: str


_LAW = "Luật Bảo vệ dữ liệu cá nhân 91/2025/QH15, Điều 25"
_LAW_READ = "https://news.laodong.vn/cong-doan/tu-112026-doanh-nghiep-phai-xoa-du-lieu-ca-nhan-khi-nguoi-lao-dong-nghi-viec-1549440.ldo"
_DECREE = "Nghị định 356/2025/NĐ-CP"
_DECREE_READ = "https://cdlaf.vn/en/rights-of-personal-data-subjects-and-methods-of-obtaining-consent-under-decree-no-356-2025-nd-cp/"

DUTIES = (
    Duty(_l("Chỉ xử lý dữ liệu của người lao động phục vụ đúng mục đích đã nêu."), _LAW, _LAW_READ),
    Duty(_l("Chỉ giữ trong thời hạn luật định hoặc đã thoả thuận."), _LAW, _LAW_READ),
    Duty(
        _l("Hết hợp đồng lao động thì xoá, huỷ dữ liệu, trừ khi có thoả thuận khác hoặc pháp luật quy định khác."),
        _LAW,
        _LAW_READ,
    ),
    Duty(
        _l("Chỉ theo dõi bằng biện pháp kỹ thuật khi đúng luật và người lao động biết."),
        _LAW,
        _LAW_READ,
    ),
    Duty(
        _l("Sự đồng ý phải kiểm chứng được, không mặc định, không đánh dấu sẵn; phải giữ bằng chứng."),
        _DECREE,
        _DECREE_READ,
    ),
    Duty(
        _l("Nghề có nguy hiểm thì người lao động phải có chứng chỉ kỹ năng nghề quốc gia."),
        "Luật Việc làm 74/2025/QH15",
        "https://news.laodong.vn/cong-doan/nguoi-lao-dong-lam-nghe-nguy-hiem-bat-buoc-phai-co-chung-chi-ky-nang-nghe-quoc-gia-1538926.ldo",
    ),
)
