"""The tables that people fill in and bring in: what each is called, its columns, and its title for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from certification.evidence import attendance, attestations, channel_items
from certification.judgement import awards
from certification.people import headcounts, link_lists, roster
from certification.reports import contact_lists
from certification.spreadsheets import Column
from certification.spreadsheets.columns import as_columns
from certification.units import changes, commitments, organizations

__all__ = ["TABLES", "Table"]


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its columns, and its title in Vietnamese."""

    columns: tuple[Column, ...]
    title: str


TABLES: Mapping[str, Table] = {
    "roster": Table(roster.COLUMNS, "Danh sách người lao động"),
    "headcounts": Table(headcounts.COLUMNS, "Số lao động do doanh nghiệp báo"),
    "titles": Table(awards.COLUMNS, "Danh hiệu đã được công nhận"),
    "links": Table(link_lists.COLUMNS, "Tài khoản học tập của người lao động"),
    "attestations": Table(attestations.COLUMNS, "Điểm do người xác nhận"),
    "attendance": Table(attendance.COLUMNS, "Danh sách tham dự"),
    "channel-items": Table(channel_items.COLUMNS, "Tin, bài, lượt phát theo kênh"),
    "commitments": Table(as_columns(commitments.HEADINGS), "Nội dung đơn vị đưa vào chương trình năm"),
    "report-contacts": Table(contact_lists.COLUMNS, "Người liên hệ về báo cáo của đơn vị"),
    "organizations": Table(organizations.ORGANIZATION_COLUMNS, "Đơn vị, công đoàn, doanh nghiệp"),
    "successions": Table(changes.SUCCESSION_COLUMNS, "Đơn vị kết thúc và đơn vị kế thừa"),
}
"""By the name under which templates of them are handed out."""
