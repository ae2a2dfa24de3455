"""The engine: what makes it keep what was answered for, and what would stop it before long."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import ngettext

from certification.web.frame.written import instant, number
from certification.web.operators.health.asked import GOOD, MIND, WRONG, Check, Installation
from lrs import api
from lrs.api import Engine
from lrs.db import NOBODY, Session

__all__ = [
    "archive",
    "clock",
    "connections",
    "copy",
    "durability",
    "place",
    "revision",
    "transactions",
    "upkeep",
    "version",
    "wall",
]

SKEW = timedelta(seconds=2)
OPEN_FOR = 15 * 60
"""Seconds: a transaction open for longer keeps old rows alive and makes others wait."""

TOO_OLD = 1_000_000_000
"""Transactions: where the oldest row is older than this PostgreSQL's upkeep has not come round; at two thousand million
it stops taking any."""

MOST_CONNECTIONS = 0.85
NEEDED = {
    "sqlite": {"journal_mode": ("wal",), "synchronous": ("2", "3"), "foreign_keys": ("1",)},
    "postgresql": {
        "fsync": ("on",), "full_page_writes": ("on",),
        "synchronous_commit": ("on", "local", "remote_write", "remote_apply"),
    },
}  # fmt: skip
"""Without these an answer does not say that something is kept."""

OLDEST_POSTGRESQL = 150_000
SQLITE_SYNCHRONOUS = {"0": "OFF", "1": "NORMAL", "2": "FULL", "3": "EXTRA"}


def revision(asked: Installation, engine: Engine) -> Iterator[Check]:
    """Whether the tables stand at the newest revision that the program knows."""
    name, newest = _("Bảng dữ liệu"), max(asked.revisions)
    with asked.database.reading(NOBODY) as session:
        there = _has(session, "alembic_version")
        here = str(session.scalar(sa.text("SELECT version_num FROM alembic_version"))) if there else ""
    if here == newest:
        yield Check("revision", name, GOOD, _("Ở bước mới nhất, %(revision)s.", revision=here))
    elif here and here not in asked.revisions:
        words = _("Ở bước %(here)s, chương trình này chỉ biết đến %(newest)s.", here=here, newest=newest)
        do = _("Cài bản chương trình mới hơn; bản cũ không dùng được bảng mới")
        yield Check("revision", name, WRONG, words, do, "upgrading")
    else:
        words = _("Ở bước %(here)s, chương trình cần %(newest)s.", here=here or "0", newest=newest)
        do = _("Khởi động lại dịch vụ: bảng được đưa lên bước mới khi khởi động")
        yield Check("revision", name, WRONG, words, do, "upgrading")


def copy(asked: Installation, engine: Engine) -> Iterator[Check]:
    """Whether this is a restored copy, which signs and sends nothing."""
    with asked.database.reading(NOBODY) as session:
        columns = sa.inspect(session.connection()).get_columns("lrs_tenant") if _has(session, "lrs_tenant") else []
        is_known = any(one["name"] == "copied" for one in columns)
        since = api.copied_since(session) if is_known else None
    if since is not None:
        words = _("Đây là bản sao phục hồi lúc %(when)s: không ký, không gửi gì.", when=instant(since))
        do = _("Nếu từ nay nó là hệ thống chính và hệ thống cũ đã tắt hẳn, chạy: flask ops go-live")
        yield Check("copy", _("Bản sao"), WRONG, words, do, "restoring-onto-a-new-machine")


def durability(asked: Installation, engine: Engine) -> Iterator[Check]:
    """Whether what was answered for is on disk."""
    name, said = _("Giữ chắc dữ liệu"), dict(engine.settings)
    wrong = [one for one, good in NEEDED[engine.kind].items() if said.get(one) not in good]
    if engine.kind == "sqlite":
        said["synchronous"] = SQLITE_SYNCHRONOUS.get(said["synchronous"], said["synchronous"])
    told = ", ".join(f"{one} = {said.get(one, '?')}" for one in (wrong or NEEDED[engine.kind]))
    if wrong:
        words = _("%(settings)s: mất điện là mất dữ liệu đã báo là giữ.", settings=told)
        do = _("Bật lại trong postgresql.conf rồi nạp lại cấu hình PostgreSQL")
        yield Check("durability", name, WRONG, words, do, "postgresql-is-set-wrongly")
    else:
        yield Check("durability", name, GOOD, f"{told}.")
    if engine.kind == "postgresql" and engine.settings.get("data_checksums") != "on":
        words = _("data_checksums = off: byte hỏng trên đĩa không ai nhận ra.")
        do = _("Dừng PostgreSQL và chạy: pg_checksums --enable")
        yield Check("checksums", _("Tổng kiểm trang"), MIND, words, do, "postgresql-is-set-wrongly")


def place(asked: Installation, engine: Engine) -> Iterator[Check]:
    """That a SQLite file lies on a disk of this machine: its locks do not hold elsewhere."""
    if engine.kind != "sqlite":
        return
    name, kind = _("Nơi đặt tệp"), engine.filesystem or "?"
    if engine.is_elsewhere:
        words = _("%(file)s nằm trên %(kind)s, ổ của máy khác: khoá không giữ được.", file=engine.file, kind=kind)
        do = _("Chuyển DATA_DIR sang đĩa của máy này, hoặc dùng PostgreSQL")
        yield Check("place", name, WRONG, words, do, "which-database")
    else:
        yield Check("place", name, GOOD, _("%(file)s trên %(kind)s.", file=engine.file, kind=kind))


def version(asked: Installation, engine: Engine) -> Iterator[Check]:
    """That PostgreSQL is not older than what was tested."""
    if engine.kind == "postgresql" and int(engine.settings["server_version_num"]) < OLDEST_POSTGRESQL:
        do = _("Nâng PostgreSQL lên 15 hoặc mới hơn")
        yield Check("version", _("Phiên bản"), WRONG, f"{asked.database.version()}.", do, "which-database")
    else:
        yield Check("version", _("Phiên bản"), GOOD, f"{asked.database.version()}.")


def wall(asked: Installation, engine: Engine) -> Iterator[Check]:
    """That the role passes no wall between tenants."""
    if engine.kind != "postgresql":
        return
    name = _("Tường ngăn")
    if engine.passes_wall:
        words = _("Tài khoản PostgreSQL đang dùng bỏ qua tường ngăn giữa các đơn vị.")
        do = _("Dùng tài khoản thường là chủ cơ sở dữ liệu; xem docs/operate.md")
        yield Check("wall", name, WRONG, words, do, "which-database")
    else:
        yield Check("wall", name, GOOD, _("Cơ sở dữ liệu ngăn riêng các đơn vị chủ quản."))


def clock(asked: Installation, engine: Engine) -> Iterator[Check]:
    """Whether the machine's clock agrees with the database's."""
    name, skew = _("Đồng hồ"), abs(engine.clock - engine.asked)
    if skew > SKEW:
        words = _("Đồng hồ máy này lệch %(seconds)s giây so với cơ sở dữ liệu.", seconds=round(skew.total_seconds()))
        do = _("Chỉnh giờ máy chủ (timedatectl) và bật đồng bộ giờ")
        yield Check("clock", name, WRONG, words, do, "the-clock-is-wrong")
    else:
        yield Check("clock", name, GOOD, _("Máy chủ đang là %(when)s, giờ Việt Nam.", when=instant(asked.now)))


def connections(asked: Installation, engine: Engine) -> Iterator[Check]:
    """Whether PostgreSQL takes more connections."""
    if engine.kind != "postgresql":
        return
    most = int(engine.settings["max_connections"])
    words = _("%(open)s trên %(most)s kết nối.", open=number(engine.connections), most=number(most))
    short = engine.connections > most * MOST_CONNECTIONS
    do = _("Tăng max_connections, hoặc giảm WORKERS") if short else ""
    name = _("Kết nối")
    yield Check("connections", name, WRONG if short else GOOD, words, do, "too-many-connections")


def transactions(asked: Installation, engine: Engine) -> Iterator[Check]:
    """Whether somebody left a transaction open."""
    if engine.kind != "postgresql":
        return
    name = _("Giao dịch để ngỏ")
    if engine.longest_transaction > OPEN_FOR:
        words = ngettext(
            "Một giao dịch mở đã %(minutes)s phút.",
            "Một giao dịch mở đã %(minutes)s phút.",
            int(engine.longest_transaction // 60),
            minutes=number(int(engine.longest_transaction // 60)),
        )
        do = _("Tìm nó trong pg_stat_activity và kết thúc bằng pg_terminate_backend")
        yield Check("transactions", name, MIND, words, do, "a-transaction-is-left-open")
    else:
        yield Check("transactions", name, GOOD, _("Không có."))


def upkeep(asked: Installation, engine: Engine) -> Iterator[Check]:
    """Whether autovacuum is on and comes round."""
    if engine.kind != "postgresql":
        return
    name, read = _("Dọn dẹp (autovacuum)"), "postgresql-is-set-wrongly"
    if engine.settings.get("autovacuum") != "on":
        do = _("Bật autovacuum trong postgresql.conf rồi nạp lại")
        yield Check("autovacuum", name, WRONG, _("Đang tắt: bảng phình ra và PostgreSQL sẽ ngừng nhận."), do, read)
    elif engine.oldest_row > TOO_OLD:
        words = _("Có bảng đã %(count)s giao dịch chưa được dọn.", count=number(engine.oldest_row))
        yield Check("autovacuum", name, WRONG, words, _("Chạy: vacuumdb --all --freeze"), read)
    else:
        yield Check("autovacuum", name, GOOD, _("Đang bật."))


def archive(asked: Installation, engine: Engine) -> Iterator[Check]:
    """Whether PostgreSQL's log reaches its archive, where it is to."""
    found = engine.archiving
    if found is None:
        return
    name = _("Lưu trữ nhật ký (WAL)")
    if found.is_failing:
        words = _("Hỏng từ %(when)s: nhật ký chất lên đĩa.", when=instant(found.failed))
        do = _("Xem nhật ký của PostgreSQL, và nơi archive_command ghi vào còn chỗ không")
        yield Check("archive", name, WRONG, words, do, "losing-less-than-a-day")
    else:
        yield Check("archive", name, GOOD, _("Lần cuối %(when)s.", when=instant(found.archived) or "–"))


def _has(session: Session, table: str) -> bool:
    return bool(sa.inspect(session.connection()).has_table(table))
