"""Some pages look as they did: the design system with every component, signing in, a worker's home, an officer's, a
certificate."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from PIL import Image
from playwright.sync_api import Browser

from certification.models import Certificate, CertificateCode
from certification.resources import access
from lrs.db import Database
from tests.browser import pictures
from tests.browser.pictures import compare, still
from tests.browser.prepared import prepare
from tests.browser.visiting import SIZES, Visit
from tests.certification.certificates.issued import PUBLIC_URL
from wsgi import Settings

pytestmark = pytest.mark.slow

DAY = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)


SAME_CODE = "document.querySelectorAll('dd code').forEach(one => one.textContent = 'ABCD-EFGH-JKMN')"
"""The code of a certificate is another each time."""


class _Still(datetime):
    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return DAY if tz is None else DAY.astimezone(tz)


@pytest.fixture
def still_address(
    database: Database, tenant: UUID, address: str, app: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> str:
    """The application with somebody of every role, on a day that stands still."""
    monkeypatch.setattr(access, "datetime", _Still)
    settings: Settings = app.extensions["settings"]  # type: ignore[attr-defined]
    object.__setattr__(settings, "public_url", PUBLIC_URL)
    prepare(database, tenant, DAY)
    return address.rstrip("/")


def test_pages_look_as_they_did(still_address: str, chromium: Browser, database: Database, tenant: UUID) -> None:
    with database.reading(tenant) as session:
        first = sa.select(CertificateCode.code).join(Certificate, Certificate.id == CertificateCode.certificate_id)
        code = session.scalars(
            first.where(CertificateCode.tenant_id == tenant).order_by(Certificate.year, Certificate.number)
        ).first()
    found: list[str] = []
    for size in SIZES:
        visit = Visit(chromium, still_address, size=size)
        for name, path in (
            ("design-system", "/he-thong-thiet-ke"),
            ("sign-in", "/dang-nhap"),
            ("certificate", f"/k/{code}"),
        ):
            assert visit.open(path) == 200
            still(visit.page)
            visit.page.evaluate(SAME_CODE)
            found += compare(visit.page, f"{name}-{size}")
        visit.close()
        for name, path, account in (("worker-home", "/cua-toi", "nld"), ("officer-home", "/cong-doan", "cdcs")):
            visit = Visit(chromium, still_address, account, size=size)
            assert visit.open(path) == 200
            still(visit.page)
            found += compare(visit.page, f"{name}-{size}")
            visit.close()
    assert found == []


def test_a_changed_page_is_told_with_the_difference(
    tmp_path: Path, chromium: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "KEPT", tmp_path)
    monkeypatch.setattr(pictures, "FAILED", tmp_path / "failed")
    monkeypatch.setenv(pictures.RENEW, "1")
    page = chromium.new_page(viewport={"width": 400, "height": 300})
    page.set_content("<h1>Công dân học tập</h1><p>Một dòng chữ</p>")
    assert compare(page, "one") == []
    monkeypatch.delenv(pictures.RENEW)
    assert compare(page, "one") == [], "the same page is the same"
    page.set_content("<h1>Công dân học tập</h1><p>Một dòng khác hẳn, dài hơn</p>")
    assert "of it differs" in compare(page, "one")[0]
    with Image.open(tmp_path / "failed/one-difference.png") as difference:
        assert difference.size == (400, 300)
    page.set_content("<h1>Công dân học tập</h1>" + "<p>Một dòng</p>" * 20)
    assert "pixels, was" in compare(page, "one")[0]
    page.close()
