"""What every page shares.

pages       a package of pages: guards, headers, `shown`
admission   who may see a page; everybody else is led to signing in
forms       what was typed, its faults, and doing it once; fields the kinds of fields; form_tokens whose form it is
places      what somebody works as, and where: which home, which navigation
faults      pages for what is refused; refusals its words
languages   Vietnamese and English; written how days and numbers are written
assets      the style sheet and scripts, by their content
views       home, change of place and language, the page of the design system
"""

from __future__ import annotations

from certification.web.frame.pages import Pages

__all__ = ["shared"]

shared = Pages("frame", __name__)

from certification.web.frame import views  # noqa: E402, F401 — adds the views
