"""What other systems answered, or that they did not, in words for people: kept as the outgoing errands note it."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Flask
from flask_babel import gettext as _
from markupsafe import Markup, escape

from certification.web.frame import languages

__all__ = ["answered", "in_words", "prepare"]

_SAYS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = tuple(
    (re.compile(pattern, re.DOTALL), says)
    for pattern, says in (
        (
            r"(\S+) does not answer within (\S+) s",
            lambda found: _("%(host)s không trả lời trong %(seconds)s giây", host=found[1], seconds=found[2]),
        ),
        (
            r"(\S+) is (?:not in|none of the hosts in) OUTGOING_HOSTS.*",
            lambda found: _("%(host)s không có trong OUTGOING_HOSTS", host=found[1]),
        ),
        (
            r"the (?:password|secret) was encrypted under another SECRET_KEY.*",
            lambda found: _("Mật khẩu được mã hoá bằng SECRET_KEY khác; nhập lại mật khẩu"),
        ),
        (
            r"the filter is not understood any more.*",
            lambda found: _("Điều kiện chọn phát biểu không còn đọc được; đặt lại điều kiện"),
        ),
        (
            r"200, but not the ids.*",
            lambda found: _("200, nhưng không kèm mã phát biểu như kho xAPI trả lời: địa chỉ có đúng không?"),
        ),
        (
            r"200, but not a page of Statements.*",
            lambda found: _("200, nhưng không phải danh sách phát biểu: địa chỉ có đúng không?"),
        ),
        (r"400, but not from an xAPI store", lambda found: _("400, nhưng không phải từ kho xAPI")),
        (
            r"(\d+): it sends us elsewhere.*",
            lambda found: _(
                "%(status)s: bên kia chuyển sang địa chỉ khác, hệ thống không đi theo; ghi đúng địa chỉ cuối cùng",
                status=found[1],
            ),
        ),
        (
            r"(\d+): the user name or password is refused.*",
            lambda found: _(
                "%(status)s: tên hoặc mật khẩu bị từ chối, hoặc không được phép làm việc này", status=found[1]
            ),
        ),
        (
            r"(\d+): the key or its secret is refused.*",
            lambda found: _(
                "%(status)s: khoá hoặc bí mật bị từ chối, hoặc không được gửi bản tổng hợp", status=found[1]
            ),
        ),
        (
            r"(\d+): the signature is refused.*",
            lambda found: _(
                "%(status)s: chữ ký bị từ chối; bên kia có đúng bí mật của webhook không?", status=found[1]
            ),
        ),
        (
            r"(\d+): this is no xAPI endpoint.*",
            lambda found: _(
                "%(status)s: đây không phải địa chỉ xAPI; địa chỉ kết thúc trước /statements", status=found[1]
            ),
        ),
        (
            r"(\d+): nothing takes messages at this address",
            lambda found: _("%(status)s: không có gì nhận tin ở địa chỉ này", status=found[1]),
        ),
        (
            r"(\d+), but no receipt of what was sent.*",
            lambda found: _("%(status)s, nhưng không xác nhận đã nhận gì: địa chỉ có đúng không?", status=found[1]),
        ),
        (
            r"(\d+): no such installation answers here just now",
            lambda found: _("%(status)s: hệ thống bên kia hiện không trả lời ở đây", status=found[1]),
        ),
    )
)


def in_words(answer: str) -> str:
    """In the reader's language where it is known what is meant, else as it was answered."""
    for pattern, says in _SAYS:
        if (found := pattern.fullmatch(answer)) is not None:
            return says(found)
    return answer


def answered(answer: str) -> Markup:
    """The same for a page, marked as English where it stayed so."""
    words = in_words(answer)
    told = escape(words)
    is_english = words == answer and re.search(r"[A-Za-z]{2}", words) and languages.chosen() != "en"
    return Markup('<span lang="en">{}</span>').format(told) if is_english else Markup(told)  # noqa: S704 — escaped


def prepare(app: Flask) -> None:
    """Makes it a filter of templates."""
    app.jinja_env.filters[answered.__name__] = answered
