"""/k/<code>: how a certificate stands, for whoever holds its paper; /k: where the code is typed in.

The QR code of the paper leads here. Shown is what the paper says, and first of all how it stands today. Nothing is
listed and nothing can be searched for.
"""

from __future__ import annotations

from flask import Response, make_response, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from certification.access.look_ups import AskedTooOften
from certification.access.permissions import Act
from certification.certificates import codes, verification
from certification.certificates.verification import CORRECTED, EXPIRED, VALID, WITHDRAWN
from certification.resources import limits
from certification.resources.access import database, today
from certification.resources.issuers import public_url
from certification.web.open import pages

__all__ = ["PATH"]

PATH = "/k"

STATES = {
    VALID: _l("Còn giá trị"),
    EXPIRED: _l("Đã hết năm công nhận"),
    WITHDRAWN: _l("Đã thu hồi"),
    CORRECTED: _l("Đã được thay bằng giấy khác"),
}


@pages.page(PATH, Act.VERIFY_CERTIFICATES)
def certificate_form() -> AnyResponse:
    """The form; with a code typed in, on to its certificate."""
    typed = request.args.get("ma", "").replace("\0", " ").strip()
    if typed:
        return redirect(url_for(".certificate", code=codes.read(typed) or typed[:40].replace("/", " ")))
    return _private(render_template("open/certificate.html", found=None, typed=None), 200)


@pages.page(f"{PATH}/<code>", Act.VERIFY_CERTIFICATES)
def certificate(code: str) -> Response:
    """How the certificate of a code stands today; 404 with the form where there is none, 429 for too many questions."""
    day = today()
    try:
        limits.allow()
    except AskedTooOften as error:
        page = render_template("open/certificate.html", found=None, typed=None, wait=error.seconds)
        response = _private(page, 429)
        response.headers["Retry-After"] = str(error.seconds)
        return response
    found = verification.look_up(database(), code, day, public_url=public_url()) if public_url() else None
    page = render_template(
        "open/certificate.html",
        found=found,
        typed=code[:40],
        slip=codes.read(code) is None,
        state=STATES[found.state] if found else None,
        good=found is not None and found.state == VALID and (found.unaltered or found.erased),
        day=day,
    )
    return _private(page, 200 if found else 404)


def _private(page: str, status: int) -> Response:
    """No cache keeps who was looked at, and no search engine lists it."""
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
