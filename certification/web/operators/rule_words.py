"""Rules in words: what their kinds and values are called."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

__all__ = ["KINDS", "named", "path_words", "value_words"]

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
"""Names of values that people look for; others stand as the file has them."""

LONGEST = 300
"""So many characters of a value are shown."""


def named(document: Mapping[str, Any]) -> str:
    """What a file calls itself."""
    return str(document.get("title") or document["id"])


def path_words(path: tuple[str, ...]) -> str:
    """Where a value stands: “điều kiện danh hiệu › tổng điểm từ”."""
    said = [str(PARTS.get(one, one)) for one in path]
    return " › ".join(said[:-1] if len(path) > 1 and path[-1] == "value" else said)


def value_words(value: Any) -> str:
    """A value on one line; a dash for none."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return str(_("có") if value else _("không"))
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, Mapping):
        if "value" in value:
            return value_words(value["value"])
        if "title" in value or "text" in value:
            return _short(str(value.get("title") or value["text"]))
        return _short("; ".join(f"{PARTS.get(key, key)}: {value_words(inner)}" for key, inner in value.items()))
    if isinstance(value, list):
        return _short(", ".join(value_words(one) for one in value)) or "–"
    return _short(str(value))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
