"""What a person's export says of itself, in Vietnamese."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from certification.vietnam import VIETNAM

__all__ = ["TABLES", "index"]

TABLES: Mapping[str, str] = {
    "certification_worker": "Họ tên, giới tính, mã của bạn",
    "certification_worker_identifier": "Tài khoản học tập đã gắn với bạn, ai gắn và vì sao",
    "certification_identity_event": "Lịch sử gắn, gộp, tách tài khoản và hồ sơ",
    "certification_national_number": "Số định danh (chỉ có đủ số khi nơi giữ có lưu)",
    "certification_employment": "Nơi làm việc, từ ngày nào đến ngày nào",
    "certification_union_role": "Đoàn viên, cán bộ công đoàn",
    "certification_audience": "Nhóm đối tượng để chấm điểm",
    "certification_team_member": "Tổ, chuyền",
    "certification_account": "Tài khoản đăng nhập (không có mật khẩu)",
    "certification_fact": "Điều hệ thống hiểu từ các bản ghi học tập",
    "certification_repeat": "Bản ghi kể lại cùng một việc, không tính thêm",
    "certification_occasion": "Dấu để nhận ra cùng một chứng chỉ, cùng một khoá",
    "certification_attestation": "Điểm người khác xác nhận cho bạn",
    "certification_self_score": "Điểm bạn tự chấm",
    "certification_attendance_row": "Bạn có trong danh sách tham gia nào",
    "certification_presence": "Bạn có mặt ở các buổi điểm danh nào",
    "certification_declaration": "Chứng chỉ, việc tự học bạn đã khai",
    "certification_declaration_step": "Ai đã xử lý việc bạn khai",
    "certification_dispute": "Khiếu nại của bạn về minh chứng",
    "certification_dispute_step": "Ai đã trả lời khiếu nại",
    "certification_assessment": "Kết quả chấm điểm, mọi lần",
    "certification_award": "Danh hiệu đã được công nhận",
    "certification_certificate": "Giấy công nhận trong sổ",
    "certification_dossier": "Hồ sơ xét danh hiệu",
    "certification_dossier_step": "Từng bước của hồ sơ",
    "certification_title_review": "Những lần danh hiệu được xem lại",
    "certification_act": "Những việc có giá trị ràng buộc đã làm về bạn",
    "certification_consent": "Những điều bạn đã đồng ý",
    "certification_transcript_handover": "Doanh nghiệp nào đang giữ bảng kê học tập của bạn",
    "certification_data_request": "Những điều bạn đã yêu cầu về dữ liệu của mình",
    "certification_data_request_step": "Ai đã trả lời các yêu cầu ấy",
    "certification_look": "Ai đã xem dữ liệu của bạn",
}
"""What each table of an export holds."""


def index(
    number: str, name: str, now: datetime, counts: Mapping[str, int], statements: int, files: Sequence[str]
) -> str:
    """The text to be read first: what is in the archive, file by file, and what is not."""
    at = now.astimezone(VIETNAM)
    lines = [
        "TOÀN BỘ DỮ LIỆU VỀ MỘT NGƯỜI",
        "",
        f"Người: {name} (mã {number})",
        f"Lấy ra lúc: {at:%H:%M ngày %d/%m/%Y} (giờ Việt Nam)",
        "",
        "Tệp này có dữ liệu cá nhân. Chỉ mở và giữ ở nơi chỉ bạn vào được.",
        "",
        "TRONG TỆP CÓ",
        "",
        f"statements.ndjson: {statements} bản ghi học tập, đúng từng ký tự như đang lưu, kèm tệp đính kèm.",
        "  Bản ghi về một nhóm có thể nêu cả người khác trong nhóm: đừng chuyển tiếp nếu chưa hỏi họ.",
    ]
    lines += [
        f"tables/{table}.json: {TABLES[table]} ({count})"
        for table, count in counts.items()
        if count and table in TABLES
    ]
    handed = [one for one in files if one.startswith("files/")]
    signed = [one for one in files if one.startswith("certificates/")]
    lines += [f"files/: {len(handed)} tệp bạn đã nộp"] if handed else []
    lines += [f"certificates/: {len(signed)} giấy công nhận điện tử đã ký (Open Badges 3.0)"] if signed else []
    lines += [
        "needed/: tên đơn vị, bộ tiêu chí, thang điểm mà dữ liệu trên dựa vào",
        "manifest.json: danh sách mọi tệp kèm mã kiểm tra SHA-256, và những gì không có trong tệp kèm lý do",
        "",
        "KHÔNG CÓ: mật khẩu, khoá, dữ liệu của người khác trong danh sách chung.",
        "Không có dòng nào ở một bảng nghĩa là không lưu gì về bạn ở bảng đó.",
        "",
        "Muốn sửa, xoá, hạn chế hay rút đồng ý: gửi yêu cầu cho công đoàn hoặc nơi giữ dữ liệu.",
        "",
    ]
    return "\r\n".join(lines)
