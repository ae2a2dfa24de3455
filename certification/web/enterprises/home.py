"""/doanh-nghiep: where they begin."""

from __future__ import annotations

from flask import Response

from certification.access.permissions import Act
from certification.web.enterprises import pages
from certification.web.frame.pages import shown

__all__: list[str] = []


@pages.page("/doanh-nghiep", Act.READ_OWN_SESSION)
def home() -> Response:
    """The home."""
    return shown("enterprises/home.html")
