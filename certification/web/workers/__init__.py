"""Pages for workers, about themselves: made for a phone.

own              whose record it is, and what it says of a year
home             what I have, what I lack, what to do next
indicator        one chỉ số: where its points come from, what is missing
learning         what was learnt, by day
roll_call        being present at a session
self_assessment  points of one's own for the ten chỉ số
declaring        learning that no platform told: declared, with a photo
applying         my dossier for the title: registering, handing in, how it stands, taking it back
disputing        evidence that I find wrong or missing, and the answers
certificates     titles and certificates
my_data          what is held, who looked, what I agreed to, my own copy
agreeing         to which uses of my data I agree
asking           what I ask about my data, and the answers
"""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from certification.web.frame.pages import Entry, Pages

__all__ = ["pages"]

pages = Pages(
    "workers",
    __name__,
    home="home",
    navigation=(
        Entry(_l("Trang chủ"), "home"),
        Entry(_l("Điểm danh"), "type_code"),
        Entry(_l("Đã học"), "learning"),
        Entry(_l("Khai báo"), "own_declarations"),
        Entry(_l("Giấy chứng nhận"), "certificates"),
        Entry(_l("Dữ liệu của tôi"), "my_data"),
    ),
    shortcuts=(
        Entry(_l("Khai báo việc học"), "declare"),
        Entry(_l("Tự chấm điểm"), "assess_oneself"),
        Entry(_l("Đăng ký danh hiệu"), "own_dossier"),
    ),
)

from certification.web.workers import (  # noqa: E402, F401 — adds the views
    agreeing,
    applying,
    asking,
    certificates,
    declaring,
    disputing,
    home,
    indicator,
    learning,
    my_data,
    roll_call,
    self_assessment,
)
