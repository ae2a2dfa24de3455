"""What the layout of a page needs to know: who reads it, where they work, what they may go to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Flask, current_app, g, request, url_for
from flask.globals import request_ctx

from certification.access.permissions import TABLE, act_of
from certification.resources import access, cookies
from certification.web.frame import form_tokens, languages, messages, places
from certification.web.frame.places import Place

__all__ = ["Layout", "prepare"]


@dataclass(frozen=True, slots=True)
class Link:
    """A part of the navigation."""

    words: Any
    address: str
    is_here: bool


class Layout:
    """Asked by templates, as `layout.…`; each answer is worked out when it is asked for."""

    @property
    def language(self) -> str:
        """ "vi" or "en"."""
        return languages.chosen()

    @property
    def languages(self) -> dict[str, str]:
        """Those that can be chosen, each named in itself; none on a page that is shown once."""
        return {} if g.get("shown_once") else languages.LANGUAGES

    @property
    def back(self) -> str:
        """This page's address, to come back to; the first page's where nothing is at this one, whatever it says, and
        where it is the answer to a form that another page holds."""
        if request.url_rule is None:
            return "/"
        if request.method in ("GET", "HEAD"):
            return request.full_path.rstrip("?")
        adapter = request_ctx.url_adapter
        return request.path if adapter is not None and adapter.test(request.path, "GET") else "/"

    @property
    def typed(self) -> list[tuple[str, str]] | None:
        """What was typed into the form that this page answers, to be sent along when the page is asked for again in
        another language; None for a page that answers none, or where no form is at its address."""
        adapter = request_ctx.url_adapter
        if request.method != "POST" or adapter is None or not adapter.test(request.path, "GET"):
            return None
        return [(name, text) for name, text in form_tokens.typed() if not name.startswith("_")]

    @property
    def reader(self) -> Any:
        """The session of whoever is signed in, None for nobody."""
        caller = g.get("certification_caller")
        return None if caller is None else caller.signed_in

    @property
    def offers_signing_in(self) -> bool:
        """Whether the reader is nobody; not said where nobody could ask (`faults`)."""
        unknown = g.get("reader_unknown", False) and cookies.sent(cookies.SESSION) is not None
        return self.reader is None and not unknown and self.audience != "signing_in"

    @property
    def places(self) -> list[Place]:
        """Where the reader may work."""
        return places.places()

    @property
    def place(self) -> Place | None:
        """Where the reader works just now."""
        return places.here()

    @property
    def navigation(self) -> list[Link]:
        """The parts of the reader's audience that the reader may go to."""
        place = self.place
        if place is None:
            return []
        pages: Any = current_app.blueprints[place.audience]
        views = current_app.view_functions
        found = []
        for entry in pages.navigation:
            endpoint = f"{pages.name}.{entry.view}"
            act = act_of(views[endpoint])
            rule = None if act is None else TABLE[act]
            is_for = entry.roles is None or place.role in entry.roles
            if is_for and rule is not None and (rule.any_account or place.role in rule.roles):
                found.append(Link(entry.words, url_for(endpoint), request.endpoint == endpoint))
        return found

    @property
    def message(self) -> messages.Message | None:
        """What was just done."""
        return messages.take()

    @property
    def audience(self) -> str:
        """The package that this page is of."""
        return request.blueprint or "frame"


def prepare(app: Flask) -> None:
    """Lets templates ask."""
    globals_ = app.jinja_env.globals
    globals_.update(
        language_field=form_tokens.IN_LANGUAGE,
        layout=Layout(),
        form_tokens=form_tokens.hidden,
        today=access.today,
        request_address=_address,
    )


def _address(path: str = "", /, **changed: str | None) -> str:
    """This page's address, or that of the page that a form's faults stand on, with other parameters; None takes one
    away."""
    arguments = {**request.args.to_dict(), **changed}
    left = {name: value for name, value in arguments.items() if value is not None}
    return f"{path or request.path}?{urlencode(left)}" if left else path or request.path
