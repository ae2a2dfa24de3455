"""/van-hanh: where they begin."""

from __future__ import annotations

from flask import Response

from certification.access.permissions import Act
from certification.web.frame.pages import shown
from certification.web.operators import pages

__all__: list[str] = []


@pages.page("/van-hanh", Act.READ_OWN_SESSION)
def home() -> Response:
    """The home."""
    return shown("operators/home.html")
