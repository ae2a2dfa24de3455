"""/doanh-nghiep/danh-sach: who works here, who learned what, from the files that people keep: checked, taken in,
undone."""

from __future__ import annotations

from certification.access.permissions import Act
from certification.web.enterprises import pages
from certification.web.frame import bringing_in

__all__: list[str] = []

TABLES = ("roster", "attendance", "headcounts")

bringing_in.add(pages, "/doanh-nghiep/danh-sach", Act.IMPORT_PEOPLE, TABLES, name="staff")
