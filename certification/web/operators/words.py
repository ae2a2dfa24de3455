"""What acts, scopes and refusals are called, for operators."""

from __future__ import annotations

import re
from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from certification.access.keys import KeyRefused, UnknownKey
from certification.access.permissions import BRANCH_SCOPE, PURPOSES, READ_SCOPE, ROLL_UPS_SCOPE, Role
from certification.access.roles import TERMINAL, RoleRefused
from certification.web.frame import refusals
from certification.web.operators import pages
from lrs.api import LAUNCH

__all__ = ["ACCESS_ACTS", "GIVABLE", "SCOPES", "act_words", "said_words"]

ACCESS_ACTS: Mapping[str, object] = {
    "create-account": _l("Tạo tài khoản"),
    "invite": _l("Cấp mã đặt mật khẩu"),
    "set-password": _l("Đặt mật khẩu"),
    "change-password": _l("Đổi mật khẩu"),
    "deactivate-account": _l("Ngừng tài khoản"),
    "reactivate-account": _l("Mở lại tài khoản"),
    "second-factor-on": _l("Bật mã của ứng dụng"),
    "second-factor-off": _l("Tắt mã của ứng dụng"),
    "end-sessions": _l("Kết thúc phiên đăng nhập"),
    "lift-wait": _l("Cho thử đăng nhập lại ngay"),
    "print-slip": _l("In phiếu mã đăng nhập"),
    "give-role": _l("Giao vai trò"),
    "end-role": _l("Kết thúc vai trò"),
    "hand-over": _l("Bàn giao vai trò"),
    "create-key": _l("Tạo khoá"),
    "rotate-key": _l("Cấp bí mật mới cho khoá"),
    "end-key": _l("Ngừng khoá"),
    "set-token-client": _l("Nhận token thay cho khoá"),
    "remove-token-client": _l("Thôi nhận token thay cho khoá"),
    "set-source": _l("Đặt nguồn phát biểu"),
    "pause-source": _l("Tạm dừng nguồn phát biểu"),
    "resume-source": _l("Lấy tiếp từ nguồn phát biểu"),
    "remove-source": _l("Bỏ nguồn phát biểu"),
    "set-destination": _l("Đặt nơi nhận phát biểu"),
    "set-webhook": _l("Đặt webhook"),
    "rotate-webhook-secret": _l("Cấp bí mật mới cho webhook"),
    "pause-destination": _l("Tạm dừng nơi nhận phát biểu"),
    "resume-destination": _l("Gửi tiếp tới nơi nhận phát biểu"),
    "remove-destination": _l("Bỏ nơi nhận phát biểu"),
    "replay-dead-letters": _l("Gửi lại phát biểu bị từ chối"),
    "drop-dead-letter": _l("Không gửi phát biểu bị từ chối nữa"),
    "set-sign-in": _l("Dùng nơi đăng nhập của tổ chức"),
    "end-sign-in": _l("Ngừng nơi đăng nhập của tổ chức"),
    "link-sign-in": _l("Nối với nơi đăng nhập của tổ chức"),
    "unlink-sign-in": _l("Bỏ nối với nơi đăng nhập của tổ chức"),
    "opaque-accounts-on": _l("Thay thư điện tử và tên bằng mã"),
    "opaque-accounts-off": _l("Giữ thư điện tử và tên như đã gửi"),
    "empty-test-data": _l("Xoá dữ liệu thử"),
}
"""What the record of accounts, roles and keys calls acts."""

SCOPES: Mapping[str, object] = {
    "all": _l("Mọi việc với phát biểu, trạng thái và hồ sơ xAPI"),
    "all/read": _l("Đọc mọi thứ trong kho xAPI"),
    "statements/write": _l("Gửi phát biểu"),
    "statements/read": _l("Đọc mọi phát biểu"),
    "statements/read/mine": _l("Đọc phát biểu do chính khoá này gửi"),
    "state": _l("Đọc và ghi trạng thái học (State)"),
    "profile": _l("Đọc và ghi hồ sơ hoạt động, hồ sơ người học"),
    "define": _l("Đặt tên, mô tả cho hoạt động và người học"),
    LAUNCH: _l("Mở bài học cmi5 cho người học"),
    READ_SCOPE: _l("Đọc số liệu và kết quả của toàn hệ thống"),
    ROLL_UPS_SCOPE: _l("Gửi số liệu đã ký của một đơn vị thành viên"),
    BRANCH_SCOPE: _l("Làm việc theo vai trò được giao ở đơn vị"),
}
"""What keys may do."""

SAID: Mapping[str, object] = {
    TERMINAL: _l("người vận hành, bằng lệnh"),
    "operator": _l("người vận hành, bằng lệnh"),
    "system": _l("hệ thống, tự động"),
    "one-time token": _l("bằng mã dùng một lần"),
    "by the person": _l("chính người đó"),
    "first run": _l("khi cài đặt"),
    PURPOSES[Role.TEAM_LEAD]: _l("xác nhận điểm cho tổ"),
    PURPOSES[Role.GRASSROOTS_OFFICER]: _l("số liệu và xác nhận của công đoàn cơ sở"),
    PURPOSES[Role.UPPER_OFFICER]: _l("số liệu và xét duyệt của công đoàn cấp trên"),
    PURPOSES[Role.ENTERPRISE]: _l("quản lý đào tạo của doanh nghiệp"),
    PURPOSES[Role.AUDITOR]: _l("kiểm tra"),
    PURPOSES[Role.OPERATOR]: _l("vận hành hệ thống"),
}
"""What the program itself writes into the record, in words."""

GIVABLE = tuple(role for role in Role if role is not Role.WORKER)
"""Roles that somebody gives."""


SAID_OF: tuple[tuple[re.Pattern[str], object], ...] = (
    (re.compile("by the enterprise (.+) for its own program"), _l("doanh nghiệp %(whom)s tạo cho phần mềm của mình")),
    (re.compile("by the enterprise (.+)"), _l("doanh nghiệp %(whom)s tự ngừng")),
    (re.compile("slip for the worker (.+)"), _l("phiếu cho người lao động %(whom)s")),
)
"""The same of what names somebody."""


def said_words(text: str) -> str:
    """What stands in the record, in words where the program itself wrote it."""
    for pattern, words in SAID_OF:
        if match := pattern.fullmatch(text):
            return str(words) % {"whom": match[1]}
    return str(SAID.get(text, text))


def act_words(act: str) -> str:
    """An act of the record in words; itself where nobody gave it any."""
    return str(ACCESS_ACTS.get(act, act))


def _role(error: Exception) -> str:
    said: dict[str, str] = {
        "account": _("Không giao được vai trò này cho tài khoản đó: tài khoản không có, đã ngừng, hoặc đang giữ "
            "đúng vai trò này"),
        "to": _("Không bàn giao được cho tài khoản đó: không có, đã ngừng, hoặc đang giữ đúng vai trò này"),
        "key": _("Khoá này không có, hoặc đang giữ đúng vai trò này"),
        "organization": _("Vai trò này không dùng cho loại đơn vị đó. Cán bộ công đoàn cơ sở: công đoàn cơ sở; tổ "
            "trưởng và doanh nghiệp: doanh nghiệp; cán bộ cấp trên: công đoàn hoặc địa bàn; người vận hành: để trống"),
        "team": _("Tổ trưởng, và chỉ tổ trưởng, cần tên một tổ đã có của doanh nghiệp"),
        "until": _("Vai trò kết thúc trước khi bắt đầu; chọn ngày muộn hơn hoặc để trống"),
        "on": _("Vai trò không có hiệu lực vào ngày đó; chọn ngày khác"),
        "role": _("Vai trò này không giao, kết thúc hay bàn giao được ở đây"),
        "reason": _("Ghi theo quyết định nào, hoặc vì sao"),
    }  # fmt: skip
    return said.get(getattr(error, "field", ""), str(error))


def _key(error: Exception) -> str:
    too_early, over = _("Chọn một ngày sau hôm nay"), _("Khoá này đã ngừng hoặc hết hạn; tạo khoá mới")
    return str(too_early if getattr(error, "field", "") == "until" else over)


pages.app_template_filter("said")(said_words)
refusals.SAYS.update({RoleRefused: _role, KeyRefused: _key, UnknownKey: lambda error: _("Không có khoá này")})
