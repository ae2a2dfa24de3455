"""Who may see a page, by the table that the JSON interface has too; whoever is nobody yet is led to signing in.

What was typed into a form after the session had ended is not lost: it comes back hidden in the page for signing in and
is offered for sending again to the same person (`form_tokens`).
"""

from __future__ import annotations

from flask import Blueprint, abort, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response

from certification.access.permissions import TABLE, WithoutKey, act_of
from certification.resources import access
from lrs.api import Unauthenticated

__all__ = ["UNSAFE", "register", "signing_in_address"]

UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def register(blueprint: Blueprint) -> None:
    """Lets nobody reach a page who may not do what its view is marked with."""
    blueprint.before_request(_admit)


def _admit() -> Response | None:
    if any("\0" in str(part) for part in (request.view_args or {}).values()):
        abort(404)  # nothing is called so, and a database that is asked for it fails
    view = current_app.view_functions[request.endpoint or ""]
    request.max_content_length = request.max_form_memory_size = getattr(view, "most_bytes", None)
    act = act_of(view)
    open_to_all = act is not None and TABLE[act].without_key in (WithoutKey.ALL, WithoutKey.IN_BODY)
    if act is not None and not open_to_all and TABLE[act].without_key is not WithoutKey.PUBLISHED:
        if TABLE[act].in_form:
            return None
        if access.token_sent() is None and request.method not in UNSAFE:
            return redirect(signing_in_address(), 303)
    try:
        access.admit()
    except access.CodeToSetUp:
        if request.method in UNSAFE:
            raise
        return redirect(url_for("signing_in.show_second_factor"), 303)
    except Unauthenticated:
        if request.method not in UNSAFE:
            return redirect(signing_in_address(), 303)
        access.refuse_other_sites()
        from certification.web.frame.form_tokens import kept_for_later

        return kept_for_later()
    caller = g.get("certification_caller")
    if caller is not None and caller.who is not None and caller.signed_in is None:
        return redirect(signing_in_address(), 303)  # a program's key: pages are for people
    return None


def signing_in_address() -> str:
    """Where to sign in, and to come back here from."""
    here = request.full_path.rstrip("?") if request.method in ("GET", "HEAD") else ""
    return url_for("signing_in.sign_in", tiep=here or None)
