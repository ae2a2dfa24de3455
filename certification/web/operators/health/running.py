"""What runs beside the pages and how far it has come; versions and sizes."""

from __future__ import annotations

import shutil
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa
from flask_babel import gettext as _

from certification.evidence import feed, trust
from certification.judgement import lag
from certification.models import FeedPosition, Stale, Uncounted
from certification.web.frame.written import number, size
from certification.web.operators.health.asked import Installation
from lrs import api
from lrs.db import Session

__all__ = ["Job", "Line", "facts", "jobs"]


@dataclass(frozen=True, slots=True)
class Job:
    """Something under way: how much of how much, in words."""

    id: str
    name: str
    done: int
    total: int
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    """A fact about the installation."""

    name: str
    value: str


def jobs(session: Session, tenant: UUID) -> list[Job]:
    """What runs beside the pages: reading Statements, reading them anew, judging, summing up."""
    found = []
    rows = session.execute(sa.select(FeedPosition.reader, FeedPosition.token).where(FeedPosition.tenant_id == tenant))
    readers: dict[str, str] = {row.reader: row.token for row in rows}
    done, total = api.places(session, tenant, readers.pop(feed.READER, None))
    words = _("%(done)s trên %(total)s phát biểu đã đọc", done=number(done), total=number(total))
    found.append(Job("doc", _("Đọc phát biểu mới"), done, total, words))
    for at, (reader, token) in enumerate(sorted(readers.items())):
        if reader.startswith(trust.REREADING):
            done, total = api.places(session, tenant, token)
            words = _("%(done)s trên %(total)s chỗ đã xem lại", done=number(done), total=number(total))
            found.append(Job(f"doc-lai-{at}", _("Đọc lại sau quyết định về nơi gửi"), done, total, words))
    for id, name, query in (
        ("cham", _("Đánh giá lại"), sa.select(Stale.worker_id).where(Stale.tenant_id == tenant, Stale.due.is_(None))),
        ("cong", _("Cộng vào số liệu"), sa.select(Uncounted.worker_id).where(Uncounted.tenant_id == tenant)),
    ):
        waiting = lag.up_to(session, query)
        words = _("%(count)s đang chờ", count=number(min(waiting, lag.COUNTED)))
        words = _("hơn %(waiting)s", waiting=words) if waiting > lag.COUNTED else words
        found.append(Job(id, name, 0, waiting, words))
    return found


def facts(session: Session, installation: Installation, *, of_installation: bool) -> list[Line]:
    """Versions and sizes."""
    found = [Line(_("Phiên bản chương trình"), _version())]
    if of_installation:
        data, database, settings = installation.data_dir, installation.database, installation.settings
        usage = shutil.disk_usage(data)
        found += [
            Line(_("Cơ sở dữ liệu"), f"{database.version()}, {size(database.size())}"),
            Line(_("Thư mục dữ liệu"), str(data)),
            Line(_("Đĩa còn trống"), _("%(free)s trên %(total)s", free=size(usage.free), total=size(usage.total))),
            Line(_("Bảng dữ liệu ở bước"), str(session.scalar(sa.text("SELECT version_num FROM alembic_version")))),
            Line(_("Địa chỉ công khai"), settings.public_url or "–"),
            Line(_("Gửi thư"), _("có") if settings.smtp_url and settings.mail_from else _("không")),
        ]
    return found


@cache
def _version() -> str:
    """As the program's own description says."""
    described = tomllib.loads((Path(__file__).parents[4] / "pyproject.toml").read_text())
    return str(described["project"]["version"])
