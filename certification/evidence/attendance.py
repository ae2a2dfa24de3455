"""Rows of roll-calls and paper lists: which columns there are, what each row says, and the Statement it becomes.

COLUMNS     of the file, with their Vietnamese headings
read        a file → what its rows say, every fault noted
statement   what one row says → the Statement of it, without its id
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from certification import spreadsheets
from certification.evidence import issuing, words
from certification.people.workers import Person
from certification.rules.evidence_mapping import EvidenceMapping
from certification.rules.stated_facts import facts_of
from certification.spreadsheets import Column, Row, Sheet, written
from certification.vietnam import vietnam_day

__all__ = ["COLUMNS", "PAPER", "ROLL_CALL", "SENT_LATER", "Attended", "digest", "read", "said", "statement"]

PAPER, ROLL_CALL, SENT_LATER = "paper", "roll_call", "sent_later"
LEVEL_OF: Mapping[str, int] = {PAPER: 1, ROLL_CALL: 2, SENT_LATER: 1}
"""The evidence level of being on a list: E1 on paper, E2 where the organizer verified who was there; one less where a
worker's own word came after the roll-call."""
ASSESSED = 3
PLATFORM: Mapping[str, str] = {PAPER: "paper list", ROLL_CALL: "roll-call", SENT_LATER: "roll-call"}

ROWS_AT_MOST = 20_000
BYTES_AT_MOST = 16_000_000
LONGEST_MINUTES = 60_000
HIGHEST = 1_000_000

NUMBER, ACTIVITY, ACTIVITY_CODE, DAY, HOUR, MINUTES, TOPICS, DELIVERY, RESULT, SCORE, OUT_OF, RANK, CERTIFICATE = (
    "Mã người lao động", "Nội dung", "Mã nội dung", "Ngày", "Giờ bắt đầu", "Số phút", "Chủ đề", "Hình thức",
    "Kết quả", "Điểm", "Điểm tối đa", "Xếp hạng", "Số chứng chỉ",
)  # fmt: skip

DELIVERIES: Mapping[str, str] = {
    "nói chuyện chuyên đề": "talk",
    "lớp học": "class",
    "hội thảo": "conference",
    "trực tuyến": "webinar",
    "đối thoại": "dialogue",
    "kèm cặp": "mentoring",
    "hội thi": "contest",
    "kiểm tra": "test",
    "ngày hội": "event",
    "đọc sách": "reading",
}
RESULTS: Mapping[str, str] = {"": "", "đạt": "passed", "không đạt": "failed", "hoàn thành": "completed"}

COLUMNS = (
    Column(NUMBER, ("Mã NLĐ", "worker"), meaning="mã trong danh sách người lao động", example="A001"),
    Column(ACTIVITY, ("Tên hoạt động", "activity"), meaning="tên buổi học, lớp, hội thi", example="Luật Lao động 2019"),
    Column(
        ACTIVITY_CODE, ("activity code",), left_out=True, may_be_empty=True,
        meaning="mã riêng hoặc địa chỉ (IRI) của nội dung, để nhận ra cùng một nội dung ở nhiều nơi", example="LLD-01",
    ),
    Column(DAY, ("day",), kind="day", meaning="ngày học", example="05/09/2026"),
    Column(HOUR, ("start",), left_out=True, may_be_empty=True, meaning="giờ:phút", example="08:00"),
    Column(MINUTES, ("minutes",), left_out=True, may_be_empty=True, kind="number", meaning="thời lượng", example="90"),
    Column(
        TOPICS, ("topics",), left_out=True, may_be_empty=True,
        meaning="mã hoặc tên chủ đề của bảng minh chứng, cách nhau bằng dấu chấm phẩy", example="law-labour",
    ),
    Column(DELIVERY, ("delivery",), meaning="hình thức tổ chức", example="lớp học", choices=tuple(DELIVERIES)),
    Column(
        RESULT, ("result",), left_out=True, may_be_empty=True,
        meaning="kết quả, nếu có đánh giá", example="đạt", choices=tuple(word for word in RESULTS if word),
    ),
    Column(SCORE, ("score",), left_out=True, may_be_empty=True, meaning="điểm đạt được", example="8,5"),
    Column(OUT_OF, ("max score",), left_out=True, may_be_empty=True, meaning="thang điểm", example="10"),
    Column(RANK, ("rank",), left_out=True, may_be_empty=True, meaning="giải hoặc thứ hạng", example="Giải Nhì"),
    Column(
        CERTIFICATE, ("certificate",), left_out=True, may_be_empty=True,
        meaning="số hiệu giấy chứng nhận; không ghi số căn cước", example="CN-2026/015",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Attended:
    """What one row says. `day` is a day in Vietnam; `result` is passed, failed, completed or "" for none."""

    row: int
    number: str
    activity: str
    activity_code: str | None
    day: date
    hour: time | None
    minutes: int | None
    topics: tuple[str, ...]
    delivery: str
    result: str
    score: Decimal | None
    out_of: Decimal | None
    rank: str | None
    certificate: str | None

    @property
    def is_assessed(self) -> bool:
        """Whether the row says how well it was done, which needs somebody entitled to say so."""
        return bool(self.result in ("passed", "completed") or self.score is not None or self.rank or self.certificate)


def read(data: bytes) -> Sheet:
    """The rows of a CSV or XLSX file of attendance. Raises ImportFaults for what is no such file, or is too large."""
    if len(data) > BYTES_AT_MOST:
        message = f"tệp lớn {len(data) // 1_000_000} MB, nhiều nhất là {BYTES_AT_MOST // 1_000_000} MB; chia danh sách"
        raise spreadsheets.ImportFaults([spreadsheets.Fault(0, "", message)])
    return spreadsheets.read(data, COLUMNS, rows_at_most=ROWS_AT_MOST)


def said(row: Row, mapping: EvidenceMapping, now: datetime) -> Attended | None:
    """What the row says; None where it is at fault, and then every fault is noted."""
    number, activity = row.text(NUMBER), row.text(ACTIVITY)
    code, day = row.optional_text(ACTIVITY_CODE), row.day(DAY)
    hour = _hour(row)
    minutes = row.optional_number(MINUTES, at_least=1, at_most=LONGEST_MINUTES)
    topics = _topics(row, mapping)
    delivery = row.choice(DELIVERY, DELIVERIES)
    result = row.choice(RESULT, RESULTS)
    score, out_of = _decimal(row, SCORE), _decimal(row, OUT_OF)
    rank = row.optional_text(RANK, at_most=100)
    certificate = row.optional_text(CERTIFICATE, at_most=100)
    if day is not None and day > (today := vietnam_day(now)):
        row.fault(DAY, f"{written(day)} chưa tới (hôm nay {written(today)}); sửa ngày")
    if day is not None and day.year < 2000:
        row.fault(DAY, f"{written(day)} quá xa; sửa năm")
    if (score is None) != (out_of is None) and row.ok:
        row.fault(OUT_OF if out_of is None else SCORE, "ghi cả điểm và thang điểm, hoặc bỏ trống cả hai")
    if score is not None and out_of is not None and (out_of <= 0 or score > out_of):
        row.fault(SCORE, "điểm lớn hơn thang điểm, hoặc thang điểm bằng 0; sửa lại")
    if certificate is not None and words.tells_who(certificate):
        message = "số này giống số căn cước, chứng minh thư hoặc điện thoại; ghi số hiệu giấy chứng nhận, có ký hiệu"
        row.fault(CERTIFICATE, message)
    for column, text in ((ACTIVITY, activity), (ACTIVITY_CODE, code), (RANK, rank)):
        if text is not None and words.tells_who(text):
            row.fault(column, "có số giống số điện thoại, số căn cước hoặc địa chỉ thư; bỏ số đó đi")
    if certificate is not None and result == "failed":
        row.fault(CERTIFICATE, "kết quả là không đạt mà vẫn có chứng chỉ; sửa một trong hai")
    if code is not None and ("://" in code or code.startswith("urn:")) and not _is_iri(code):
        row.fault(ACTIVITY_CODE, "không phải địa chỉ (IRI) hợp lệ; sửa địa chỉ hoặc ghi mã riêng")
    if not row.ok or number is None or activity is None or day is None or delivery is None or result is None:
        return None
    return Attended(
        row.number, number, activity, code, day, hour, minutes, topics, delivery, result, score, out_of, rank,
        certificate,
    )  # fmt: skip


def _is_iri(text: str) -> bool:
    return (
        re.fullmatch(r"(?:https?://[^\s/<>\"{}|\\^`]+[^\s<>\"{}|\\^`]*|urn:[a-z0-9-]{2,31}:[^\s<>\"]+)", text)
        is not None
    )


def _hour(row: Row) -> time | None:
    text = row.optional_text(HOUR)
    if text is None:
        return None
    found = re.fullmatch(r"([01]?[0-9]|2[0-3])[:hg]([0-5][0-9])?(?::[0-5][0-9])?", text, re.ASCII | re.IGNORECASE)
    if found is None:
        row.fault(HOUR, f"“{text}” không phải giờ; ghi giờ:phút, ví dụ 08:00")
        return None
    return time(int(found[1]), int(found[2] or 0))


def _decimal(row: Row, column: str) -> Decimal | None:
    text = row.optional_text(column)
    if text is None:
        return None
    try:
        number = Decimal(text.replace(",", ".")) if re.fullmatch(r"[0-9]{1,7}([.,][0-9]{1,4})?", text) else None
    except InvalidOperation:
        number = None
    if number is None or number > HIGHEST:
        row.fault(column, f"“{text}” không phải số từ 0 đến {HIGHEST}; sửa lại số, ví dụ 8,5")
        return None
    return number


def _topics(row: Row, mapping: EvidenceMapping) -> tuple[str, ...]:
    text = row.optional_text(TOPICS, at_most=2000)
    found = []
    names = {title.casefold(): code for code, title in mapping.topics.items()}
    for part in filter(None, (one.strip() for one in (text or "").split(";"))):
        code = part if part in mapping.topics else names.get(part.casefold())
        if code is None:
            row.fault(TOPICS, f"không có chủ đề “{part}”; ghi một trong: {', '.join(sorted(mapping.topics))}")
        else:
            found.append(code)
    return tuple(sorted(set(found)))


# ---------------------------------------------------------------- the Statement of a row


def statement(
    tenant: UUID, mapping: EvidenceMapping, organizer: str, kind: str, one: Attended, person: Person, *, entitled: bool
) -> dict[str, Any]:
    """The Statement of a row, without its id and without the place in its list. `entitled`: whether the organizer's
    results and certificates count as assessed."""
    verb, activity_type = _verb_and_type(one)
    extensions: dict[str, Any] = {"delivery": one.delivery, "org-code": organizer}
    if one.certificate:
        extensions["certificate-number"] = one.certificate
    result = _result(one, mapping)
    made: dict[str, Any] = {
        "actor": issuing.account(tenant, person),
        "verb": {"id": issuing.VERBS[verb]},
        "object": {
            "objectType": "Activity",
            "id": issuing.activity_id(tenant, organizer, one.activity_code or one.activity),
            "definition": {
                "name": issuing.language(one.activity),
                "type": issuing.ACTIVITY_TYPES[activity_type],
            },
        },
        "context": issuing.context(
            mapping,
            platform=PLATFORM[kind],
            topics=one.topics,
            level=ASSESSED if entitled and one.is_assessed else LEVEL_OF[kind],
            extensions=extensions,
            instructor=issuing.agent(tenant, f"organization/{organizer}"),
        ),
        "timestamp": issuing.at(one.day, one.hour),
    }
    return made | ({"result": result} if result else {})


def _verb_and_type(one: Attended) -> tuple[str, str]:
    """A certificate was earned, a test passed, a mark given; whoever failed was there all the same."""
    if one.certificate:
        return "earned", "certificate"
    if one.result in ("passed", "completed"):
        return one.result, one.delivery
    if one.result == "" and (one.score is not None or one.rank):
        return "scored", one.delivery
    return ("read" if one.delivery == "reading" else "attended"), one.delivery


def _result(one: Attended, mapping: EvidenceMapping) -> dict[str, Any]:
    result: dict[str, Any] = {}
    if one.minutes is not None:
        result["duration"] = f"PT{one.minutes}M"
    if one.score is not None and one.out_of is not None:
        scaled = (one.score / one.out_of).quantize(Decimal("0.0001"))
        result["score"] = {"scaled": float(scaled), "raw": float(one.score), "min": 0, "max": float(one.out_of)}
    if one.result in ("passed", "failed"):
        result["success"] = one.result == "passed"
    if one.result == "completed":
        result["completion"] = True
    if one.rank:
        result["extensions"] = {f"{mapping.profile}/extension/rank": one.rank}
    return result


def uncounted(mapping: EvidenceMapping, made: Mapping[str, Any], one: Attended) -> tuple[str, ...]:
    """The topics that the row states and the evidence mapping would not count for such a Statement."""
    counted = {fact.what for fact in facts_of(mapping, made)}
    return tuple(code for code in one.topics if code not in counted)


def digest(made: Mapping[str, Any]) -> str:
    """Of what a row says, to know it again wherever it stands in a corrected list."""
    return hashlib.sha256(json.dumps(made, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
