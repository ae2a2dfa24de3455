"""Rules in words: what their kinds and values are called."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from certification.web.frame import languages, written

__all__ = ["KINDS", "STATUSES", "is_code", "named", "path_words", "value_words"]

KINDS: Mapping[str, object] = {
    "criteria-set": _l("Bộ tiêu chí"),
    "rubric": _l("Thang điểm gợi ý"),
    "evidence-mapping": _l("Quy định đọc minh chứng"),
    "plan": _l("Kế hoạch, chỉ tiêu"),
    "plan-inheritance": _l("Chỉ tiêu theo kế hoạch cấp trên"),
    "report-form": _l("Biểu mẫu báo cáo"),
    "plan-report": _l("Báo cáo theo kế hoạch"),
    "procedure": _l("Cách xác nhận, khiếu nại"),
    "certificate-form": _l("Mẫu giấy công nhận"),
    "title-procedure": _l("Trình tự xét danh hiệu"),
    "personal-data": _l("Dữ liệu cá nhân"),
    "working-days": _l("Ngày làm việc"),
    "roll-call": _l("Điểm danh"),
}

PARTS: Mapping[str, object] = {
    "title": _l("tên"),
    "number": _l("số văn bản"),
    "issuer": _l("nơi ban hành"),
    "issued": _l("ngày ban hành"),
    "in_force_from": _l("có hiệu lực từ"),
    "in_force_to": _l("hết hiệu lực"),
    "years": _l("năm áp dụng"),
    "first": _l("từ"),
    "last": _l("đến"),
    "first_year": _l("năm đầu"),
    "title_rule": _l("điều kiện danh hiệu"),
    "total_at_least": _l("tổng điểm từ"),
    "each_indicator_at_least": _l("mỗi chỉ số từ"),
    "competence": _l("năng lực"),
    "indicator": _l("chỉ số"),
    "max_points": _l("điểm cao nhất"),
    "by_person_only": _l("chỉ do người chấm"),
    "component": _l("phần"),
    "steps": _l("bậc điểm"),
    "at_least": _l("từ"),
    "points": _l("điểm"),
    "measure": _l("cách đo"),
    "what": _l("loại minh chứng"),
    "quality_at_least": _l("mức minh chứng từ"),
    "single_statement_at_most": _l("một phát biểu cho nhiều nhất"),
    "target": _l("chỉ tiêu"),
    "values": _l("mức"),
    "percent": _l("phần trăm"),
    "population": _l("tính trên"),
    "numerator": _l("tính người"),
    "value": _l("giá trị"),
    "status": _l("độ chắc chắn"),
    "template": _l("mẫu"),
    "topic": _l("chủ đề"),
    "programme": _l("chương trình"),
    "owner": _l("đơn vị ban hành"),
    "parent": _l("kế hoạch cấp trên"),
    "year": _l("năm"),
    "off": _l("ngày nghỉ"),
    "worked": _l("ngày làm bù"),
    "reading": _l("cách hiểu"),
    "report": _l("báo cáo"),
}
"""Names of values that people look for most, in both languages."""

_MORE: Mapping[str, str] = {
    "ability": "năng lực", "about": "về", "achieved": "lời “đạt danh hiệu”", "achievement": "danh hiệu",
    "activity": "hoạt động", "activity_types": "loại hoạt động", "adds_to": "thêm vào tệp", "all": "mọi giá trị",
    "also": "cũng tính", "also_binds": "cũng ràng buộc", "answer_within_days": "trả lời trong (ngày)",
    "any": "một trong", "appeal": "khiếu nại", "asked_by": "hỏi ở", "assessment_year": "năm đánh giá",
    "at_most": "nhiều nhất", "attachment_usage_types": "loại tệp đính kèm", "attestation": "xác nhận điểm",
    "audience": "đối tượng", "audience_title": "tên đối tượng", "author": "người lập", "base": "dựa trên tệp",
    "basis": "căn cứ", "before": "trước ngày", "carry_over": "chuyển tiếp", "categories": "mục phân loại",
    "category_types": "loại mục phân loại", "certificate": "giấy chứng nhận",
    "certificate_at_most": "giấy chứng nhận cho nhiều nhất", "checked": "ngày kiểm tra",
    "claims_at_most": "mức tự nêu nhiều nhất", "class": "nhóm phần", "closes": "kết thúc", "code": "mã",
    "collecting": "thu báo cáo", "column": "cột", "commitment": "nội dung đưa vào chương trình năm",
    "confirm": "xác nhận", "confirm_within_days": "xác nhận trong (ngày)", "controller": "bên kiểm soát dữ liệu",
    "counted": "được tính", "criteria": "tiêu chí", "criteria_set": "bộ tiêu chí", "cut_off": "ngày chốt",
    "data": "dữ liệu", "dating": "ngày học", "day": "ngày", "days": "số ngày", "days_per_level": "số ngày mỗi cấp",
    "days_with_others": "số ngày khi phải hỏi nơi khác", "decided_by": "người quyết định", "declaration": "khai báo",
    "definition": "giải thích", "definition_en": "giải thích bằng tiếng Anh", "description": "mô tả",
    "dispute": "khiếu nại kết quả", "due_on": "hạn", "early_minutes": "sớm nhất (phút)", "english": "tiếng Anh",
    "entered": "cách nhập", "equals": "bằng", "exists_from": "có từ", "exists_to": "có đến",
    "extension_days": "gia hạn (ngày)", "figure": "số liệu", "file_bytes_at_most": "cỡ tệp nhiều nhất (byte)",
    "filing": "lần báo cáo", "first_day": "ngày đầu", "from": "từ", "from_day": "từ ngày", "from_year": "từ năm",
    "future_after_minutes": "coi là tương lai sau (phút)", "gives": "cho minh chứng",
    "grassroots_officer": "cán bộ công đoàn cơ sở", "ground": "căn cứ pháp lý", "grounds": "căn cứ", "group": "nhóm",
    "grouping_types": "loại nhóm hoạt động", "groupings": "nhóm hoạt động", "hazard": "chỗ dễ đọc nhầm",
    "heading": "tiêu đề", "href": "đường dẫn", "id": "mã", "in_force_note": "ghi chú về hiệu lực",
    "in_force_status": "độ chắc chắn của ngày hiệu lực", "indicators": "các chỉ số",
    "issued_as_printed": "ngày ban hành như đã in", "item": "mục", "join": "cách gộp", "keep_days": "giữ (ngày)",
    "kind": "loại", "kind_of_learning": "hình thức học", "lacking": "mục còn thiếu", "last_day": "ngày cuối",
    "late_after_days": "coi là muộn sau (ngày)", "late_minutes": "muộn nhất (phút)", "leavers": "người đã nghỉ",
    "leaves_out": "không tính", "list": "danh sách", "location": "chỗ trong phát biểu", "looks": "lượt xem",
    "means": "nghĩa là", "meeting": "họp xét", "minutes_at_least": "số phút từ", "name": "tên", "needs": "cần có",
    "none": "không có giá trị nào", "note": "ghi chú", "note_en": "ghi chú bằng tiếng Anh",
    "object_type": "loại đối tượng", "once": "chỉ tính một lần", "one_of": "một trong", "opening": "lời mở đầu",
    "operator": "phép so sánh", "options": "lựa chọn", "organization": "đơn vị", "other_types": "loại hoạt động khác",
    "outcomes": "kết quả", "own": "việc của chính mình", "parent_types": "loại hoạt động cha", "period": "kỳ",
    "plan": "kế hoạch", "predecessor": "đơn vị trước", "presence": "phải có hay không",
    "present_per_cent": "có mặt (%)", "profile": "hồ sơ xAPI", "publisher": "nơi công bố", "purpose": "mục đích",
    "quality": "mức minh chứng", "quality_at_most": "mức minh chứng nhiều nhất",
    "quality_at_most_when_faulty": "mức nhiều nhất khi chưa đúng hồ sơ",
    "quality_at_most_when_trusted": "mức nhiều nhất khi được tin", "reads": "đọc thấy", "reason": "lý do",
    "recipients": "nơi nhận", "recognises": "lời công nhận", "register": "vào sổ", "related_to": "liên quan đến",
    "reminder": "nhắc", "replaces": "thay cho tệp", "reported": "số đã báo cáo",
    "reported_in_words": "đã báo cáo, bằng chữ", "request": "yêu cầu về dữ liệu", "required": "bắt buộc",
    "result_line": "câu kết quả", "rights": "quyền của người đó", "roles": "vai trò", "rule": "cách tính",
    "same_as": "giống như", "score_at_least": "điểm số từ", "section": "phần", "see_also": "xem thêm",
    "selector": "chọn", "self_study_at_most": "tự học cho nhiều nhất", "send_within_hours": "gửi trong (giờ)",
    "sha256": "mã kiểm tra", "shows_ability": "chứng tỏ biết làm", "source": "nguồn",
    "source_line": "câu trong nguồn", "sources": "nguồn", "stage": "bước nhắc", "state": "tình trạng",
    "stated_topics": "chủ đề do phát biểu nêu", "statement_template": "mẫu phát biểu",
    "statement_templates": "mẫu phát biểu", "step": "bước", "step_seconds": "mã đổi sau (giây)",
    "succession": "kế thừa", "successor": "đơn vị kế thừa", "targets": "chỉ tiêu", "team_lead": "tổ trưởng",
    "text": "nội dung", "ticket_minutes": "phiếu có mặt dùng trong (phút)", "time_zone": "múi giờ",
    "title_as_printed": "tên như đã in", "title_en": "tên tiếng Anh", "title_years": "năm có danh hiệu", "to": "đến",
    "took_place": "ngày thay đổi", "top": "đơn vị trên cùng", "topics": "chủ đề", "tree": "hệ thống đơn vị",
    "type": "loại", "unit": "đơn vị tính", "unlisted_authority": "nguồn chưa có trong danh sách",
    "upper_officer": "cán bộ công đoàn cấp trên", "validity": "thời hạn", "verb": "động từ", "verbs": "động từ",
    "votes_per_cent": "phiếu đồng ý (%)", "weekly_rest": "ngày nghỉ hằng tuần", "where": "ở đâu", "why": "vì sao",
    "window": "khoảng được điểm danh", "within_days": "trong (ngày)", "words": "lời", "working_days": "ngày làm việc",
}  # fmt: skip
"""Names of all other values, in Vietnamese; in English they are called as in the file."""

STATUSES: Mapping[str, object] = {
    "CONFIRMED": _l("có văn bản nêu rõ"),
    "INFERRED": _l("suy ra từ văn bản"),
    "PROPOSAL": _l("đề xuất, chưa có văn bản"),
}
"""How sure a value is."""

_VALUES: Mapping[str, object] = {
    **STATUSES,
    "workers": _l("người lao động"),
    "union_cadres": _l("cán bộ công đoàn"),
    "grassroots_unions": _l("công đoàn cơ sở"),
    "person": _l("người"),
    "organization": _l("đơn vị"),
    "any_of": _l("đạt một trong các nội dung"),
    "all_of": _l("đạt mọi nội dung"),
    "title_holders": _l("người có danh hiệu"),
    "yearly": _l("hằng năm"),
    "mid-term": _l("sơ kết"),
    "final": _l("tổng kết"),
    "interim": _l("đột xuất"),
    "included": _l("phải có"),
    "excluded": _l("không được có"),
    "recommended": _l("nên có"),
    "may": _l("được làm"),
    "never": _l("không được làm"),
    "only": _l("chỉ người đó"),
    "worker": _l("người lao động"),
    "team_lead": _l("tổ trưởng"),
    "grassroots_officer": _l("cán bộ công đoàn cơ sở"),
    "upper_officer": _l("cán bộ công đoàn cấp trên"),
    "operator": _l("người vận hành"),
}

_CODE = re.compile("[a-z0-9<$][^ ]*")

LONGEST = 300
"""So many characters of a value are shown."""


def named(document: Mapping[str, Any]) -> str:
    """What a file calls itself."""
    return str(document.get("title") or document["id"])


def path_words(path: tuple[str, ...]) -> list[tuple[str, bool]]:
    """Where a value stands, from the outside in: “điều kiện danh hiệu”, “tổng điểm từ”; and of each part whether it is
    the code of a row."""
    said = [_part(one) for one in path]
    return said[:-1] if len(path) > 1 and path[-1] == "value" else said


def _part(one: str) -> tuple[str, bool]:
    if one in PARTS:
        return str(PARTS[one]), False
    if one in _MORE:
        return (one.replace("_", " ") if languages.chosen() == "en" else _MORE[one]), False
    with suppress(ValueError):
        return written.day(date.fromisoformat(one)), False
    return one, not one.isdecimal()


def is_code(value: Any) -> bool:
    """Whether a value is shown as the code that it is: the id of a topic, an IRI."""
    if isinstance(value, list):
        return bool(value) and all(map(is_code, value))
    if isinstance(value, Mapping) and "value" in value:
        return is_code(value["value"])
    return isinstance(value, str) and value not in _VALUES and _CODE.fullmatch(value) is not None


def value_words(value: Any) -> str:
    """A value on one line; a dash for none."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return str(_("có") if value else _("không"))
    if isinstance(value, date):
        return written.day(value)
    if isinstance(value, Mapping):
        if "value" in value:
            return value_words(value["value"])
        if "title" in value or "text" in value:
            return _short(str(value.get("title") or value["text"]))
        return _short("; ".join(f"{_part(str(key))[0]}: {value_words(inner)}" for key, inner in value.items()))
    if isinstance(value, list):
        return _short(", ".join(value_words(one) for one in value)) or "–"
    return _short(str(_VALUES.get(value, value)) if isinstance(value, str) else str(value))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
