"""Whose form it is: a token in every form, bound to the session it was drawn in, or to a cookie before signing in.

Beside it stands what the browser itself says of where a form comes from (`access.refuse_other_sites`). A token holds
for one session; its text differs in each page, so that compressed pages betray nothing of it. A form that was drawn in
another session, but on this site, is shown again to be sent with one click.
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from typing import Any

from flask import Blueprint, Response, current_app, g, make_response, render_template, request
from markupsafe import Markup

from certification.access.permissions import TABLE, act_of
from certification.resources import access, cookies
from certification.web.frame.admission import UNSAFE

__all__ = ["KEPT", "ONCE", "TOKEN", "hidden", "kept_for_later", "register", "send_again", "to_send_again"]

TOKEN, ONCE, WHO, KEPT = "_khoa", "_lan", "_nguoi", "_giu"
"""Hidden fields: the token; what tells one sending of a form from another; whose form; what was typed before."""

_PAD = 16
_MOST_KEPT = 256 * 1024


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
        return None
    g.no_cookie = cookies.sent(cookies.FORMS) is None and not _signed_in()
    return make_response(render_template("frame/stale-form.html", again=_typed(), path=request.full_path), 400)


def hidden() -> Markup:
    """The hidden fields of a form."""
    caller = g.get("certification_caller")
    name = caller.who.name if caller is not None and caller.who is not None else ""
    fields = {TOKEN: _token(), ONCE: secrets.token_urlsafe(12), WHO: name}
    return Markup("").join(
        Markup('<input type="hidden" name="{}" value="{}">').format(field, value) for field, value in fields.items()
    )


# ---------------------------------------------------------------- what was typed before the session had ended


def kept_for_later() -> Response:
    """The page for signing in, with what was typed hidden in it."""
    from certification.web.signing_in.sign_in import page_to_sign_in

    return page_to_sign_in(kept=_sealed(request.full_path.rstrip("?"), _typed()), status=401)


def _typed() -> list[tuple[str, str]]:
    """The fields of the request's form, without tokens and passwords."""
    pairs = [(name, text) for name, texts in request.form.lists() for text in texts]
    return [
        (name, text)
        for name, text in pairs
        if name not in (TOKEN, KEPT) and not name.startswith(("password", "secret"))
    ]


def _sealed(path: str, typed: list[tuple[str, str]]) -> str:
    text = base64.urlsafe_b64encode(json.dumps([path, typed]).encode()).decode()
    return text if len(text) <= _MOST_KEPT else ""


def to_send_again(kept: str) -> tuple[str, list[tuple[str, str]]] | None:
    """Where a form was to go, and its fields; None for what nobody kept here, or was typed by somebody else."""
    try:
        path, typed = json.loads(base64.urlsafe_b64decode(kept.encode()))
        pairs = [(str(name), str(text)) for name, text in typed]
    except (ValueError, TypeError):
        return None
    return (path, pairs) if isinstance(path, str) and path.startswith("/") and not path.startswith("//") else None


def send_again(kept: str, name: str) -> str | None:
    """The page that offers to send what was kept, to the account that typed it; None where there is nothing for it."""
    found = to_send_again(kept)
    if found is None or dict(found[1]).get(WHO) not in (name, ""):
        return None
    again = [pair for pair in found[1] if pair[0] != WHO]
    return render_template("frame/send-again.html", path=found[0], again=again)


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
    return response
