"""Pages for workers, about themselves.

home    where they begin
"""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from certification.web.frame.pages import Entry, Pages

__all__ = ["pages"]

pages = Pages(
    "workers",
    __name__,
    home="home",
    navigation=(Entry(_l("Trang chủ"), "home"),),
)

from certification.web.workers import home  # noqa: E402, F401 — adds the views
