"""What of the machine can be told without the database: disk, files, backups, the judging process, settings."""

from __future__ import annotations

import ctypes
import os
import shutil
import stat
import sys
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.exc import SQLAlchemyError

from certification.judgement import pulse
from certification.web.frame.written import instant, number, size
from certification.web.operators.health.asked import GOOD, MIND, WRONG, Check, Installation
from lrs import api

__all__ = ["backup", "data_folder", "disk", "judging", "scanner", "secret_file", "settings", "time"]

BACKUP_WITHIN = timedelta(hours=26)
VERIFIED_WITHIN = timedelta(days=8)
FREE_AT_LEAST = 0.1
"""Of the disk; below a third of that nothing can be stored before long."""

FULL_WITHIN = 60
"""Days: a disk that would be full sooner, growing as backups did, is told of."""

GROWTH_OVER = timedelta(days=2)
"""How far apart two backups are at least from which growth is told."""

SILENT_FOR = timedelta(minutes=2)
"""The work loop is thought to have stopped when nothing was heard of it for so long."""


def disk(asked: Installation) -> Iterator[Check]:
    """Room on the disk of the data folder, and of the database's files where that is another."""
    places = {asked.data_dir, *api.folders_of(asked.database)}
    do = _("Xoá bản sao lưu cũ (flask ops backup --keep), dọn nhật ký, hoặc thêm đĩa")
    for place in _on_different_disks(places):
        usage = shutil.disk_usage(place)
        free = usage.free / usage.total
        words = _(
            "%(place)s còn trống %(free)s, %(percent)s%%.", place=place, free=size(usage.free),
            percent=round(free * 100),
        )  # fmt: skip
        kind = GOOD if free >= FREE_AT_LEAST else WRONG if free < FREE_AT_LEAST / 3 else MIND
        yield Check("disk", _("Đĩa"), kind, words, "" if kind == GOOD else do, "full-disk")
    yield from _growth(asked, do)


def _on_different_disks(places: Iterable[Path]) -> list[Path]:
    found = {place.stat().st_dev: place for place in sorted(places, reverse=True)}
    return sorted(found.values())


def _growth(asked: Installation, do: str) -> Iterator[Check]:
    """When the disk is full if the data goes on growing as its backups did."""
    samples = api.last_backup(asked.data_dir).sizes
    if len(samples) < 2 or samples[-1].at - samples[0].at < GROWTH_OVER or not samples[0].bytes:
        return
    days = (samples[-1].at - samples[0].at) / timedelta(days=1)
    rate = (samples[-1].bytes - samples[0].bytes) / samples[-1].bytes / days
    try:
        a_day = asked.database.size() * rate
    except SQLAlchemyError:
        return
    name = _("Dữ liệu tăng")
    if a_day <= 0:
        yield Check(
            "growth",
            name,
            GOOD,
            ngettext(
                "Không tăng trong %(days)s ngày qua.",
                "Không tăng trong %(days)s ngày qua.",
                round(days),
                days=round(days),
            ),
        )
        return
    left = int(shutil.disk_usage(asked.data_dir).free / a_day)
    words = _("Khoảng %(size)s mỗi ngày; đĩa đủ cho %(days)s ngày.", size=size(a_day), days=number(left))
    short = left < FULL_WITHIN
    yield Check("growth", name, MIND if short else GOOD, words, do if short else "", "full-disk")


def backup(asked: Installation) -> Iterator[Check]:
    """When the last backup was taken from here and when one was last read to its end."""
    name, last, read = _("Sao lưu"), api.last_backup(asked.data_dir), "no-backup"
    do = _("Chạy: flask ops backup THƯ_MỤC --keep 14, và đặt hẹn giờ hằng ngày")
    if last.fault:
        words = _("Bản sao lưu đọc lại bị hỏng: %(fault)s", fault=last.fault.splitlines()[0])
        yield Check("backup", name, WRONG, words, do, read)
        return
    if last.taken is None:
        yield Check("backup", name, WRONG, _("Chưa thấy bản sao lưu nào lấy từ máy này."), do, read)
        return
    words = _(
        "Lần cuối %(taken)s, %(size)s, đọc lại nguyên vẹn lúc %(verified)s.", taken=instant(last.taken),
        size=size(last.size), verified=instant(last.verified),
    )  # fmt: skip
    fresh = asked.now - last.taken < BACKUP_WITHIN
    yield Check("backup", name, GOOD if fresh else MIND, words, "" if fresh else do, read)
    if last.verified is None or asked.now - last.verified > VERIFIED_WITHIN:
        words = _("Đã lâu không đọc lại bản sao lưu nào.")
        yield Check("backup-verified", _("Đọc lại bản sao lưu"), MIND, words, _("Chạy: flask ops verify THƯ_MỤC"), read)


def judging(asked: Installation) -> Iterator[Check]:
    """Whether the work loop goes on."""
    name, last, read = _("Tiến trình đánh giá"), pulse.last_beat(asked.data_dir), "statements-are-not-read"
    do = _("Khởi động lại dịch vụ, hoặc chạy: flask certification work")
    if last is None:
        yield Check("judging", name, MIND, _("Chưa thấy chạy trên máy này."), do, read)
    elif asked.now - last > SILENT_FOR:
        yield Check("judging", name, WRONG, _("Im lặng từ %(when)s.", when=instant(last)), do, read)
    else:
        yield Check("judging", name, GOOD, _("Đang chạy."))


def time(asked: Installation) -> Iterator[Check]:
    """Whether something keeps the machine's clock right, as the kernel knows it. The database's clock tells nothing of
    it where both are on one machine. Nothing where the kernel does not say: a service that is walled in may not ask."""
    name, kept = _("Đồng bộ giờ"), is_clock_kept()
    if kept:
        yield Check("time", name, GOOD, _("Đồng hồ máy được đồng bộ."))
    elif kept is not None:
        do = _("Cài systemd-timesyncd hoặc chrony, rồi xem: timedatectl")
        yield Check("time", name, MIND, _("Không chương trình nào giữ đúng giờ của máy."), do, "the-clock-is-wrong")


def is_clock_kept() -> bool | None:
    """What `timedatectl` asks, too (adjtimex(2)); None where nothing is said."""
    if sys.platform != "linux":
        return None
    refused, unsynchronized, asks_and_changes_nothing = -1, 5, ctypes.create_string_buffer(512)
    said = ctypes.CDLL(None).adjtimex(asks_and_changes_nothing)
    return None if said == refused else bool(said != unsynchronized)


def secret_file(asked: Installation) -> Iterator[Check]:
    """That nobody but their owner reads the files that hold secrets."""
    name, open_to_others = _("Tệp bí mật"), []
    for path in (asked.data_dir / one for one in ("secret_key", *asked.key_files)):
        if path.is_file() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            open_to_others.append(path)
    if open_to_others:
        words = _("Người khác trên máy đọc được: %(files)s.", files=", ".join(str(one) for one in open_to_others))
        do = _("Chạy: chmod 600 %(files)s; nếu người lạ có thể đã đọc, xem docs/operate.md", files=open_to_others[0])
        yield Check("secret-file", name, WRONG, words, do, "leaked-key")
    else:
        yield Check("secret-file", name, GOOD, _("Chỉ chủ sở hữu đọc được."))


def data_folder(asked: Installation) -> Iterator[Check]:
    """That the program can write into its folder, and that not everybody can."""
    name, folder = _("Thư mục dữ liệu"), asked.data_dir
    if not os.access(folder, os.W_OK | os.X_OK):
        words = _("Không ghi được vào %(folder)s.", folder=folder)
        do = _("Trao thư mục cho người dùng chạy chương trình: chown -R cdht: %(folder)s", folder=folder)
        yield Check("data-folder", name, WRONG, words, do, "full-disk")
    elif stat.S_IMODE(folder.stat().st_mode) & 0o002:
        words = _("Ai cũng ghi được vào %(folder)s.", folder=folder)
        yield Check("data-folder", name, WRONG, words, _("Chạy: chmod 750 %(folder)s", folder=folder), "leaked-key")
    else:
        yield Check("data-folder", name, GOOD, _("%(folder)s ghi được.", folder=folder))


def scanner(asked: Installation) -> Iterator[Check]:
    """Whether the virus scanner answers, where one is set."""
    where = asked.settings.scanner
    if where is None:
        return
    name, read = _("Quét vi-rút"), "the-virus-scanner"
    if api.scanning.is_answering(where):
        yield Check("scanner", name, GOOD, _("%(where)s trả lời.", where=where))
    else:
        words = _("%(where)s không trả lời: không tệp nào được nhận.", where=where)
        yield Check("scanner", name, WRONG, words, _("Chạy: systemctl restart clamav-daemon"), read)


def settings(asked: Installation) -> Iterator[Check]:
    """Settings that can be used and still say less than was meant. Those that cannot be used end every command and the
    start of the server, all named at once."""
    said, name = asked.settings, _("Cấu hình")
    unmatched = [
        _("%(one)s có mà %(other)s không: không gửi thư.", one=one, other=other)
        for one, other, have, lack in (
            ("SMTP_URL", "MAIL_FROM", said.smtp_url, said.mail_from),
            ("MAIL_FROM", "SMTP_URL", said.mail_from, said.smtp_url),
        )
        if have and not lack
    ]
    if len(said.secret_key) < 32:
        words = _("SECRET_KEY ngắn hơn 32 ký tự: có thể dò ra.")
        yield Check("settings", name, WRONG, words, _("Đặt lại theo docs/operate.md"), "leaked-key")
    do = _("Đặt cả hai, hoặc bỏ cả hai, rồi khởi động lại")
    for words in unmatched:
        yield Check("settings", name, MIND, words, do, "when-something-is-wrong")
    if not unmatched and len(said.secret_key) >= 32:
        yield Check("settings", name, GOOD, _("Không thiếu gì."))
