"""Pages for enterprises.

home    how many work here, and what an enterprise does here
roster  who works here, from the file that people keep: checked, then taken in
"""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from certification.web.frame.pages import Entry, Pages

__all__ = ["pages"]

pages = Pages(
    "enterprises",
    __name__,
    home="home",
    navigation=(Entry(_l("Trang chủ"), "home"), Entry(_l("Danh sách lao động"), "staff")),
)

from certification.web.enterprises import home, roster  # noqa: E402, F401 — adds the views
