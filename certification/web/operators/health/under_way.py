"""All work under way in a tenant: what it is, since when, how far, whether it is stuck and what to do then.

One kind of work is one function in `WORK`. Each asks what is kept of the work by whoever does it, and counts up to a
limit. No person is named: neither whom work is about, nor who began it, nor the file that somebody brought in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import ngettext

from certification.access import emptying
from certification.evidence import feed, trust
from certification.import_tables import TABLES
from certification.judgement import lag, pulse
from certification.models import Certificate, Emptying, FeedPosition, FileImport, RollUp, RollUpRecipient
from certification.people import file_imports
from certification.web.frame.written import number
from certification.web.operators.health.asked import Installation
from certification.web.operators.health.of_machine import SILENT_FOR
from lrs import api
from lrs.db import Session

__all__ = ["Asking", "Work", "is_silent", "under_way"]

WAITS_FOR = timedelta(minutes=5)
"""What is done beside the pages, and waits longer than this, is stuck."""

COUNTED_WITHIN = timedelta(hours=1)
"""So are figures that wait to be added up for longer, and what an erasure has left."""

NOT_TOLD_FOR = timedelta(minutes=10)
"""On SQLite only the process that serves knows how far an import is; any other takes it for stuck after so long."""

NEWEST = 5000
"""So many of the newest certificates are looked at for such as were numbered and not signed."""

SHOWN = 50
"""So many imports of a tenant are listed."""


@dataclass(frozen=True, slots=True)
class Work:
    """A piece of work. `done` of `total` where it is known (0 of 0 where not), `words` say it; `do` is "" where there
    is nothing to do but wait. `page` and `part` are the view that shows it, and its parts, for those who may see it;
    `paused`: somebody has stopped it."""

    kind: str
    name: str
    since: datetime | None
    words: str
    done: int = 0
    total: int = 0
    stuck: bool = False
    paused: bool = False
    do: str = ""
    page: str = ""
    part: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, and when: an account sees the pages of its own imports. `progress` says how far this very process is
    with an import, None for one that it does not work on."""

    now: datetime
    tenant: UUID
    name: str
    account: UUID | None = None
    progress: Callable[[UUID], tuple[int, int] | None] = lambda id: None
    on_sqlite: bool = False
    is_copy: bool = False
    is_silent: bool = False
    """Whether nothing has been heard of the judging process for long."""


def is_silent(installation: Installation) -> bool:
    """Whether the judging process of this machine has said nothing for long."""
    last = pulse.last_beat(installation.data_dir)
    return last is not None and installation.now - last > SILENT_FOR


def under_way(session: Session, asked: Asking) -> list[Work]:
    """What is worked on, or waits to be, in the tenant; what is stuck first, then the oldest."""
    found = [one for ask in WORK for one in ask(session, asked)]
    return sorted(found, key=lambda one: (not one.stuck, one.since or asked.now))


def imports(session: Session, asked: Asking) -> Iterator[Work]:
    """Tables that are checked or taken in."""
    running = FileImport.tenant_id == asked.tenant, FileImport.state == file_imports.RUNNING
    quiet = NOT_TOLD_FOR if asked.on_sqlite else file_imports.BEAT
    for row in session.scalars(sa.select(FileImport).where(*running).order_by(FileImport.began).limit(SHOWN)):
        here = asked.progress(row.id)
        done, rows = here or (row.rows_done, row.rows)
        stuck = here is None and asked.now - row.beat > quiet
        words = _("%(done)s trên %(total)s dòng", done=number(done), total=number(rows)) if rows else _("đang đọc tệp")
        own = row.account_id == asked.account
        do = _(
            "Máy chủ đã dừng giữa chừng và chưa nhập gì: người gửi tệp mở lại trang của lần nhập này, việc được làm lại"
        )
        name = _("Kiểm tra tệp: %(table)s") if row.checks else _("Nhập tệp: %(table)s")
        yield Work(
            "import", name % {"table": TABLES[row.kind].title}, row.began, words, done, rows, stuck,
            do=do if stuck else "", page=".bring_in_import" if own else "", part={"id": row.id} if own else {},
        )  # fmt: skip


def sandboxes(session: Session, asked: Asking) -> Iterator[Work]:
    """What test keys stored, on its way out."""
    row = session.get(Emptying, asked.tenant)
    if row is None or row.state == emptying.DONE:
        return
    stuck = row.state == emptying.BROKEN or asked.now - row.beat > emptying.BEAT
    words = _("%(done)s trên %(total)s dòng", done=number(row.rows_done), total=number(row.rows))
    do = _("Mở trang của việc này: phần còn lại được xoá tiếp. Nếu vẫn dừng, xem nhật ký của máy chủ")
    yield Work(
        "emptying", _("Xoá dữ liệu thử"), row.began, words if row.rows else _("đang đếm dữ liệu thử"), row.rows_done,
        row.rows, stuck, do=do if stuck else "", page=".show_emptying", part={"name": asked.name},
    )  # fmt: skip


def reading(session: Session, asked: Asking) -> Iterator[Work]:
    """Statements read as evidence, and read anew after a decision about trust; workers judged and counted again."""
    behind = lag.lag_of(session, asked.tenant)
    do = _("Xem nhật ký của tiến trình đánh giá: journalctl -u cong-dan-hoc-tap; rồi khởi động lại dịch vụ")
    silent = do if asked.is_silent else ""
    if behind.unread:
        since = behind.unread_since
        stuck = since is not None and asked.now - since > WAITS_FOR
        words = _("%(count)s phát biểu chờ đọc", count=number(behind.unread))
        done, name, do_so = behind.stored - behind.unread, _("Đọc phát biểu mới"), do if stuck else ""
        yield Work("reading", name, since, words, done, behind.stored, stuck, do=do_so, page=".home")
    rows = session.execute(
        sa.select(FeedPosition.reader, FeedPosition.token).where(
            FeedPosition.tenant_id == asked.tenant, FeedPosition.reader != feed.READER
        )
    )
    for reader, token in rows:
        if reader.startswith(trust.REREADING):
            done, total = api.places(session, asked.tenant, token)
            words = _("%(done)s trên %(total)s chỗ đã xem lại", done=number(done), total=number(total))
            name = _("Đọc lại sau quyết định về nơi gửi")
            yield Work("rereading", name, None, words, done, total, asked.is_silent, do=silent, page=".home")
    if behind.unjudged:
        words = _("%(count)s đang chờ", count=_up_to(behind.unjudged))
        yield Work("judging", _("Đánh giá lại"), None, words, stuck=asked.is_silent, do=silent, page=".home")
    if behind.uncounted:
        since = behind.uncounted_since
        stuck = since is not None and asked.now - since > COUNTED_WITHIN
        words = _("%(count)s đang chờ", count=_up_to(behind.uncounted))
        do_so = do if stuck else ""
        yield Work("counting", _("Cộng vào số liệu"), since, words, stuck=stuck, do=do_so, page=".home")


def erasures(session: Session, asked: Asking) -> Iterator[Work]:
    """Persons whose Statements are being erased from the store."""
    found = api.erasures_under_way(session, asked.tenant)
    total = api.places(session, asked.tenant, None)[1] if found else 0
    for one in found:
        stuck = asked.now - one.begun > COUNTED_WITHIN
        words = _("%(done)s trên %(total)s chỗ đã xem", done=number(one.place), total=number(total))
        do = _("Nếu không còn lệnh xoá nào đang chạy, xoá lại người đó hoặc chạy: flask lrs erase --unfinished")
        yield Work(
            "erasure", _("Xoá phát biểu của một người"), one.begun, words, one.place, total, stuck,
            do=do if stuck else "",
        )  # fmt: skip


def certificates(session: Session, asked: Asking) -> Iterator[Work]:
    """Certificates with a number that are not signed yet."""
    if asked.is_copy:
        return
    of_tenant = Certificate.tenant_id == asked.tenant
    newest = (
        sa.select(Certificate.numbered, Certificate.signed.is_(None).label("waits"))
        .where(of_tenant)
        .order_by(Certificate.id.desc())
        .limit(NEWEST)
        .subquery()
    )
    row = session.execute(
        sa.select(sa.func.count(), sa.func.min(newest.c.numbered)).select_from(newest).where(newest.c.waits)
    ).one()
    if row[0]:
        since = row[1]
        stuck = since is not None and asked.now - since > WAITS_FOR
        words = ngettext(
            "%(count)s giấy đã có số, chờ ký", "%(count)s giấy đã có số, chờ ký", row[0], count=number(row[0])
        )
        do = _("Bấm cấp giấy lại ở trang quyết định, hoặc chạy: flask certification issue-certificates")
        yield Work(
            "certificates", _("Ký giấy công nhận"), since, words, stuck=stuck, do=do if stuck else ""
        )  # fmt: skip


def forwarding(session: Session, asked: Asking) -> Iterator[Work]:
    """Statements on their way to other stores. Nothing goes out from a copy."""
    if asked.is_copy:
        return
    for one in api.destinations(session, asked.tenant):
        if not one.newest > one.position:
            continue
        since, paused = one.waiting_since, one.paused is not None
        stuck = not paused and since is not None and asked.now - since > WAITS_FOR
        words = _("%(count)s phát biểu chờ gửi", count=number(one.newest - one.position))
        do = _("Xem câu trả lời của kho bên kia ở trang nơi nhận này") if stuck else ""
        yield Work(
            "forwarding", _("Chuyển tiếp tới %(name)s", name=one.name), since, words, one.position, one.newest, stuck,
            paused, do, ".show_destination", {"name": one.name},
        )  # fmt: skip


def pulling(session: Session, asked: Asking) -> Iterator[Work]:
    """Sources that a round is under way to, or late from."""
    if asked.is_copy:
        return
    for one in api.sources(session, asked.tenant):
        since = one.behind_since(asked.now)
        if since is None and not (one.under_way and one.paused is None):
            continue
        stuck = since is not None and asked.now - since > WAITS_FOR
        words = _("%(count)s phát biểu đã lấy", count=number(one.stored))
        do = _("Xem câu trả lời của kho bên kia ở trang nguồn này") if stuck else ""
        yield Work(
            "pulling", _("Lấy về từ %(name)s", name=one.name), since or one.tried, words, stuck=stuck, do=do,
            page=".show_source", part={"name": one.name},
        )  # fmt: skip


def roll_ups(session: Session, asked: Asking) -> Iterator[Work]:
    """Signed figures on their way to where they are handed in."""
    to = session.scalar(sa.select(RollUpRecipient).where(RollUpRecipient.tenant_id == asked.tenant))
    if to is None or asked.is_copy:
        return
    waits = (
        RollUp.tenant_id == asked.tenant, RollUp.signed.is_not(None), RollUp.delivered.is_(None),
        RollUp.refused.is_(None),
    )  # fmt: skip
    count, since = session.execute(sa.select(sa.func.count(), sa.func.min(RollUp.signed)).where(*waits)).one()
    if count:
        paused = to.paused is not None
        stuck = not paused and since is not None and asked.now - since > WAITS_FOR
        do = _("Xem câu trả lời của bên nhận: flask certification roll-ups") if stuck else ""
        words = _("%(count)s bản tổng hợp chờ gửi", count=number(count))
        yield Work("roll-ups", _("Gửi bản tổng hợp lên trên"), since, words, stuck=stuck, paused=paused, do=do)


WORK: tuple[Callable[[Session, Asking], Iterator[Work]], ...] = (
    imports,
    sandboxes,
    reading,
    erasures,
    certificates,
    forwarding,
    pulling,
    roll_ups,
)


def _up_to(count: int) -> str:
    words = number(min(count, lag.COUNTED))
    return _("hơn %(waiting)s", waiting=words) if count > lag.COUNTED else words
