"""/nhap-danh-sach: rosters and lists that a union brings in for the enterprises of its branch."""

from __future__ import annotations

from certification.access.permissions import Act
from certification.web.frame import bringing_in
from certification.web.officers import pages

__all__: list[str] = []

TABLES = (
    "roster", "attendance", "headcounts", "channel-items", "links", "titles", "commitments", "report-contacts",
)  # fmt: skip

bringing_in.add(pages, "/nhap-danh-sach", Act.IMPORT_PEOPLE, TABLES, name="bring_in")
