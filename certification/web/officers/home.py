"""/cong-doan: where they begin."""

from __future__ import annotations

from flask import Response

from certification.access.permissions import Act
from certification.web.frame.pages import shown
from certification.web.officers import pages

__all__: list[str] = []


@pages.page("/cong-doan", Act.READ_OWN_SESSION)
def home() -> Response:
    """The home."""
    return shown("officers/home.html")
