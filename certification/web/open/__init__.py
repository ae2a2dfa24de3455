"""Pages for everybody: published figures, certificates, trying Statements out, the JSON interface.

first_page        what the first page says, made ready for its template; figures  its view
certificate_page  how a certificate stands, by the code on its paper
check_page        where makers of learning platforms try out what they send
api_page          the JSON interface, for those who write programs
"""

from __future__ import annotations

from certification.web.frame.pages import Pages

__all__ = ["pages"]

pages = Pages("open", __name__)

from certification.web.open import api_page, certificate_page, check_page, figures  # noqa: E402, F401 — adds the views
