"""Home, where somebody works, the language, what pages are drawn with, and the page of the design system."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import current_app, redirect, request, url_for
from werkzeug.wrappers import Response

from certification.access.permissions import Act
from certification.resources import cookies
from certification.web.frame import assets, design_system, finding, languages, places, shared
from certification.web.frame.pages import shown

__all__ = ["within"]

assets.register(shared)


def within(address: str | None) -> str | None:
    """An address of this site, without another site's; None for what is none."""
    if not address or not address.startswith("/") or address.startswith(("//", "/\\")) or "\\" in address:
        return None
    if any(ord(one) < 32 for one in address):
        return None
    parts = urlsplit(address)
    return None if parts.scheme or parts.netloc else address


@shared.page("/trang-chu", Act.READ_OWN_SESSION)
def home() -> Response:
    """On to the home for what the reader works as; without any role, a page that says so."""
    place = places.here()
    if place is None:
        return shown("frame/no-role.html")
    audience = current_app.blueprints[place.audience]
    return redirect(url_for(f"{place.audience}.{getattr(audience, 'home', 'home')}"), 303)


@shared.page("/noi-lam-viec", Act.READ_OWN_SESSION)
def choose_place() -> Response:
    """The places of the reader, to work in another one."""
    return shown("frame/places.html")


@shared.page("/noi-lam-viec/doi", Act.CHANGE_OWN_SESSION, methods=("POST",))
def change_place() -> Response:
    """Works in another place from now on, beginning at its home: nothing half-done is carried over."""
    chosen = places.choose(request.form.get("noi", ""))
    response = redirect(url_for(".home"), 303)
    if chosen is not None:
        cookies.keep(response, cookies.PLACE, chosen.id)
    return response


@shared.page("/ngon-ngu/<code>", Act.READ_ASSETS)
def change_language(code: str) -> Response:
    """The same page, in another language from now on."""
    response = redirect(within(request.args.get("tiep")) or "/", 303)
    if code in languages.LANGUAGES:
        cookies.keep(response, cookies.LANGUAGE, code, languages.LASTS)
    response.headers["Cache-Control"] = "no-store"
    return response


@shared.page("/he-thong-thiet-ke", Act.READ_ASSETS, methods=("GET", "POST"))
def show_design_system() -> Response:
    """Every component, with the call that draws it."""
    return design_system.page()


@shared.page("/tim-nhanh", Act.READ_OWN_SESSION)
def find_quickly() -> Response:
    """Pages, actions and people by a few letters."""
    return finding.page()


@shared.page("/tro-giup", Act.READ_ASSETS)
def help_page() -> Response:
    """Whom to ask."""
    return shown("frame/help.html")
