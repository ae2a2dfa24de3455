"""Words for what is refused, for people: most errors say themselves, in Vietnamese, what is wrong and what to do.

`SAYS` has words for those that speak English, to programs. A package of pages adds its own.
"""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import gettext as _

from certification.access import passwords
from certification.access.accounts import AccountRefused, SignInRefused, TokenRefused
from certification.access.attempts import TooOften
from certification.access.look_ups import AskedTooOften
from certification.access.rights import NotAllowed
from certification.access.roles import RoleRefused
from certification.errors import CertificationError, NoCriteriaInForce, NoMappingInForce
from certification.judgement.closings import YearIsClosed
from certification.people.workers import UnknownWorker
from certification.resources.access import CodeToSetUp, NoRole, OtherSite
from certification.resources.errors import UNDERSTOOD, Fault, understood
from certification.units.trees import UnknownOrganization

__all__ = ["REFUSED", "SAYS", "faults_of"]

REFUSED: tuple[type[Exception], ...] = (*UNDERSTOOD, SignInRefused, TooOften, AskedTooOften)
"""What a form shows as its faults, unless it is 403 or 404: then there is a page for it."""


def _account(error: Exception) -> str:
    text = str(error)
    words = {
        f"at least {passwords.SHORTEST} characters": _(
            "Mật khẩu phải có ít nhất %(count)s ký tự; một câu vài chữ là dễ nhớ nhất", count=passwords.SHORTEST
        ),
        f"at most {passwords.LONGEST} characters": _("Mật khẩu dài nhất %(count)s ký tự", count=passwords.LONGEST),
        "little more than the account's name": _("Mật khẩu gần như trùng tên đăng nhập; chọn mật khẩu khác"),
        "repeats a few characters": _("Mật khẩu lặp lại vài ký tự; chọn mật khẩu khác"),
        "is known to everybody who guesses": _("Mật khẩu này nhiều người dùng nên dễ bị đoán; chọn mật khẩu khác"),
        "is no account name": _("Tên đăng nhập chỉ gồm chữ thường không dấu, chữ số, và . _ - ở giữa"),
        "there is an account": _("Tên đăng nhập này đã có người dùng; chọn tên khác"),
        "give the person's full name": _("Nhập họ và tên, nhiều nhất 200 ký tự"),
        "signs in by its password": _("Tài khoản này giữ vai trò khác hoặc đã bật mã đăng nhập, nên chỉ dùng mật khẩu"),
        "is deactivated": _("Tài khoản này đã ngừng dùng; mở lại trước"),
        "there is no account": _("Không có tài khoản này"),
        "there is no such worker": _("Không có người lao động này"),
    }
    return next((said for part, said in words.items() if part in text), text)


SAYS: dict[type[Exception], Callable[[Exception], str]] = {
    AccountRefused: _account,
    RoleRefused: _account,
    TokenRefused: lambda error: _("Mã này đã dùng, đã hết hạn hoặc đã có mã mới hơn. Xin người quản trị cấp mã mới"),
    SignInRefused: lambda error: _("Tên đăng nhập hoặc mật khẩu chưa đúng"),
    TooOften: lambda error: _(
        "Đã thử nhiều lần chưa đúng. Thử lại sau %(seconds)s giây", seconds=getattr(error, "seconds", 0)
    ),
    AskedTooOften: lambda error: _(
        "Máy này vừa hỏi quá nhiều. Thử lại sau %(seconds)s giây", seconds=getattr(error, "seconds", 0)
    ),
    CodeToSetUp: lambda error: _(
        "Vai trò của anh/chị cần mã đăng nhập trên điện thoại. Cài mã ở trang tài khoản trước"
    ),
    NoRole: lambda error: _("Vai trò của anh/chị hôm nay không cho phép việc này ở đây"),
    OtherSite: lambda error: _("Chỉ nhận nội dung gửi từ chính các trang của hệ thống này"),
    NotAllowed: lambda error: _("Vai trò của anh/chị không cho phép việc này ở đơn vị hoặc với người này"),
    NoCriteriaInForce: lambda error: _("Chưa có bộ tiêu chí cho năm này. Người vận hành cần nạp bộ tiêu chí trước"),
    NoMappingInForce: lambda error: _("Chưa có quy định minh chứng cho ngày này. Người vận hành cần nạp trước"),
    YearIsClosed: lambda error: _("Năm đánh giá này đã chốt, kết quả giữ nguyên. Người vận hành có thể mở lại năm"),
    UnknownWorker: lambda error: _("Không tìm thấy người lao động này"),
    UnknownOrganization: lambda error: _("Không tìm thấy đơn vị này"),
}
"""By kind of error, the nearest kind first."""


def faults_of(error: Exception) -> list[Fault]:
    """What to tell of an error in `REFUSED`: each fault with the field that it is about, "" for none."""
    for kind in type(error).__mro__:
        if kind in SAYS:
            return [Fault(getattr(error, "field", ""), SAYS[kind](error))]
    refusal = understood(error)
    if refusal is None:
        return [Fault("", str(error) if isinstance(error, CertificationError) else _("Chưa làm được việc này"))]
    return [Fault(fault.place.strip("/").split("/")[0], fault.message) for fault in refusal.faults]
