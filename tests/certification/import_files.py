"""Builders of the CSV files that people import: what matters to a test stands in its body, the rest comes from here."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pytest

from certification.evidence.attestations import ATTESTATION_HEADINGS
from certification.judgement.awards import TITLE_HEADINGS
from certification.people.roster import HEADINGS as ROSTER_HEADINGS
from certification.spreadsheets import ImportFaults
from certification.units.commitments import HEADINGS as COMMITMENT_HEADINGS
from certification.units.organizations import ORGANIZATION_HEADINGS


def csv_file(headings: Sequence[str], rows: Iterable[Mapping[str, object]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, headings, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def organizations_csv(*rows: str) -> bytes:
    """Each row: code, kind, administrative parent, union parent, from, to; what is missing at the end is empty."""
    kinds = {"hc": "hành chính", "cd": "công đoàn", "cs": "công đoàn cơ sở", "dn": "doanh nghiệp"}
    told = []
    for row in rows:
        code, kind, *rest = (cell.strip() for cell in f"{row},,,,".split(",")[:6])
        told.append([code, f"Đơn vị {code}", kinds.get(kind, kind), *rest])
    return csv_file(ORGANIZATION_HEADINGS, [dict(zip(ORGANIZATION_HEADINGS, row, strict=True)) for row in told])


ORGANIZATIONS = organizations_csv(
    "vn, hc", "vn/a, hc, vn", "cd, cd", "cd/a, cd, , cd", "cs/1, cs, , cd/a", "dn/1, dn, vn/a, cs/1", "dn/2, dn, vn/a"
)
"""Two enterprises under a province; the first has a grassroots union."""


def roster_csv(*rows: Mapping[str, object]) -> bytes:
    usual = {"Họ và tên": "Nguyễn Thị Hoa", "Mã doanh nghiệp": "dn/1", "Ngày vào làm": "01/02/2020"}
    return csv_file(ROSTER_HEADINGS, [{**usual, **row} for row in rows])


def titles_csv(*rows: Mapping[str, object]) -> bytes:
    usual = {
        "Mã người lao động": "A1",
        "Năm đánh giá": 2025,
        "Số quyết định": "12/QĐ",
        "Ngày quyết định": "20/02/2026",
        "Cơ quan công nhận": "Hội Khuyến học",
    }
    return csv_file(TITLE_HEADINGS, [{**usual, **row} for row in rows])


def attestations_csv(*rows: Mapping[str, object]) -> bytes:
    usual = {
        "Mã người lao động": "A1",
        "Năm": 2026,
        "Chỉ số": "CS4",
        "Điểm": 7,
        "Người xác nhận": "Tổ trưởng",
        "Ngày xác nhận": "10/11/2026",
        "Căn cứ": "Biên bản họp tổ",
    }
    headings = (*ATTESTATION_HEADINGS, *dict.fromkeys(name for row in rows for name in row if name not in usual))
    return csv_file(headings, [{**usual, **row} for row in rows])


def commitments_csv(*rows: Mapping[str, object]) -> bytes:
    usual = {"Mã đơn vị": "cs/1", "Nội dung": "Công đoàn học tập", "Năm": 2026, "Căn cứ": "Chương trình công tác"}
    return csv_file(COMMITMENT_HEADINGS, [{**usual, **row} for row in rows])


def faults_of(import_it: Callable[[], Any]) -> list[str]:
    """The faults an import refuses with, as its reader sees them."""
    with pytest.raises(ImportFaults) as caught:
        import_it()
    return [str(fault) for fault in caught.value.faults]
