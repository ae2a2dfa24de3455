"""`attainment`, `publish`, `unpublish`."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa

from certification.models import Publication
from certification.units import organizations
from certification.units.trees import TREES
from lrs.db import Database
from tests import neighbour
from tests.certification.commands.running import Run, succeeded
from tests.certification.import_files import csv_file


def test_attainment_prints_every_organization_on_the_day(run: Run, ready: None) -> None:
    told = succeeded(run("attainment", "--on", "20/11/2026"))
    assert "Đơn vị dn/1 [dn/1] 2 lao động (1 nữ)" in told
    assert "[vn/a]" in told
    assert "  Theo 1268/QĐ-TTg của Thủ tướng Chính phủ\n" in told, "a plan is called as on the page"
    assert succeeded(run("attainment")) == told
    assert "no loaded plan binds any organization on 2019-12-31" in run("attainment", "--on", "2019-12-31").stderr


def test_attainment_without_enterprises_says_what_to_import(run: Run) -> None:
    result = run("attainment")
    assert result.exit_code == 1
    assert "import organizations and a roster first" in result.stderr


def test_figures_are_public_only_between_publish_and_unpublish(
    run: Run, database: Database, tenant: UUID, other_tenant: UUID
) -> None:
    def published() -> dict[UUID, date]:
        with database.reading(tenant) as session:
            shown = sa.select(Publication.tenant_id, Publication.as_of)
            rows = session.execute(shown.where(neighbour.not_hers(Publication.tenant_id)))
            return {row[0]: row[1] for row in rows}

    assert succeeded(run("publish", "--on", "2026-11-19")) == "The figures of 2026-11-19 are public.\n"
    assert succeeded(run("publish", "--on", "20/11/2026")) == "The figures of 2026-11-20 are public.\n"
    assert published() == {tenant: date(2026, 11, 20)}
    assert succeeded(run("unpublish")) == "The figures are no longer public.\n"
    assert succeeded(run("unpublish")) == "No figures were public.\n"
    assert published() == {}


def test_a_day_that_is_none_or_still_to_come_cannot_be_published(run: Run) -> None:
    for none in ("31/02/2026", "9999-12-31"):
        said = f"'{none}' is no day of a year from 1900 to 2100; write it as 2026-11-20 or 20/11/2026"
        assert said in run("publish", "--on", none).stderr
    assert "2026-11-21 is still to come" in run("publish", "--on", "2026-11-21").stderr


def test_one_organization_is_shown_with_last_year_a_forecast_and_its_coverage(run: Run, ready: None) -> None:
    told = succeeded(run("attainment", "--organization", "vn/a", "--on", "20/11/2026"))
    assert "1 trong 1 doanh nghiệp có danh sách lao động" in told
    assert "mọi doanh nghiệp" in told
    assert "không dự báo" in told
    unionised = succeeded(run("attainment", "--organization", "vn/a", "--basis", "unionised"))
    assert "doanh nghiệp có công đoàn cơ sở" in unionised
    assert "Không có đơn vị nào mang mã “x”" in run("attainment", "--organization", "x").stderr
    assert "does not bind 'vn/a'" in run("attainment", "--organization", "vn/a", "--plan", "x").stderr


def test_who_is_behind_a_rate_is_listed(run: Run, ready: None) -> None:
    told = succeeded(run("attainment-people", "vn/a", "1268-qd-ttg", "G1", "--which", "missing"))
    assert [line.split("\t")[0] for line in told.splitlines()] == ["A1", "A2"]
    assert succeeded(run("attainment-people", "vn/a", "1268-qd-ttg", "G1")) == ""


def test_figures_are_frozen_listed_and_compared(run: Run, ready: None) -> None:
    named = ("--by", "Sen", "--reason", "Báo cáo năm")
    told = succeeded(run("freeze", "vn/a", "--on", "2026-11-19", *named))
    record = told.split(":")[0]
    assert "vn/a on 2026-11-19, all; frozen 2026-11-20 by Sen: Báo cáo năm" in succeeded(run("frozen"))
    assert succeeded(run("frozen", "--organization", "dn/1")) == ""
    assert "headcount\t2\n" in succeeded(run("frozen", record))
    assert "still to come" in run("freeze", "vn/a", "--on", "2026-11-21", *named).stderr


def test_a_zone_is_shown_as_of_the_day(run: Run, database: Database, tenant: UUID, now: datetime, ready: None) -> None:
    with database.writing(tenant) as session:
        tree = organizations.tree(session, tenant, date(2026, 11, 20))
        above = [(tree.parents("dn/1", which) or ("",))[0] for which in TREES]
        row = ["dn/1", tree.node("dn/1").name, "doanh nghiệp", *above, "2026-07-01", "Dệt may", "KCN A"]
        headings = [*organizations.ORGANIZATION_HEADINGS[:6], "Đến ngày", "Ngành", "Khu công nghiệp"]
        data = csv_file(headings, [dict(zip([*headings[:6], *headings[7:]], row, strict=True))])
        organizations.import_organizations(session, tenant, data, now=now)
    told = succeeded(run("attainment", "--zone", "KCN A", "--sector", "Dệt may", "--on", "20/11/2026"))
    assert "KCN A · Dệt may 2 lao động (1 nữ)" in told
    assert "1 trong 1 doanh nghiệp có danh sách lao động" in told
    assert "  theo 1268/QĐ-TTg của Thủ tướng Chính phủ\n" in told
    assert "không dự báo: không có số liệu cùng ngày năm trước để so" in told
    assert succeeded(run("attainment", "--zone", "KCN A", "--organization", "vn/a"))
    listed = succeeded(run("attainment-people", "-", "1268-qd-ttg", "G1", "--zone", "KCN A", "--which", "missing"))
    assert [line.split("\t")[0] for line in listed.splitlines()] == ["A1", "A2"]
    named = ("--by", "Sen", "--reason", "Báo cáo năm", "--zone", "KCN A", "--on", "2026-11-19")
    assert "figures of KCN A on 2026-11-19" in succeeded(run("freeze", "-", *named))
    assert "figures of vn/a · KCN A on 2026-11-19" in succeeded(run("freeze", "vn/a", *named))
    assert "KCN A on 2026-11-19, all; frozen" in succeeded(run("frozen"))
    assert "no enterprise of 'KCN A' on 2026-06-30" in run("attainment", "--zone", "KCN A", "--on", "2026-06-30").stderr
