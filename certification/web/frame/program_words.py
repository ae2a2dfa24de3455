"""Words that the rest of the program has in Vietnamese alone, as pages say them: in the language of the reader.

Whoever adds a state or a step adds its words here, so that they are gathered for the catalogue of English; a test
compares.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

__all__ = ["WORDS", "all_in_words", "in_words"]

_Key = TypeVar("_Key")

WORDS = (
    _l("chưa mở"),
    _l("đang soạn"),
    _l("đã nộp, chờ duyệt"),
    _l("bị trả lại, chờ sửa"),
    _l("đã duyệt"),
    _l("đã phát hành"),
    _l("mở"),
    _l("nộp"),
    _l("trả lại"),
    _l("duyệt"),
    _l("phát hành"),
    _l("mở lại để đính chính"),
    _l("hằng năm"),
    _l("sơ kết"),
    _l("tổng kết"),
    _l("đột xuất"),
    _l("chưa đăng ký"),
    _l("đã đăng ký, chưa tự đánh giá"),
    _l("đã tự đánh giá, chờ công đoàn cơ sở xác nhận"),
    _l("đã được công đoàn cơ sở xác nhận, chờ xét"),
    _l("đã xét, chờ đề nghị"),
    _l("đã đề nghị, chờ quyết định"),
    _l("đã được công nhận danh hiệu"),
    _l("không được công nhận"),
    _l("đang khiếu nại, chờ trả lời"),
    _l("không được công nhận, khiếu nại đã trả lời"),
    _l("đã rút"),
    _l("đã bị thu hồi danh hiệu"),
    _l("đăng ký"),
    _l("tự đánh giá"),
    _l("xác nhận"),
    _l("xét"),
    _l("đề nghị"),
    _l("công nhận"),
    _l("không công nhận"),
    _l("khiếu nại"),
    _l("giữ nguyên"),
    _l("xét lại"),
    _l("rút hồ sơ"),
    _l("thu hồi danh hiệu"),
    _l("mới nhận, chờ xác nhận với người yêu cầu"),
    _l("đã xác nhận, đang thực hiện"),
    _l("đang thực hiện, đã gia hạn"),
    _l("đã thực hiện"),
    _l("đã thôi hạn chế"),
    _l("đã bị từ chối"),
    _l("đã được người yêu cầu rút lại"),
    _l("chờ xác nhận"),
    _l("đã được xác nhận"),
    _l("đã được rút"),
    _l("đang chờ trả lời"),
    _l("đã được trả lời"),
    _l("trả lời yêu cầu về dữ liệu"),
    _l("trả lời khiếu nại"),
    _l("ghi yêu cầu về dữ liệu thay người lao động"),
    _l("xác nhận điểm"),
    _l("nối hoặc tách hồ sơ"),
    _l("ghi sự đồng ý trên giấy"),
    _l("xét khai báo chứng chỉ, tự học"),
    _l("ghi quyết định công nhận danh hiệu"),
    _l("khai chứng chỉ, tự học thay người lao động"),
    _l("ghi khiếu nại thay người lao động"),
    _l("in phiếu mã đăng nhập"),
    _l("đề nghị công nhận danh hiệu"),
    _l("xem sổ việc đã làm"),
    _l("xem kết quả đánh giá"),
    _l("xem sổ giấy công nhận"),
    _l("xem sự đồng ý đã cho"),
    _l("xem yêu cầu về dữ liệu"),
    _l("xem khai báo chứng chỉ, tự học"),
    _l("xem khiếu nại"),
    _l("xem trước việc xoá dữ liệu"),
    _l("lập tệp người đề nghị cho trang khác"),
    _l("lấy toàn bộ dữ liệu về bạn"),
    _l("xem hồ sơ xét danh hiệu"),
    _l("xem hồ sơ có thể trùng"),
    _l("xem dữ liệu học cần kiểm tra"),
    _l("xem những gì đang được giữ"),
    _l("xem tài khoản học đã nối với hồ sơ"),
    _l("xem nội dung đã học"),
    _l("xem danh sách dự học"),
    _l("xem ai đã xem hồ sơ"),
    _l("xem danh sách người trong một tỷ lệ"),
    _l("xem kết quả nào đổi vì quy tắc đổi"),
    _l("xem phát biểu học tập như kho đã nhận"),
    _l("xem danh sách tổ, chuyền"),
    _l("xem đề nghị, quyết định công nhận"),
    _l("nhận bảng kê kết quả học tập"),
    _l("xem tài khoản học chưa nối"),
    _l("thử tính kết quả"),
    _l("làm một bước của hồ sơ xét danh hiệu"),
    _l("thu hồi hoặc đính chính giấy công nhận"),
    _l("dùng dữ liệu trong hồ sơ"),
    _l("đủ điều kiện theo bộ tiêu chí"),
    _l("chưa đủ điều kiện"),
    _l("chưa kết luận được, còn chờ xác nhận"),
    _l("đạt"),
    _l("chưa đạt"),
    _l("chưa rõ"),
    _l("gợi ý từ nhật ký học tập"),
    _l("do người xác nhận"),
    _l("chưa có minh chứng"),
)
"""States and steps of reports, dossiers and cases, periods of reports, what was looked at, and how a result stands."""


def in_words(words: str) -> str:
    """These words in the language of the page."""
    return str(_(words)) if words else words


def all_in_words(words: Mapping[_Key, str]) -> dict[_Key, str]:
    """The same of all of them."""
    return {key: in_words(one) for key, one in words.items()}
