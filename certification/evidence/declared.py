"""What a worker declares (`declarations`): what is wrong with it, and the Statement that tells it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from certification.evidence import issuing, kept_files, words
from certification.people.workers import Person
from certification.rules.evidence_mapping import EvidenceMapping
from certification.rules.procedures import Procedure
from certification.spreadsheets import Fault, written

__all__ = ["CERTIFICATE", "KINDS", "SELF_STUDY", "Declared", "Listed", "faults", "statement"]

CERTIFICATE, SELF_STUDY = "certificate", "self_study"
KINDS = (CERTIFICATE, SELF_STUDY)
PROOFS = ("application/pdf", "image/jpeg", "image/png")
ENDS: Mapping[str, bytes] = {"application/pdf": b"%%EOF", "image/jpeg": b"\xff\xd9", "image/png": b"IEND"}
LONGEST_MINUTES = 525_600


@dataclass(frozen=True, slots=True)
class Declared:
    """What a worker declares. `learned_on` is a day in Vietnam; `topics` are codes of the evidence mapping."""

    kind: str
    title: str
    learned_on: date
    topics: Sequence[str] = ()
    provider: str | None = None
    minutes: int | None = None
    certificate_number: str | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A declaration as it stands. `same_file` says of how many other workers' declarations this very file is the proof:
    whoever looks at it should know."""

    id: UUID
    number: str
    kind: str
    title: str
    provider: str | None
    topics: tuple[str, ...]
    learned_on: date
    minutes: int | None
    certificate_number: str | None
    sha256: str | None
    file_name: str | None
    state: str
    due: date
    statement_id: UUID
    same_file: int = 0


def faults(
    said: Declared, file: bytes | None, today: date, topics: Mapping[str, str], procedure: Procedure
) -> Iterator[Fault]:
    """All that is wrong with a declaration and the file that shows it; `topics` are those there are."""
    if said.kind not in KINDS:
        yield Fault(0, "kind", f"“{said.kind}” không hiểu được; ghi một trong: {', '.join(KINDS)}")
    yield from words.title_faults(0, "title", said.title, needed=True)
    yield from words.title_faults(0, "provider", said.provider)
    yield from words.title_faults(0, "certificate_number", said.certificate_number)
    if said.kind == CERTIFICATE and not (said.provider or "").strip():
        yield Fault(0, "provider", "ghi nơi cấp chứng chỉ")
    if said.learned_on > today:
        yield Fault(0, "learned_on", f"{written(said.learned_on)} chưa tới (hôm nay {written(today)}); sửa ngày")
    if said.learned_on.year < 2000:
        yield Fault(0, "learned_on", f"{written(said.learned_on)} quá xa; sửa năm")
    minutes = said.minutes
    if minutes is not None and (
        isinstance(minutes, bool) or not isinstance(minutes, int) or not 1 <= minutes <= LONGEST_MINUTES
    ):
        yield Fault(0, "minutes", f"“{minutes}” không phải số nguyên từ 1 đến {LONGEST_MINUTES}; sửa lại số")
    for topic in said.topics:
        if topic not in topics:
            yield Fault(0, "topics", f"không có chủ đề “{topic}”; ghi một trong: {', '.join(sorted(topics))}")
    yield from _file_faults(said.kind, file, procedure)


def _file_faults(kind: str, file: bytes | None, procedure: Procedure) -> Iterator[Fault]:
    if file is None:
        if kind == CERTIFICATE:
            yield Fault(0, "file", "kèm bản chụp chứng chỉ: PDF, JPG hoặc PNG")
        return
    if len(file) > procedure.file_bytes_at_most:
        most = procedure.file_bytes_at_most
        yield Fault(
            0, "file", f"tệp lớn {_megabytes(len(file))}, nhiều nhất là {_megabytes(most)}; chụp hoặc quét nhỏ hơn"
        )
        return
    content_type = kept_files.kind_of(file)
    if content_type not in PROOFS:
        yield Fault(0, "file", "tệp này không phải PDF, JPG hay PNG (xét theo nội dung, không theo tên); chụp lại")
    elif ENDS[content_type] not in file[-2048:]:
        yield Fault(0, "file", "tệp bị cụt, chưa tải hết; gửi lại")


def _megabytes(count: int) -> str:
    """To a tenth, the next above: 10,1 MB."""
    return f"{-(-count // 100_000) / 10:.1f} MB".replace(".0", "").replace(".", ",")


def statement(
    tenant: UUID,
    mapping: EvidenceMapping,
    one: Listed,
    person: Person,
    *,
    level: int,
    statement_id: UUID | None = None,
    unit: str | None = None,
) -> dict[str, Any]:
    """The Statement of a declaration: the worker's own, or, with `unit`, the one that confirms it."""
    extensions: dict[str, Any] = {"delivery": one.kind, "declaration": str(one.id)}
    if one.certificate_number:
        extensions["certificate-number"] = one.certificate_number
    if one.provider:
        extensions["provider"] = one.provider
    if unit is not None:
        extensions["org-code"] = unit
    instructor = issuing.agent(tenant, f"organization/{unit}") if unit is not None else None
    is_certificate = one.kind == CERTIFICATE
    context = issuing.context(
        mapping,
        platform="declaration",
        topics=one.topics,
        level=level,
        extensions=extensions,
        instructor=instructor,
    )
    if statement_id is not None:
        context["statement"] = {"objectType": "StatementRef", "id": str(one.statement_id)}
    made: dict[str, Any] = {
        "id": str(statement_id or one.statement_id),
        "actor": issuing.account(tenant, person),
        "verb": {"id": issuing.VERBS["earned" if is_certificate else "completed"]},
        "object": {
            "objectType": "Activity",
            "id": issuing.activity_id(tenant, one.provider or "", one.title),
            "definition": {
                "name": issuing.language(one.title),
                "type": issuing.ACTIVITY_TYPES[CERTIFICATE if is_certificate else SELF_STUDY],
            },
        },
        "context": context,
        "timestamp": issuing.at(one.learned_on),
    }
    return made | ({"result": {"duration": f"PT{one.minutes}M"}} if one.minutes else {})
