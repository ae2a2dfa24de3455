"""The words of a self-check, in Vietnamese: one place for page and JSON; and which to take for English."""

from __future__ import annotations

from collections.abc import Mapping

from certification.evidence import self_check_english as english
from certification.evidence.findings_words import finding_words
from certification.evidence.self_check import Remark
from lrs.api import Outcome

__all__ = ["EFFECTS", "OUTCOMES", "REMARKS", "remark_words", "remark_words_in_english"]

OUTCOMES: Mapping[Outcome, str] = {
    Outcome.REFUSED: "Kho không nhận: phát biểu sai quy tắc xAPI.",
    Outcome.NEW: "Kho sẽ nhận và lưu mới.",
    Outcome.ALREADY_THERE: "Kho đã có phát biểu này; gửi lại không đổi gì.",
    Outcome.CONFLICT: "Kho đã có một phát biểu khác mang cùng id, nên sẽ từ chối (409).",
}

EFFECTS: Mapping[str, str] = {
    "counts": "Được tính là minh chứng.",
    "waits": "Có minh chứng, nhưng chưa tính cho ai: tài khoản chưa gắn với người lao động nào.",
    "nothing": "Không tính là minh chứng.",
}

REMARKS: Mapping[str, str] = {
    # ------------------------------------------------ when and whether it is read at all
    "voids": "Phát biểu này huỷ một phát biểu khác; tự nó không phải minh chứng.",
    "voided": "Phát biểu này đã bị huỷ, nên không tính.",
    "no-mapping": "Chưa nạp quy tắc đọc minh chứng nào; hãy báo cho đơn vị quản lý.",
    "before-the-first-mapping": "Thời điểm này trước ngày quy tắc đọc minh chứng đầu tiên có hiệu lực.",
    "no-criteria-for-the-year": (
        "Năm {year} không có bộ tiêu chí nào, nên không tính cho chỉ số nào; kiểm tra lại timestamp."
    ),
    "no-timestamp": "Không có timestamp: sẽ lấy lúc kho nhận được. Hãy gửi thời điểm việc học diễn ra.",
    "in-the-future": "Ngày {day} chưa tới; chỉ tính từ ngày đó. Kiểm tra đồng hồ và múi giờ của máy gửi.",
    # ------------------------------------------------ who
    "group-without-members": "Nhóm không nêu thành viên, nên không biết tính cho ai; hãy liệt kê member.",
    "actor-is-no-account": (
        "Nên nhận diện bằng account (homePage và mã nhân viên) như trong danh sách người lao động, không dùng thư "
        "điện tử hay openid: đó là dữ liệu cá nhân và hay thay đổi."
    ),
    "actor-unknown": (
        "Chưa biết {actor}{others} là người lao động nào. Phát biểu vẫn được lưu và chờ: nhờ đơn vị quản lý ghi tài "
        "khoản này vào danh sách, hoặc kiểm tra lại homePage và name đã thống nhất."
    ),
    # ------------------------------------------------ verb, object, outcome
    "verb-not-mapped": "Động từ {verb} không nằm trong quy tắc đọc minh chứng.{near}",
    "object-is-no-activity": "Chỉ tính phát biểu có đối tượng là một Activity.",
    "outcome-failed": "Với động từ này, chưa đạt (success = false) thì không tính.",
    "outcome-unfinished": "Với động từ này, chưa xong (completion = false) thì không tính.",
    "outcome-fine": "Với động từ này, chỉ tính khi result nói là chưa đạt hoặc chưa xong.",
    "type-not-mapped": "Loại hoạt động {type} không đi với động từ này. Các loại được tính: {types}.",
    "no-type": (
        "Hoạt động không nêu loại (definition.type); nêu loại thì có thể còn tính là: {titles}."
    ),
    # ------------------------------------------------ topics
    "no-topic": (
        "Không nêu chủ đề, nên chỉ tính là học tập nói chung. Thêm hoạt động category {prefix}<mã chủ đề>, hoặc nhờ "
        "đơn vị quản lý ghi khóa học này vào danh mục."
    ),
    "topic-unknown": "Không có chủ đề “{topic}”.{near}",
    "topic-of-another-profile": "Chủ đề được nêu bằng địa chỉ khác; ở đây phải viết {right}.",
    "topics-not-taken": "Có nêu chủ đề ({titles}), nhưng động từ hoặc kết quả này không cho tính chủ đề.",
    "ability-not-shown": (
        "“{title}” chỉ tính khi đã hoàn thành, đạt hoặc được kiểm tra, không tính khi mới tham gia hay tiếp cận."
    ),
    # ------------------------------------------------ how strong, how long, how well
    "level-unreadable": "Mức minh chứng tự nêu phải là số 0, 1, 2 hoặc 3; đang bị bỏ qua.",
    "level-bounded": "Tự nêu mức {stated}, nhưng loại phát biểu này chỉ được tính đến mức {level}.",
    "too-weak-for": "Còn một phần của {indicators} chỉ nhận minh chứng từ mức {level} trở lên.",
    "no-duration": "Không có thời lượng (result.duration): số phút học tính là 0.",
    "duration-too-short": "Thời lượng (result.duration) dưới một phút: số phút học tính là 0.",
    "no-score": "Không có điểm (result.score.scaled): phần điểm kiểm tra của {indicators} không tính được.",
    "score-without-scale": "Có điểm nhưng không biết trên bao nhiêu: thêm scaled, hoặc max bên cạnh raw.",
}  # fmt: skip
"""What keeps a Statement from counting, or from counting for more, and what to do about it, by code; beside the words
of findings, which are told as they will be kept."""


def remark_words(remark: Remark) -> str:
    """A remark as a sentence."""
    if remark.code not in REMARKS:
        return finding_words(remark.code, remark.place, remark.about)
    about = dict(remark.about)
    if "near" in about:
        about["near"] = f" Có phải là {about['near']}?" if about["near"] else ""
    if "others" in about:
        about["others"] = f" và {about['others']} tài khoản khác" if about["others"] != "0" else ""
    return REMARKS[remark.code].format(**about)


def remark_words_in_english(remark: Remark) -> str:
    """The same in English; what rules call a topic, a template or a place stays as they write it."""
    about = dict(remark.about)
    if remark.code not in english.REMARKS:
        asked = english.ASKED[about["rule"]].format(**about) if "rule" in about else ""
        return english.FINDINGS[remark.code].format(**about, place=remark.place, asked=asked)
    if "near" in about:
        about["near"] = english.NEAR.format(near=about["near"]) if about["near"] else ""
    if "others" in about:
        about["others"] = english.OTHERS.format(others=about["others"]) if about["others"] != "0" else ""
    return english.REMARKS[remark.code].format(**about)
