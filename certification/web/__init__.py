"""Pages for people, in Vietnamese, drawn on the server; English where somebody asks for it.

    frame/       what every page shares: guard, layout, forms, words, the design system
    signing_in/  signing in and out, passwords, the first administrator, the own account
    open/        for everybody: the first page, certificates, the check page, the JSON interface
    officers/    for officers of unions and team leads
    enterprises/ for enterprises
    workers/     for workers, about themselves
    operators/   for operators and auditors
    rules/       what the rules ask, in sentences, for everybody signed in

Each package holds its views, its `templates/` (found as "officers/home.html") and, where it needs them, `static/` and
`translations/`. Pages work without script; scripts and styles come from this address alone.
"""

from __future__ import annotations

from flask import Flask

from certification.web import enterprises, frame, officers, open, operators, rules, signing_in, workers
from certification.web.frame import answered, assets, faults, languages, layout, written
from certification.web.frame.faults import page_of

__all__ = ["AUDIENCES", "mount", "page_of"]

AUDIENCES = (
    frame.shared,
    signing_in.pages,
    open.pages,
    officers.pages,
    enterprises.pages,
    workers.pages,
    operators.pages,
    rules.pages,
)
"""Every package of pages: importing it is what adds its views. Whoever adds one says so here."""


def mount(app: Flask) -> None:
    """Puts all pages into the application."""
    languages.prepare(app)
    written.prepare(app)
    answered.prepare(app)
    assets.prepare(app)
    layout.prepare(app)
    for pages in AUDIENCES:
        app.register_blueprint(pages)
    faults.prepare(app)
