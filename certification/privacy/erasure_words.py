"""What becomes of each table's rows when a person is erased, and why what stays does, in Vietnamese."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["BECOMES", "EMPTIED", "REMOVED", "STAYS", "WHY"]

REMOVED, EMPTIED, STAYS = "removed", "emptied", "stays"

BECOMES: Mapping[str, str] = {
    REMOVED: "xoá",
    EMPTIED: "xoá phần nói về người này, dòng còn lại dưới một mã không cho biết là ai",
    STAYS: "giữ dưới một mã không cho biết là ai",
}

_COUNTS = "số liệu đã tổng hợp không đổi; không còn biết là của ai"
_STEPS = "ai đã làm việc gì, ngày nào; lời ghi đã xoá"
_MARK = "dấu việc hệ thống còn phải làm"

WHY: Mapping[str, str] = {
    "certification_account": "tài khoản không đăng nhập được nữa và mang tên không cho biết là ai; tài khoản của người "
    "có chức trách giữ lại cùng những việc đã quyết định",
    "certification_act": "sổ việc đã làm không sửa được: còn ai làm gì, khi nào; chi tiết đã xoá",
    "certification_assessment": f"kết quả bằng điểm; {_COUNTS}",
    "certification_attendance_row": "danh sách có một dòng như vậy; nội dung dòng đã xoá",
    "certification_presence": f"ai đó có mặt ở một buổi; {_COUNTS}",
    "certification_attestation": "điểm mà kết quả dựa vào; lời ghi đã xoá",
    "certification_audience": "cho biết kết quả chấm theo tiêu chí nào",
    "certification_award": "quyết định công khai; sổ danh hiệu giữ số và tình trạng, không giữ tên",
    "certification_certificate": "sổ giấy công nhận giữ số, quyết định, tình trạng; tên và bản ký đã xoá",
    "certification_certificate_code": "người cầm giấy vẫn tra được giấy còn hiệu lực hay không, không thấy tên",
    "certification_consent": "chứng cứ rằng dữ liệu đã được giao khi có đồng ý; hết hiệu lực từ hôm xoá",
    "certification_data_request": "chứng cứ rằng yêu cầu được trả lời đúng hạn; lời của người yêu cầu đã xoá",
    "certification_data_request_step": _STEPS,
    "certification_declaration": "đã có khai báo; tên, nơi cấp, số và tệp đã xoá",
    "certification_declaration_step": _STEPS,
    "certification_dispute": "đã có khiếu nại; lời khiếu nại đã xoá",
    "certification_dispute_step": _STEPS,
    "certification_dossier": f"đã có người đăng ký và kết quả ra sao; {_COUNTS}",
    "certification_dossier_step": _STEPS,
    "certification_employment": f"số lao động những ngày đã qua; {_COUNTS}",
    "certification_fact": f"số giờ, số lượt đã học; {_COUNTS}",
    "certification_identity_event": "đã có người quyết định về hồ sơ; tài khoản và căn cứ đã xoá",
    "certification_occasion": f"số buổi học; {_COUNTS}",
    "certification_repeat": f"việc học được báo nhiều lần; {_COUNTS}",
    "certification_self_score": "điểm tự chấm, không còn lời ghi",
    "certification_stale": _MARK,
    "certification_standing": f"phần đã tính vào số liệu; {_COUNTS}",
    "certification_title_review": _STEPS,
    "certification_transcript_handover": "doanh nghiệp đã nhận bảng kê được báo là hết quyền giữ và phải xoá",
    "certification_uncounted": _MARK,
    "certification_union_role": f"số đoàn viên, cán bộ công đoàn những ngày đã qua; {_COUNTS}",
}
"""Why rows of a table stay, for whoever is about to erase. Whoever keeps some in `held.HELD` says so here."""
