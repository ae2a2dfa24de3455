"""Pages for enterprises.

home         how many work here, and what an enterprise does here
roster       who works here, from the file that people keep: checked, then taken in
headcount    how many work here, as long as there is no roster
transcripts  what workers have learnt, for a purpose; training: hours by group and position
keys         by which the enterprise's own programs ask
erased       whom the enterprise has to delete as well
law          what plans and the law ask of it, and its share of titles
"""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from certification.web.frame.pages import Entry, Pages

__all__ = ["pages"]

pages = Pages(
    "enterprises",
    __name__,
    home="home",
    navigation=(
        Entry(_l("Trang chủ"), "home"),
        Entry(_l("Danh sách lao động"), "staff"),
        Entry(_l("Bảng kê"), "transcripts"),
        Entry(_l("Giờ học"), "training_hours"),
        Entry(_l("Danh hiệu"), "titles"),
        Entry(_l("Quy định"), "law"),
        Entry(_l("Khoá"), "keys"),
    ),
)

from certification.web.enterprises import erased, headcount, home, keys, law, roster, training, transcripts  # noqa: E402, F401 — adds the views
