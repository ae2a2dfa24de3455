"""What is held about one person, by kind, counted: so that a person knows what to ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from certification.models import Base
from lrs.db import Session, beside

__all__ = ["WORDS", "Held", "held", "tables"]

WORDS: Mapping[str, str] = {
    "certification_account": "Tài khoản đăng nhập",
    "certification_act": "Việc đã ghi sổ có liên quan",
    "certification_assessment": "Kết quả đánh giá, từng lần",
    "certification_attendance_row": "Dòng trong danh sách dự học",
    "certification_presence": "Có mặt ở các buổi điểm danh",
    "certification_attestation": "Điểm do người có thẩm quyền xác nhận",
    "certification_audience": "Đối tượng được đánh giá, theo năm",
    "certification_award": "Danh hiệu đã được công nhận",
    "certification_certificate": "Giấy công nhận",
    "certification_certificate_code": "Mã tra cứu giấy công nhận",
    "certification_consent": "Sự đồng ý đã cho",
    "certification_data_request": "Yêu cầu về dữ liệu của mình",
    "certification_data_request_step": "Việc đã làm với từng yêu cầu",
    "certification_declaration": "Chứng chỉ, tự học đã khai",
    "certification_declaration_step": "Việc đã làm với từng khai báo",
    "certification_dispute": "Khiếu nại về minh chứng",
    "certification_dispute_step": "Việc đã làm với từng khiếu nại",
    "certification_dossier": "Hồ sơ xét danh hiệu",
    "certification_dossier_step": "Các bước của hồ sơ",
    "certification_employment": "Nơi và thời gian làm việc",
    "certification_fact": "Việc học đã ghi nhận",
    "certification_identity_event": "Lịch sử nối tài khoản học với hồ sơ",
    "certification_file_import_change": "Tệp danh sách đã nhập đổi những gì, để còn hoàn tác",
    "certification_file_import_row": "Dòng của tệp đã nhập đổi những gì, để còn hoàn tác",
    "certification_look": "Ai đã xem dữ liệu, theo ngày",
    "certification_national_number": "Số định danh cá nhân, đã mã hoá",
    "certification_occasion": "Buổi học đã ghi nhận",
    "certification_repeat": "Việc học được báo nhiều lần",
    "certification_self_score": "Điểm tự chấm",
    "certification_stale": "Đang chờ đánh giá lại",
    "certification_standing": "Phần của người này trong số liệu tổng hợp",
    "certification_team_member": "Tổ, chuyền",
    "certification_title_review": "Danh hiệu phải xem lại",
    "certification_touched_title": "Danh hiệu chờ xem lại",
    "certification_transcript_handover": "Bảng kê đã giao cho doanh nghiệp",
    "certification_uncounted": "Đang chờ tính vào số liệu",
    "certification_union_role": "Vai trò trong công đoàn",
    "certification_worker_identifier": "Tài khoản trên các hệ thống học",
}
"""What the tables that name a worker hold, in a worker's words. Whoever adds such a table says so here."""


@dataclass(frozen=True, slots=True)
class Held:
    """How many rows of a kind there are about the person."""

    kind: str
    words: str
    rows: int


def tables() -> list[sa.Table]:
    """The tables that name a worker."""
    return [table for table in Base.metadata.sorted_tables if "worker_id" in table.c]


def held(session: Session, tenant: UUID, worker: UUID) -> list[Held]:
    """Of each kind that there is something of, how much, by its words. One SQL command."""
    counts = [
        sa.select(sa.literal(table.name).label("kind"), sa.func.count().label("rows"))
        .select_from(table)
        .where(beside(table.c.tenant_id) == tenant, table.c.worker_id == worker)
        for table in tables()
    ]
    found = session.execute(sa.union_all(*counts))
    there = [Held(row.kind, WORDS.get(row.kind, row.kind), row.rows) for row in found if row.rows]
    return sorted(there, key=lambda one: one.words)
