"""What stands in the tables of a transcript, on paper and in a workbook: the same cells in the same order. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from certification.transcripts import words
from certification.transcripts.told import Learning, Sum, Title, Transcript

__all__ = ["Cell", "Column", "Table", "employed", "tables"]

Cell = str | int | float | date | None


@dataclass(frozen=True, slots=True)
class Column:
    """`width` in hundredths of the table; `kind` is "", "n" for numbers, "c" for what stands in the middle."""

    title: str
    width: int
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """`rows` as people read them; `values` the same as a workbook keeps them (minutes, days, shares)."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    values: tuple[tuple[Cell, ...], ...]
    note: str = ""


def tables(transcript: Transcript) -> tuple[Table, ...]:
    """By group, by indicator, titles, and each activity."""
    return (
        _sums("Kết quả học tập theo nhóm nội dung", "Nhóm", transcript.groups),
        _sums("Kết quả học tập theo chỉ số của bộ tiêu chí", "Chỉ số", transcript.indicators),
        _titles(transcript.titles),
        _learning(transcript),
    )


def employed(transcript: Transcript) -> list[str]:
    """Where the worker was employed, and when."""
    return [
        f"{one.name} (từ {one.started:%d/%m/%Y}" + (")" if one.ended is None else f" đến {one.ended:%d/%m/%Y})")
        for one in transcript.employments
    ]


def _sums(title: str, heading: str, sums: Iterable[Sum]) -> Table:
    columns = (
        Column(heading, 8, "c"), Column("Tên", 48), Column("Số hoạt động", 10, "n"), Column("Số lần", 8, "n"),
        Column("Thời lượng", 16, "n"), Column("Minh chứng cao nhất", 10, "c"),
    )  # fmt: skip
    found = tuple(sums)
    return Table(
        title,
        columns,
        tuple(
            (one.code, one.title, str(one.activities), str(one.times), words.hours(one.minutes), f"E{one.quality}")
            for one in found
        ),
        tuple((one.code, one.title, one.activities, one.times, one.minutes, f"E{one.quality}") for one in found),
        note="Một hoạt động có thể thuộc nhiều nhóm hoặc chỉ số nên các dòng không cộng được với nhau.",
    )


def _titles(titles: Iterable[Title]) -> Table:
    columns = (
        Column("Năm", 8, "c"), Column("Quyết định", 24), Column("Ngày", 14, "c"), Column("Cơ quan công nhận", 28),
        Column("Số vào sổ", 16), Column("Ghi chú", 10),
    )  # fmt: skip
    found = tuple(titles)
    return Table(
        "Danh hiệu “Công dân học tập” đã được công nhận",
        columns,
        tuple(
            (str(one.year), one.decision_number, f"{one.decided_on:%d/%m/%Y}", one.body, one.number or "", _note(one))
            for one in found
        ),
        tuple((one.year, one.decision_number, one.decided_on, one.body, one.number or "", _note(one)) for one in found),
    )


def _note(one: Title) -> str:
    return "" if one.withdrawn_on is None else f"Thu hồi ngày {one.withdrawn_on:%d/%m/%Y}"


def _learning(transcript: Transcript) -> Table:
    columns = (
        Column("TT", 5, "n"), Column("Nội dung, hoạt động", 26), Column("Thời gian", 13, "c"),
        Column("Số lần", 6, "n"), Column("Thời lượng", 12, "n"), Column("Điểm", 8, "n"),
        Column("Nhóm, chỉ số", 9), Column("Nguồn", 14), Column("Mức", 7, "c"),
    )  # fmt: skip
    found = transcript.learning
    return Table(
        "Từng hoạt động",
        columns,
        tuple(
            (
                str(place), _called(transcript, one), words.span(one.first, one.last), str(one.times),
                words.hours(one.minutes), words.percent(one.score), _codes(one), one.provider, f"E{one.quality}",
            )
            for place, one in enumerate(found, 1)
        ),
        tuple(
            (
                place, _called(transcript, one), words.span(one.first, one.last), one.times, one.minutes,
                None if one.score is None else one.score / 10_000, _codes(one), one.provider, f"E{one.quality}",
            )
            for place, one in enumerate(found, 1)
        ),
        note=f"Tổng cộng {len(found)} hoạt động, {words.hours(transcript.minutes)}." if found else "",
    )  # fmt: skip


def _called(transcript: Transcript, one: Learning) -> str:
    """The activity's name; where nobody ever gave it one, what it is about and its id."""
    if one.name != one.activity:
        return one.name
    return f"{', '.join(transcript.topics[code] for code in one.topics)} ({one.activity})"


def _codes(one: Learning) -> str:
    return ", ".join((*one.groups, *one.indicators))
