"""/van-hanh/nhap-danh-sach: what tables an operator may bring in for the whole tenant."""

from __future__ import annotations

from certification.access.permissions import Act
from certification.web.frame import bringing_in
from certification.web.operators import pages

__all__: list[str] = []

TABLES = (
    "roster", "headcounts", "titles", "attestations", "links", "commitments", "report-contacts", "organizations",
    "successions",
)  # fmt: skip

bringing_in.add(pages, "/van-hanh/nhap-danh-sach", Act.IMPORT_PEOPLE, TABLES, name="bring_in")
