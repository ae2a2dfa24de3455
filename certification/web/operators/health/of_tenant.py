"""What concerns one tenant: rules that hold, Statements that wait, keys, certificates, the record of acts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import ngettext

from certification.access import first_run
from certification.acts import chain, noted
from certification.certificates import keys as signing
from certification.certificates.keys import IsACopy, Issuer, NoPublicAddress, SealedElsewhere
from certification.errors import NoCriteriaInForce, NoMappingInForce
from certification.judgement import lag
from certification.judgement.lag import Lag
from certification.models import SigningKey
from certification.rules import criteria, evidence_mapping, working_days
from certification.rules.criteria import AUDIENCE, PROGRAMME
from certification.vietnam import vietnam_day
from certification.web.frame.answered import in_words
from certification.web.frame.written import day, instant, number
from certification.web.operators.health.asked import GOOD, MIND, WRONG, Check, Installation
from lrs import api
from lrs.db import Session

__all__ = [
    "acts",
    "administrators",
    "calendars",
    "certificates",
    "clock",
    "forwarding",
    "keys",
    "new_statements",
    "pulling",
    "rules",
    "summaries",
    "unknown_actors",
]

WAITS_FOR = timedelta(minutes=5)
"""New Statements that wait longer than this are told of as wrong."""

COUNTS_WITHIN = timedelta(hours=1)
"""So are workers whose figures wait longer."""

FORWARDED_WITHIN = timedelta(hours=1)
"""So are Statements that wait longer to be forwarded; sooner it is worth a look."""

KEY_ENDS_WITHIN = timedelta(days=14)
NEVER_USED_FOR = timedelta(days=90)
SIGNS_FOR = timedelta(days=400)
"""A signing key older than this should have been followed by another."""

TOLD = 5
"""So many accounts are named."""

CHECKED_WITHIN = timedelta(days=31)
NEXT_YEAR_FROM = (10, 1)
"""From this month and day on, what is missing for the coming year is told of."""


def rules(asked: Installation, session: Session, tenant: UUID) -> Iterator[Check]:
    """Whether there are rules for today, and for the coming year once that is near."""
    name, today = _("Quy tắc"), vietnam_day(asked.now)
    do = _("Nạp tệp quy tắc ở phần Quy tắc, hoặc chạy: flask certification load-rules")
    read = "rules-or-calendars-are-missing"
    try:
        criteria.in_force(session, tenant, PROGRAMME, AUDIENCE, today.year)
        evidence_mapping.mapping_in_force(session, tenant, today)
        if _is_late_in_the_year(today):
            criteria.in_force(session, tenant, PROGRAMME, AUDIENCE, today.year + 1)
    except NoCriteriaInForce as error:
        words = _("Năm %(year)s chưa có bộ tiêu chí: không ai được đánh giá.", year=error.year)
        yield Check("rules", name, WRONG if error.year == today.year else MIND, words, do, read)
    except NoMappingInForce:
        words = _("Chưa có quy định đọc minh chứng: phát biểu mới không được tính.")
        yield Check("rules", name, WRONG, words, do, read)
    else:
        yield Check("rules", name, GOOD, _("Có bộ tiêu chí và quy định đọc minh chứng cho hôm nay."))


def calendars(asked: Installation, session: Session, tenant: UUID) -> Iterator[Check]:
    """Whether the days off of this year are loaded, and of the next one once that is near."""
    name, today = _("Lịch ngày nghỉ"), vietnam_day(asked.now)
    needed = [today.year, *([today.year + 1] if _is_late_in_the_year(today) else [])]
    known = working_days.calendars(session, tenant, PROGRAMME, date(needed[-1], 12, 31))
    missing = [year for year in needed if year not in known]
    if missing:
        words = _("Chưa có lịch năm %(year)s: hạn theo ngày làm việc tính sớm hơn thật.", year=missing[0])
        do = _("Chép working-days-2026.toml thành tệp của năm đó rồi chạy: flask certification load-rules")
        yield Check("calendars", name, MIND, words, do, "rules-or-calendars-are-missing")
    else:
        yield Check("calendars", name, GOOD, _("Có lịch đến hết năm %(year)s.", year=needed[-1]))


def _is_late_in_the_year(today: date) -> bool:
    return (today.month, today.day) >= NEXT_YEAR_FROM


def new_statements(asked: Installation, behind: Lag) -> Iterator[Check]:
    """Whether Statements are read soon after they came."""
    name = _("Phát biểu mới")
    if behind.unread_since is None or asked.now - behind.unread_since < WAITS_FOR:
        yield Check("new-statements", name, GOOD, _("Được đọc và tính ngay."))
        return
    words = _("Có phát biểu nhận từ %(when)s chưa được đọc.", when=instant(behind.unread_since))
    do = _("Xem nhật ký của tiến trình đánh giá: journalctl -u cong-dan-hoc-tap; rồi khởi động lại dịch vụ")
    yield Check("new-statements", name, WRONG, words, do, "statements-are-not-read")


def summaries(asked: Installation, behind: Lag) -> Iterator[Check]:
    """Whether figures follow what was judged."""
    name, since = _("Số liệu tổng hợp"), behind.uncounted_since
    if since is not None and asked.now - since > COUNTS_WITHIN:
        words = ngettext(
            "%(count)s người chờ từ %(when)s.",
            "%(count)s người chờ từ %(when)s.",
            behind.uncounted,
            count=number(behind.uncounted),
            when=instant(since),
        )
        do = _("Xem nhật ký của tiến trình đánh giá: journalctl -u cong-dan-hoc-tap; rồi khởi động lại dịch vụ")
        yield Check("summaries", name, WRONG, words, do, "statements-are-not-read")
    else:
        yield Check("summaries", name, GOOD, _("Theo kịp."))


def unknown_actors(asked: Installation, behind: Lag) -> Iterator[Check]:
    """Whether somebody's Statements wait because nobody said whose they are."""
    name, waiting = _("Tài khoản chưa rõ của ai"), behind.unknown_actors
    if waiting:
        words = _("%(count)s tài khoản đang chờ; phát biểu của họ chưa tính cho ai.", count=_up_to(waiting))
        do = _("Gắn ở phần Tài khoản học, hoặc chạy: flask certification unknown-actors")
        yield Check("unknown-actors", name, MIND, words, do, "statements-of-somebody-nobody-knows")
    else:
        yield Check("unknown-actors", name, GOOD, _("Không có."))


def clock(asked: Installation, session: Session, tenant: UUID) -> Iterator[Check]:
    """Whether Statements are dated after the present: a clock was set back."""
    _done, newest = api.places(session, tenant, None)
    last = api.changes(session, tenant, f"s{newest - 1}", limit=1).statements if newest else []
    if last and last[0].stored > asked.now + timedelta(minutes=1):
        words = _("Kho có phát biểu nhận lúc %(when)s, sau giờ của máy này.", when=instant(last[0].stored))
        do = _("Chỉnh giờ máy chủ (timedatectl) và bật đồng bộ giờ")
        yield Check("clock-of-statements", _("Giờ của phát biểu"), WRONG, words, do, "the-clock-is-wrong")


def keys(asked: Installation, session: Session, tenant: UUID) -> Iterator[Check]:
    """Keys that end soon, and such as were made long ago and never used."""
    name, do, read = _("Khoá của chương trình"), _("Xem phần Khoá, hoặc chạy: flask lrs credential list"), "keys"
    known = [
        one
        for one in api.credentials(session, tenant)
        if one.revoked is None and (one.expires is None or one.expires > asked.now)
    ]
    ending = [one.expires for one in known if one.expires and one.expires - asked.now < KEY_ENDS_WITHIN]
    idle = [one for one in known if one.last_used is None and asked.now - one.created > NEVER_USED_FOR]
    if ending:
        when = day(vietnam_day(min(ending)))
        words = ngettext(
            "%(count)s khoá sắp hết hạn, sớm nhất %(when)s.",
            "%(count)s khoá sắp hết hạn, sớm nhất %(when)s.",
            len(ending),
            count=number(len(ending)),
            when=when,
        )
        yield Check("keys-ending", name, MIND, words, _("Cấp bí mật mới hoặc gia hạn khoá ở phần Khoá"), read)
    if idle:
        words = ngettext(
            "%(count)s khoá tạo đã lâu mà chưa ai dùng.",
            "%(count)s khoá tạo đã lâu mà chưa ai dùng.",
            len(idle),
            count=number(len(idle)),
        )
        yield Check("keys-idle", name, MIND, words, do, read)
    if not ending and not idle:
        yield Check("keys", name, GOOD, _("Không khoá nào sắp hết hạn hay bỏ không."))


def forwarding(asked: Installation, session: Session, tenant: UUID) -> Iterator[Check]:
    """Whether other stores take what is forwarded to them. Nothing where there is none, or from a copy."""
    if api.copied_since(session) is not None:
        return
    name, read = _("Chuyển tiếp phát biểu"), "statements-are-not-forwarded"
    found = api.destinations(session, tenant)
    well = True
    for one in found:
        since = one.waiting_since
        if one.paused is None and since is not None and asked.now - since > WAITS_FOR:
            kind = WRONG if asked.now - since > FORWARDED_WITHIN else MIND
            words = _(
                "%(name)s: %(count)s phát biểu chờ từ %(when)s; trả lời gần nhất: %(answer)s.", name=one.name,
                count=number(one.waiting), when=instant(since), answer=in_words(one.answer) or "–",
            )  # fmt: skip
            do = _("Xem kho bên kia và nơi nhận ở phần Chuyển tiếp, hoặc chạy: flask certification destinations")
            well = False
            yield Check("forwarding", name, kind, words, do, read)
        if one.letters:
            words = _("%(name)s từ chối %(count)s phát biểu.", name=one.name, count=_up_to(one.letters))
            do = _("Xem lý do ở phần Chuyển tiếp rồi gửi lại, hoặc chạy: flask certification dead-letters")
            well = False
            yield Check("dead-letters", name, MIND, words, do, read)
    if found and well:
        yield Check("forwarding", name, GOOD, _("Theo kịp."))


def pulling(asked: Installation, session: Session, tenant: UUID) -> Iterator[Check]:
    """Whether what other stores have comes here in time. Nothing where there is no source, or to a copy."""
    if api.copied_since(session) is not None:
        return
    name, read = _("Lấy phát biểu về"), "statements-are-not-pulled"
    found = api.sources(session, tenant)
    well = True
    for one in found:
        since = one.behind_since(asked.now)
        if since is not None and asked.now - since > WAITS_FOR:
            kind = WRONG if asked.now - since > FORWARDED_WITHIN else MIND
            last = instant(one.finished) if one.finished else _("chưa lần nào")
            words = _(
                "%(name)s: lần lấy xong gần nhất: %(last)s; trả lời gần nhất: %(answer)s.", name=one.name, last=last,
                answer=in_words(one.answer) or "–",
            )  # fmt: skip
            do = _("Xem kho bên kia và nguồn ở phần Lấy về, hoặc chạy: flask certification sources")
            well = False
            yield Check("pulling", name, kind, words, do, read)
        if one.refused:
            words = _("%(name)s có %(count)s phát biểu không nhận được.", name=one.name, count=_up_to(one.refused))
            do = _("Xem lỗi ở phần Lấy về để bên kia sửa, hoặc chạy: flask certification source-refusals")
            well = False
            yield Check("pulling-refused", name, MIND, words, do, read)
    if found and well:
        yield Check("pulling", name, GOOD, _("Theo kịp."))


def administrators(asked: Installation, session: Session, tenant: UUID) -> Iterator[Check]:
    """Whether more than one person can administer, each with an app's codes beside the password."""
    name, read = _("Người quản trị"), "an-administrator-has-left-or-cannot-sign-in"
    known = first_run.administrators(session, tenant, vietnam_day(asked.now))
    bare = [one.name for one in known if not one.has_code]
    if len(known) < 2:
        words = _("Chỉ có một người quản trị: %(account)s.", account=known[0].name) if known else _("Chưa có ai.")
        do = _(
            "Tạo thêm một tài khoản và giao vai trò quản trị: khi người này nghỉ hoặc mất máy thì vẫn có người vào được"
        )
        yield Check("administrators", name, MIND, words, do, read)
    if bare:
        words = _("Không dùng mã của ứng dụng khi đăng nhập: %(accounts)s.", accounts=", ".join(bare[:TOLD]))
        yield Check("administrators-codes", name, MIND, words, _("Từng người bật mã ở trang Tài khoản"), read)
    if len(known) > 1 and not bare:
        yield Check("administrators", name, GOOD, _("%(count)s người, đều dùng mã.", count=number(len(known))))


def certificates(asked: Installation, session: Session, tenant: UUID) -> Iterator[Check]:
    """Whether certificates can be signed, and with a key that is not too old."""
    name, read = _("Khoá ký giấy công nhận"), "certificates"
    current = signing.current_name(session, tenant)
    try:
        issuer = Issuer.of(asked.settings.public_url, tenant)
        if current is not None:
            signing.named(session, tenant, issuer, current, secret=asked.settings.secret_key)
    except NoPublicAddress:
        do = _("Đặt PUBLIC_URL là địa chỉ https:// của hệ thống rồi khởi động lại")
        words = _("Chưa đặt địa chỉ công khai: chưa cấp giấy công nhận được.")
        yield Check("signing-key", name, MIND, words, do, read)
        return
    except IsACopy:
        return  # said by itself, of the database
    except SealedElsewhere:
        do = _("Đặt lại đúng SECRET_KEY cũ, hoặc chạy: flask certification rotate-signing-key")
        words = _("Khoá %(key)s được niêm bằng bí mật khác: không ký được.", key=current)
        yield Check("signing-key", name, WRONG, words, do, read)
        return
    if current is None:
        yield Check("signing-key", name, GOOD, _("Sẽ tạo khi cấp giấy đầu tiên."))
        return
    of_tenant = SigningKey.tenant_id == tenant
    made = session.scalar(sa.select(SigningKey.made).where(of_tenant, SigningKey.name == current))
    if made is not None and asked.now - made > SIGNS_FOR:
        words = _("Khoá %(key)s ký từ %(when)s, đã lâu.", key=current, when=instant(made))
        do = _("Chạy: flask certification rotate-signing-key")
        yield Check("signing-key", name, MIND, words, do, read)
        return
    retired = lag.up_to(session, sa.select(SigningKey.name).where(of_tenant)) - 1
    said = _("Khoá %(key)s đang ký; %(count)s khoá trước vẫn xác minh được.", key=current, count=retired)
    yield Check("signing-key", name, GOOD, said)


def acts(asked: Installation, session: Session, tenant: UUID) -> Iterator[Check]:
    """Up to which act the record was worked out again, and when; that is done elsewhere, it reads all of it."""
    name, last = _("Sổ ghi việc"), noted.read(asked.data_dir, tenant)
    newest = chain.head(session, tenant).number
    do, read = _("Chạy: flask certification verify-acts, và cất đầu sổ nó in ra ở nơi khác"), "the-record-of-acts"
    if last is not None and last.fault:
        do = _("Đừng sửa gì; lấy bản sao lưu trước đó ra so, xem docs/operate.md")
        yield Check("acts", name, WRONG, _("Sổ đã bị sửa: %(fault)s", fault=last.fault), do, read)
        return
    if newest and (last is None or asked.now - last.at > CHECKED_WITHIN):
        words = _("%(newest)s việc; chưa kiểm tra trong tháng qua.", newest=number(newest))
        yield Check("acts", name, MIND, words, do, read)
    elif last is not None:
        words = _(
            "Khớp đến việc %(number)s trên %(newest)s, kiểm tra lúc %(when)s.", number=number(last.number),
            newest=number(newest), when=instant(last.at),
        )  # fmt: skip
        yield Check("acts", name, GOOD, words)


def _up_to(count: int) -> str:
    words = number(min(count, lag.COUNTED))
    return _("hơn %(waiting)s", waiting=words) if count > lag.COUNTED else words
