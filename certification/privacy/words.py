"""What a worker is told of who looked at what, in Vietnamese."""

from __future__ import annotations

from collections.abc import Mapping

from certification.access.permissions import Act

__all__ = ["CANDIDATES", "LOOKED_AT", "OTHERWISE", "TRANSCRIPT", "looked_at"]

LOOKED_AT: Mapping[Act, str] = {
    Act.ANSWER_DATA_REQUESTS: "trả lời yêu cầu về dữ liệu",
    Act.ANSWER_DISPUTES: "trả lời khiếu nại",
    Act.ASK_ABOUT_DATA: "ghi yêu cầu về dữ liệu thay người lao động",
    Act.ATTEST: "xác nhận điểm",
    Act.CHANGE_IDENTITY: "nối hoặc tách hồ sơ",
    Act.CONSENT: "ghi sự đồng ý trên giấy",
    Act.DECIDE_DECLARATIONS: "xét khai báo chứng chỉ, tự học",
    Act.DECIDE_TITLES: "ghi quyết định công nhận danh hiệu",
    Act.DECLARE: "khai chứng chỉ, tự học thay người lao động",
    Act.DISPUTE: "ghi khiếu nại thay người lao động",
    Act.PRINT_SLIPS: "in phiếu mã đăng nhập",
    Act.PROPOSE_TITLES: "đề nghị công nhận danh hiệu",
    Act.READ_ACTS: "xem sổ việc đã làm",
    Act.READ_ASSESSMENT: "xem kết quả đánh giá",
    Act.READ_CERTIFICATES: "xem sổ giấy công nhận",
    Act.READ_CONSENTS: "xem sự đồng ý đã cho",
    Act.READ_DATA_REQUESTS: "xem yêu cầu về dữ liệu",
    Act.READ_DECLARATIONS: "xem khai báo chứng chỉ, tự học",
    Act.READ_DISPUTES: "xem khiếu nại",
    Act.ERASE_PERSON: "xem trước việc xoá dữ liệu",
    Act.EXPORT_CANDIDATES: "lập tệp người đề nghị cho trang khác",
    Act.EXPORT_PERSON: "lấy toàn bộ dữ liệu về bạn",
    Act.READ_DOSSIERS: "xem hồ sơ xét danh hiệu",
    Act.READ_DOUBLES: "xem hồ sơ có thể trùng",
    Act.READ_FINDINGS: "xem dữ liệu học cần kiểm tra",
    Act.READ_HELD: "xem những gì đang được giữ",
    Act.READ_IDENTITY: "xem tài khoản học đã nối với hồ sơ",
    Act.READ_LEARNING: "xem nội dung đã học",
    Act.READ_LISTS: "xem danh sách dự học",
    Act.READ_LOOKS: "xem ai đã xem hồ sơ",
    Act.READ_RATE_PEOPLE: "xem danh sách người trong một tỷ lệ",
    Act.READ_RULE_CHANGES: "xem kết quả nào đổi vì quy tắc đổi",
    Act.READ_STATEMENTS: "xem phát biểu học tập như kho đã nhận",
    Act.READ_TEAMS: "xem danh sách tổ, chuyền",
    Act.READ_TITLE_DECISIONS: "xem đề nghị, quyết định công nhận",
    Act.READ_TRANSCRIPT: "nhận bảng kê kết quả học tập",
    Act.RECEIVE_TRANSCRIPTS: "nhận bảng kê kết quả học tập",
    Act.READ_UNKNOWN_ACTORS: "xem tài khoản học chưa nối",
    Act.SUPPOSE: "thử tính kết quả",
    Act.TAKE_DOSSIER_STEPS: "làm một bước của hồ sơ xét danh hiệu",
    Act.WITHDRAW_CERTIFICATES: "thu hồi hoặc đính chính giấy công nhận",
}


TRANSCRIPT = "transcript"
"""What is noted where a transcript was handed out."""

CANDIDATES = "candidates"
"""What is noted where candidates were taken to another site."""

OTHERWISE = "dùng dữ liệu trong hồ sơ"
"""What is said of anything else."""


def looked_at(what: str) -> str:
    """The words for what was looked at."""
    noted = {TRANSCRIPT: Act.READ_TRANSCRIPT, CANDIDATES: Act.EXPORT_CANDIDATES}
    act = noted.get(what) or Act.__members__.get(what)
    return OTHERWISE if act is None else LOOKED_AT.get(act, OTHERWISE)
