"""What people are told of titles that are to be looked at again, in Vietnamese."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["ANSWERED", "KINDS", "NO_CERTIFICATE", "OUTSIDE", "OWN", "STATES"]

KINDS: Mapping[str, str] = {
    "statement_voided": "minh chứng làm căn cứ đã bị huỷ",
    "statement_of_another": "minh chứng làm căn cứ là của người khác",
    "attestation_withdrawn": "xác nhận điểm làm căn cứ đã bị rút",
    "attestation_lower": "xác nhận điểm đã được sửa thấp hơn",
    "not_met": "chấm lại thì không đạt tiêu chí",
    "title_withdrawn": "danh hiệu đã thu hồi mà giấy công nhận còn hiệu lực",
}

STATES: Mapping[str, str] = {
    "open": "chờ xem lại",
    "kept": "giữ nguyên danh hiệu",
    "corrected": "cấp lại giấy công nhận",
    "withdrawn": "thu hồi danh hiệu",
}

OWN = "Không ai xem lại danh hiệu của chính mình; nhờ người khác có thẩm quyền"
OUTSIDE = "Tài khoản này không được quyết định về danh hiệu của người này; nhờ người có thẩm quyền thu hồi danh hiệu"
ANSWERED = "Việc xem lại này đã có người giải quyết; xem lại danh sách"
NO_CERTIFICATE = "chưa có giấy công nhận nào còn hiệu lực để cấp lại; chọn cách giải quyết khác"
