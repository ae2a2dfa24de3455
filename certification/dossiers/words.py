"""What people are told of dossiers, in Vietnamese."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

__all__ = [
    "FASTER",
    "ONLY_ONESELF",
    "OUTSIDE",
    "OWN",
    "SAME_HAND",
    "STATES",
    "STEPS",
    "closed",
    "no_points",
    "no_quorum",
    "number_taken",
    "title_withdrawn",
    "titled",
    "too_few_votes",
    "too_late_to_appeal",
]

FASTER = "Hồ sơ vừa được người khác xử lý; xem lại rồi làm tiếp"

STATES: Mapping[str, str] = {
    "new": "chưa đăng ký",
    "registered": "đã đăng ký, chưa tự đánh giá",
    "self_assessed": "đã tự đánh giá, chờ công đoàn cơ sở xác nhận",
    "confirmed": "đã được công đoàn cơ sở xác nhận, chờ xét",
    "reviewed": "đã xét, chờ đề nghị",
    "proposed": "đã đề nghị, chờ quyết định",
    "granted": "đã được công nhận danh hiệu",
    "refused": "không được công nhận",
    "appealed": "đang khiếu nại, chờ trả lời",
    "upheld": "không được công nhận, khiếu nại đã trả lời",
    "withdrawn": "đã rút",
    "revoked": "đã bị thu hồi danh hiệu",
}

STEPS: Mapping[str, str] = {
    "register": "đăng ký",
    "self-assess": "tự đánh giá",
    "confirm": "xác nhận",
    "return": "trả lại",
    "review": "xét",
    "propose": "đề nghị",
    "grant": "công nhận",
    "refuse": "không công nhận",
    "appeal": "khiếu nại",
    "uphold": "giữ nguyên",
    "reconsider": "xét lại",
    "withdraw": "rút hồ sơ",
    "revoke": "thu hồi danh hiệu",
}

OWN = "không ai làm việc này với hồ sơ của chính mình; nhờ người khác có thẩm quyền"
ONLY_ONESELF = "bước này chỉ chính người lao động làm được"
SAME_HAND = "tài khoản này đã làm bước trước của hồ sơ; quy trình cần người khác làm bước này"
OUTSIDE = "tài khoản này không được làm bước này với người này; nhờ người có vai trò ở đơn vị đó"


def not_in_state(step: str, state: str) -> str:
    return f"hồ sơ {STATES[state]}; không làm được bước “{STEPS[step]}”"


def closed(step: str, last: date) -> str:
    return f"đã hết hạn bước “{STEPS[step]}” (ngày cuối {last:%d/%m/%Y})"


def too_late_to_appeal(last: date) -> str:
    return f"đã hết hạn khiếu nại (ngày cuối {last:%d/%m/%Y})"


def no_points(indicators: Iterable[str]) -> str:
    return f"chưa tự chấm điểm: {', '.join(indicators)}; chấm đủ rồi nộp tự đánh giá"


def titled(year: int, number: str, worker: str | None) -> str:
    """By which decision the title of the year is held already; `worker` where by another record of the same person."""
    whose = f" dưới mã “{worker}” có cùng số định danh" if worker else ""
    return f"đã có danh hiệu năm {year} theo quyết định “{number}”{whose}; mỗi người một danh hiệu một năm"


def title_withdrawn(year: int, number: str) -> str:
    return f"danh hiệu năm {year} theo quyết định “{number}” đã bị thu hồi; quyết định đã ghi không bị ghi đè"


def number_taken(number: str, year: int) -> str:
    return f"số “{number}” đã dùng cho quyết định khác của cơ quan này trong năm {year}; kiểm tra số"


def no_quorum(present: int, called: int, share: int) -> str:
    return f"{present}/{called} người dự họp, quy trình cần từ {share}% số người được mời; họp lại rồi đề nghị"


def too_few_votes(worker: str, votes_for: int, votes_of: int, share: int) -> str:
    return f"mã “{worker}”: {votes_for}/{votes_of} phiếu đồng ý, quy trình cần từ {share}%; không đề nghị người này"
