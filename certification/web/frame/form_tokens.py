"""Whose form it is: a token in every form, bound to the session it was drawn in, or to a cookie before signing in.

Beside it stands what the browser itself says of where a form comes from (`access.refuse_other_sites`). A token holds
for one session; its text differs in each page, so that compressed pages betray nothing of it. A form that was drawn in
another session, but on this site, is shown again to be sent with one click.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, current_app, g, make_response, render_template, request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from markupsafe import Markup
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from certification.access import drafts
from certification.access.drafts import Draft
from certification.access.permissions import TABLE, act_of
from certification.access.sessions import SignedIn
from certification.resources import access, cookies
from certification.web.frame import languages
from certification.web.frame.admission import UNSAFE
from lrs import api

__all__ = [
    "IN_LANGUAGE",
    "KEPT",
    "ONCE",
    "OWN",
    "SAID",
    "TOKEN",
    "hidden",
    "kept_for_later",
    "looks_again",
    "register",
    "send_again",
    "typed",
]

TOKEN, ONCE, WHO, KEPT, AGAIN, SAID, IN_LANGUAGE = "_khoa", "_lan", "_nguoi", "_giu", "_xem", "_da_noi", "_tieng"
"""Hidden fields: the token; what tells one sending of a form from another; for whom it was drawn, signed; where what
was typed before is kept; that the form is to be shown once more and not done; what was said before and is meant to be
said again; in which language it is shown from now on."""

OWN = frozenset({TOKEN, ONCE, WHO, KEPT, AGAIN, SAID, IN_LANGUAGE})
"""None of them is part of what a form says."""

OPEN_FOR = timedelta(days=7)
"""A form that lay open for so long is still known to be somebody's."""

_PAD = 16


def register(blueprint: Blueprint) -> None:
    """Asks every form for its token, and keeps the cookie that binds forms of whoever is not signed in."""
    blueprint.before_request(_check)
    blueprint.after_request(_keep_cookie)


def _check() -> Response | None:
    act = act_of(current_app.view_functions[request.endpoint or ""])
    if request.method not in UNSAFE or act is None or TABLE[act].in_form:
        return None
    access.refuse_other_sites()
    if _is_good(request.form.get(TOKEN, "")):
        _drop_kept()
        if (language := request.form.get(IN_LANGUAGE)) in languages.LANGUAGES:
            g.language = g.new_language = language
        return None
    api.tell("form-refused")
    g.no_cookie = cookies.sent(cookies.FORMS) is None and not _signed_in()
    return make_response(render_template("frame/stale-form.html", again=typed(), path=request.full_path), 400)


def hidden() -> Markup:
    """The hidden fields of a form."""
    session = _signed_in()
    whose = "" if session is None else str(_signer().dumps([session.tenant.hex, session.account.hex]))
    fields = {TOKEN: _token(), ONCE: secrets.token_urlsafe(12), WHO: whose}
    if (before := g.get("said_before")) is not None:
        fields[SAID] = before
    return Markup("").join(
        Markup('<input type="hidden" name="{}" value="{}">').format(field, value) for field, value in fields.items()
    )


# ---------------------------------------------------------------- what was typed before the session had ended


def kept_for_later() -> Response:
    """The page for signing in; what was typed is kept on the server, and found again by a token in it."""
    from certification.web.signing_in.sign_in import page_to_sign_in

    whose = _whose(request.form.get(WHO, ""))
    if whose is None:  # no form of ours, or one that lay open for longer than `OPEN_FOR`
        return page_to_sign_in(status=401)
    files = tuple(one.filename for one in request.files.values() if one.filename)
    draft = Draft(request.full_path.rstrip("?"), tuple(typed()), files)
    token = drafts.keep(access.database(), *whose, draft, pepper=access.pepper(), now=access.now())
    response = page_to_sign_in(kept=token, status=401)
    cookies.keep(response, cookies.DRAFT, token, drafts.LASTS)
    return response


def typed() -> list[tuple[str, str]]:
    """The fields of the request's form, without tokens and passwords."""
    pairs = [(name, text) for name, texts in request.form.lists() for text in texts]
    own = OWN - {ONCE}
    return [(name, text) for name, text in pairs if name not in own and not name.startswith(("password", "secret"))]


def send_again(kept: str, begun: SignedIn) -> str | None:
    """The page that offers what was kept to the account that typed it; None where there is nothing for it."""
    found = drafts.find(access.database(), begun.tenant, begun.account, kept, pepper=access.pepper(), now=access.now())
    if found is None:
        return None
    return render_template(
        "frame/send-again.html", path=found.path, again=found.typed, files=found.files, kept=kept, kept_field=KEPT,
        look_field=AGAIN, has_form=_has_form(found.path),
    )  # fmt: skip


def _has_form(path: str) -> bool:
    """Whether the address that a form goes to is that of the page with the form."""
    try:
        current_app.url_map.bind("").match(path.partition("?")[0], method="GET")
    except (HTTPException, RequestRedirect):
        return False
    return True


def looks_again() -> bool:
    """Whether a form came to be shown once more with what was typed, and not to be done."""
    return request.method == "POST" and (request.form.get(AGAIN) == "1" or IN_LANGUAGE in request.form)


def _drop_kept() -> None:
    """What was kept is being sent, or looked at: it is kept no longer once it is sent."""
    token, session = request.form.get(KEPT, ""), _signed_in()
    if token and session is not None and not looks_again():
        drafts.drop(access.database(), session.tenant, session.account, token, pepper=access.pepper())
        g.draft_sent = True


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(access.pepper(), salt="certification form of")


def _whose(sealed: str) -> tuple[UUID, UUID] | None:
    """The tenant and the account that a form was drawn for; None for what nobody drew here of late."""
    try:
        tenant, account = _signer().loads(sealed, max_age=int(OPEN_FOR.total_seconds()))
        return UUID(tenant), UUID(account)
    except (BadSignature, ValueError, TypeError):
        return None


# ---------------------------------------------------------------- the token


def _signed_in() -> Any:
    caller = g.get("certification_caller")
    return None if caller is None else caller.signed_in


def _binding() -> bytes:
    session = _signed_in()
    if session is not None:
        return b"session " + bytes(session.digest)
    cookie = cookies.sent(cookies.FORMS) or g.get("new_form_cookie")
    if cookie is None:
        cookie = g.new_form_cookie = secrets.token_urlsafe(24)
    return b"cookie " + cookie.encode()


def _token() -> str:
    pad = secrets.token_bytes(_PAD)
    return base64.urlsafe_b64encode(pad + _digest(pad)).decode()


def _digest(pad: bytes) -> bytes:
    return hmac.digest(access.pepper(), b"certification form\0" + pad + _binding(), "sha256")


def _is_good(token: str) -> bool:
    try:
        raw = base64.urlsafe_b64decode(token.encode("ascii"))
    except ValueError:
        return False
    return len(raw) == _PAD + 32 and hmac.compare_digest(raw[_PAD:], _digest(raw[:_PAD]))


def _keep_cookie(response: Response) -> Response:
    if (value := g.pop("new_form_cookie", None)) is not None:
        cookies.keep(response, cookies.FORMS, value)
    if (language := g.pop("new_language", None)) is not None:
        cookies.keep(response, cookies.LANGUAGE, language, languages.LASTS)
    if g.pop("draft_sent", False):
        cookies.drop(response, cookies.DRAFT)
    return response
