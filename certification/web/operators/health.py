"""How the installation is: what is well, what is not and what to do, and how far what runs beside it has come.

Every question is bounded: nothing is counted over all that is stored.
"""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _

from certification.certificates import keys as signing
from certification.certificates.keys import Issuer, NoPublicAddress, SealedElsewhere
from certification.errors import NoCriteriaInForce, NoMappingInForce
from certification.evidence import feed, trust
from certification.judgement import pulse
from certification.models import FeedPosition, SigningKey, Stale, Uncounted
from certification.rules import criteria, evidence_mapping
from certification.rules.criteria import AUDIENCE, PROGRAMME
from certification.vietnam import vietnam_day
from certification.web.frame.written import instant, number
from lrs import api
from lrs.db import Database, Session

__all__ = ["Check", "Job", "Line", "checks", "facts", "jobs", "up_to"]

GOOD, MIND, WRONG = "good", "todo", "wrong"

COUNTED = 10_000
"""So many marks are counted; of more it is said that there are more."""

BACKUP_WITHIN = timedelta(hours=26)
FREE_AT_LEAST = 0.1
"""Of the disk; below a third of that nothing can be stored before long."""

SILENT_FOR = timedelta(minutes=2)
"""The work loop is thought to have stopped when nothing was heard of it for so long."""

WAITS_FOR = timedelta(minutes=5)
"""New Statements that wait longer than this are told of as wrong."""


@dataclass(frozen=True, slots=True)
class Check:
    """Something that is well or not; where it is not, `do` says what to do."""

    name: str
    kind: str
    words: str
    do: str = ""


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


def checks(session: Session, tenant: UUID, now: datetime, *, of_installation: bool) -> list[Check]:
    """All of them, what is wrong first. `of_installation`: what concerns every tenant as well."""
    found = [*_rules(session, tenant, now), *_waiting(session, tenant, now), *_certificates(session, tenant)]
    found += [_clock(session, tenant, now)]
    if of_installation:
        found += [*_disk(), _backup(now), _judging(now), _schema(session), *_wall()]
    order = (WRONG, MIND, GOOD)
    return sorted(found, key=lambda one: order.index(one.kind))


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
        waiting = up_to(session, query)
        words = _("%(count)s đang chờ", count=number(min(waiting, COUNTED)))
        words = _("hơn %(waiting)s", waiting=words) if waiting > COUNTED else words
        found.append(Job(id, name, 0, waiting, words))
    return found


def facts(session: Session, *, of_installation: bool) -> list[Line]:
    """Versions and sizes."""
    found = [Line(_("Phiên bản chương trình"), _version())]
    if of_installation:
        data = _data_dir()
        usage = shutil.disk_usage(data)
        found += [
            Line(_("Cơ sở dữ liệu"), f"{_database().version()}, {_bytes(_database().size())}"),
            Line(_("Thư mục dữ liệu"), str(data)),
            Line(_("Đĩa còn trống"), _("%(free)s trên %(total)s", free=_bytes(usage.free), total=_bytes(usage.total))),
            Line(_("Bảng dữ liệu ở bước"), _revision(session)),
            Line(_("Địa chỉ công khai"), _settings().public_url or "–"),
            Line(_("Gửi thư"), _("có") if _settings().smtp_url and _settings().mail_from else _("không")),
        ]
    return found


# ---------------------------------------------------------------- one by one


def _rules(session: Session, tenant: UUID, now: datetime) -> Iterator[Check]:
    name, today = _("Quy tắc"), vietnam_day(now)
    do = _("Nạp tệp quy tắc ở phần Quy tắc, hoặc chạy: flask certification load-rules")
    try:
        criteria.in_force(session, tenant, PROGRAMME, AUDIENCE, today.year)
        evidence_mapping.mapping_in_force(session, tenant, today)
    except NoCriteriaInForce:
        yield Check(name, WRONG, _("Năm %(year)s chưa có bộ tiêu chí: không ai được đánh giá.", year=today.year), do)
    except NoMappingInForce:
        yield Check(name, WRONG, _("Chưa có quy định đọc minh chứng: phát biểu mới không được tính."), do)
    else:
        yield Check(name, GOOD, _("Có bộ tiêu chí và quy định đọc minh chứng cho hôm nay."))


def _waiting(session: Session, tenant: UUID, now: datetime) -> Iterator[Check]:
    token = session.scalar(
        sa.select(FeedPosition.token).where(FeedPosition.tenant_id == tenant, FeedPosition.reader == feed.READER)
    )
    first = api.changes(session, tenant, token or None, limit=1).statements
    name = _("Phát biểu mới")
    if not first or now - first[0].stored < WAITS_FOR:
        yield Check(name, GOOD, _("Được đọc và tính ngay."))
        return
    words = _("Có phát biểu nhận từ %(when)s chưa được đọc.", when=instant(first[0].stored))
    do = _("Xem nhật ký của tiến trình đánh giá: journalctl -u cdht; rồi khởi động lại dịch vụ")
    yield Check(name, WRONG, words, do)


def _certificates(session: Session, tenant: UUID) -> Iterator[Check]:
    name = _("Khoá ký giấy công nhận")
    current = signing.current_name(session, tenant)
    try:
        issuer = Issuer.of(_settings().public_url, tenant)
        if current is not None:
            signing.named(session, tenant, issuer, current, secret=_settings().secret_key)
    except NoPublicAddress:
        do = _("Đặt PUBLIC_URL là địa chỉ https:// của hệ thống rồi khởi động lại")
        yield Check(name, MIND, _("Chưa đặt địa chỉ công khai: chưa cấp giấy công nhận được."), do)
    except SealedElsewhere:
        do = _("Đặt lại đúng SECRET_KEY cũ, hoặc chạy: flask certification rotate-signing-key")
        yield Check(name, WRONG, _("Khoá %(key)s được niêm bằng bí mật khác: không ký được.", key=current), do)
    else:
        retired = up_to(session, sa.select(SigningKey.name).where(SigningKey.tenant_id == tenant)) - 1
        said = _("Khoá %(key)s đang ký; %(count)s khoá trước vẫn xác minh được.", key=current, count=retired)
        yield Check(name, GOOD, said if current else _("Sẽ tạo khi cấp giấy đầu tiên."))


def _clock(session: Session, tenant: UUID, now: datetime) -> Check:
    name = _("Đồng hồ")
    _done, newest = api.places(session, tenant, None)
    last = api.changes(session, tenant, f"s{newest - 1}", limit=1).statements if newest else []
    if last and last[0].stored > now + timedelta(minutes=1):
        words = _("Kho có phát biểu nhận lúc %(when)s, sau giờ của máy này.", when=instant(last[0].stored))
        return Check(name, WRONG, words, _("Chỉnh giờ máy chủ (timedatectl) và bật đồng bộ giờ"))
    return Check(name, GOOD, _("Máy chủ đang là %(when)s, giờ Việt Nam.", when=instant(now)))


def _disk() -> Iterator[Check]:
    usage = shutil.disk_usage(_data_dir())
    free = usage.free / usage.total
    words = _("Còn trống %(free)s, %(percent)s%%.", free=_bytes(usage.free), percent=round(free * 100))
    do = _("Xoá bản sao lưu cũ (flask ops backup --keep), dọn nhật ký, hoặc thêm đĩa")
    if free < FREE_AT_LEAST:
        yield Check(_("Đĩa"), WRONG if free < FREE_AT_LEAST / 3 else MIND, words, do)
    else:
        yield Check(_("Đĩa"), GOOD, words)


def _backup(now: datetime) -> Check:
    name, last = _("Sao lưu"), api.last_backup(_data_dir())
    do = _("Chạy: flask ops backup THƯ_MỤC --keep 14, và đặt hẹn giờ hằng ngày")
    if last.fault:
        return Check(name, WRONG, _("Bản sao lưu đọc lại bị hỏng: %(fault)s", fault=last.fault.splitlines()[0]), do)
    if last.taken is None:
        return Check(name, WRONG, _("Chưa thấy bản sao lưu nào lấy từ máy này."), do)
    words = _(
        "Lần cuối %(taken)s, %(size)s, đọc lại nguyên vẹn lúc %(verified)s.", taken=instant(last.taken),
        size=_bytes(last.size), verified=instant(last.verified),
    )  # fmt: skip
    return Check(name, GOOD, words) if now - last.taken < BACKUP_WITHIN else Check(name, MIND, words, do)


def _judging(now: datetime) -> Check:
    name, last = _("Tiến trình đánh giá"), pulse.last_beat(_data_dir())
    do = _("Khởi động lại dịch vụ, hoặc chạy: flask certification work")
    if last is None:
        return Check(name, MIND, _("Chưa thấy chạy trên máy này."), do)
    if now - last > SILENT_FOR:
        return Check(name, WRONG, _("Im lặng từ %(when)s.", when=instant(last)), do)
    return Check(name, GOOD, _("Đang chạy."))


def _schema(session: Session) -> Check:
    name, here, newest = _("Bảng dữ liệu"), _revision(session), _newest()
    if here == newest:
        return Check(name, GOOD, _("Ở bước mới nhất, %(revision)s.", revision=here))
    words = _("Ở bước %(here)s, chương trình cần %(newest)s.", here=here, newest=newest)
    return Check(name, WRONG, words, _("Khởi động lại dịch vụ: bảng được đưa lên bước mới khi khởi động"))


def _wall() -> Iterator[Check]:
    if not _database().is_sqlite and not _database().has_wall():
        words = _("Tài khoản PostgreSQL đang dùng bỏ qua tường ngăn giữa các đơn vị.")
        yield Check(_("Tường ngăn"), MIND, words, _("Dùng tài khoản thường là chủ cơ sở dữ liệu; xem docs/operate.md"))


# ---------------------------------------------------------------- what they ask


def up_to(session: Session, query: sa.Select[Any]) -> int:
    """How many rows there are, up to one more than are counted."""
    return session.scalar(sa.select(sa.func.count()).select_from(query.limit(COUNTED + 1).subquery())) or 0


def _revision(session: Session) -> str:
    return str(session.scalar(sa.text("SELECT version_num FROM alembic_version")))


def _newest() -> str:
    """The newest revision that the program knows, asked once."""
    if "newest_revision" not in current_app.extensions:
        current_app.extensions["newest_revision"] = max(current_app.extensions["revisions"]())
    return str(current_app.extensions["newest_revision"])


@cache
def _version() -> str:
    """As the program's own description says."""
    described = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())
    return str(described["project"]["version"])


def _bytes(count: int) -> str:
    """A size as people say it: 1,4 GB."""
    for unit, size in (("TB", 10**12), ("GB", 10**9), ("MB", 10**6)):
        if count >= size:
            return f"{count / size:.1f} {unit}".replace(".", ",")
    return f"{count // 1000} kB"


def _settings() -> Any:
    return current_app.extensions["settings"]


def _data_dir() -> Path:
    found: Path = _settings().data_dir
    return found


def _database() -> Database:
    found: Database = current_app.extensions["database"]
    return found
