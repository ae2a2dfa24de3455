"""Cookies: for this host alone and over HTTPS alone, as their names make browsers see to.

On plain HTTP at this machine itself, where the program is tried out and tested, they have other names, because not
every browser keeps `__Host-` cookies there. Such a name counts nowhere else.
"""

from __future__ import annotations

import ipaddress
from datetime import timedelta

from flask import request
from werkzeug.wrappers import Response

__all__ = ["DRAFT", "FORMS", "LANGUAGE", "MESSAGE", "ON_ITS_WAY", "PLACE", "SESSION", "drop", "keep", "name", "sent"]

SESSION = "cdht"
"""The token of somebody signed in."""
FORMS = "cdht-form"
"""What forms of somebody who is not signed in are bound to."""
PLACE = "cdht-place"
"""As what, and where, somebody works just now."""
MESSAGE = "cdht-message"
"""What the next page says of what was just done; signed."""
LANGUAGE = "cdht-language"
ON_ITS_WAY = "cdht-way"
"""By which a browser is known that comes back from an organization's sign-in."""
DRAFT = "cdht-draft"
"""Where what was typed after the session had ended is found again."""


def name(kind: str) -> str:
    """What a cookie is called here."""
    return f"http-{kind}" if _tried_out() else f"__Host-{kind}"


def sent(kind: str) -> str | None:
    """The cookie that came with the request."""
    found = request.cookies.get(f"__Host-{kind}")
    return request.cookies.get(f"http-{kind}") if found is None and _tried_out() else found


def keep(response: Response, kind: str, value: str, lasts: timedelta | None = None) -> None:
    """Gives the browser a cookie; without `lasts` until it is closed."""
    secure = not _tried_out()
    response.set_cookie(name(kind), value, max_age=lasts, secure=secure, httponly=True, samesite="Lax", path="/")


def drop(response: Response, kind: str) -> None:
    """Takes a cookie away."""
    response.delete_cookie(name(kind), secure=not _tried_out(), httponly=True, samesite="Lax", path="/")


def _tried_out() -> bool:
    """Whether somebody at this very machine asks, over plain HTTP, with no proxy between. Found out once in a request:
    every word of a page asks for the language, and that for its cookie."""
    if _FOUND not in request.environ:
        request.environ[_FOUND] = _is_tried_out()
    return bool(request.environ[_FOUND])


_FOUND = "cdht.tried_out"


def _is_tried_out() -> bool:
    proxied = any(header in request.headers for header in ("X-Forwarded-For", "X-Forwarded-Proto", "Forwarded"))
    host = request.host.rpartition(":")[0] if request.host.rpartition(":")[2].isdigit() else request.host
    here = host == "localhost" or _is_loopback(host.strip("[]"))
    return not request.is_secure and not proxied and here and _is_loopback(request.remote_addr or "")


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
