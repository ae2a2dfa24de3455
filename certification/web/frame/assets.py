"""What pages are drawn with: one style sheet, an icon, and the scripts of those that work better with them.

A package of pages may have sheets and scripts of its own in its `static/`: `officers/officers.css` and
`officers/officers.js` are loaded by its pages and by no others, without being named anywhere.
"""

from __future__ import annotations

import json
from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import Flask, Response, abort

from certification.access.permissions import Act
from certification.web.frame.pages import Pages

__all__ = ["KINDS", "exists", "fingerprint", "prepare", "register"]

WEB = Path(__file__).parent.parent
STATIC = Path(__file__).parent / "static"

SHEETS = ("vendored/modern-normalize-3.0.1.css", "tokens.css", "page.css", "parts.css", "fields.css", "print.css")
SCRIPTS = ("vendored/htmx-2.0.11.min.js", "frame.js", "palette.js", "waiting.js")
TOGETHER = {"style.css": SHEETS, "scripts.js": SCRIPTS}
"""What is sent as one: a browser asks once."""

OFFLINE = "offline.js"
"""The service worker; in front of it stands which assets it keeps, and a version that changes with any of them."""

OFFLINE_SCOPE = "/d"
"""Addresses that begin so are its own: /d…, where workers confirm, and /diem-danh/…, where officers tick."""

KEPT_OFFLINE = (
    "style.css", "scripts.js", "icon.svg", "officers/officers.css", "officers/officers.js", "officers/roll-call.css",
    "officers/roll-call.js", "workers/workers.js",
)  # fmt: skip

KINDS = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}


def register(pages: Pages) -> None:
    """Adds the view."""

    @pages.page("/assets/<path:name>", Act.READ_ASSETS)
    def asset(name: str) -> Response:
        """A file that pages load. Its address changes with its content, so that a browser may keep it for good."""
        content = _content(name)
        if content is None:
            abort(404)
        response = Response(content, mimetype=KINDS[Path(name).suffix])
        response.cache_control.public = True
        response.cache_control.max_age = 365 * 24 * 3600
        response.cache_control.immutable = True
        if name == OFFLINE:
            response.headers["Service-Worker-Allowed"] = OFFLINE_SCOPE
        return response


@cache
def _content(name: str) -> bytes | None:
    """An asset by its name; None where there is none."""
    if name in TOGETHER:
        return b"\n".join((STATIC / one).read_bytes() for one in TOGETHER[name])
    return _offline() if name == OFFLINE else _files().get(name)


def _offline() -> bytes:
    named = [f"{name}?v={fingerprint(name)}" for name in KEPT_OFFLINE]
    script = (STATIC / "offline.worker.js").read_bytes()
    version = sha256(repr(named).encode() + script).hexdigest()[:12]
    return f"const VERSION = {json.dumps(version)};\nconst ASSETS = {json.dumps(named)};\n".encode() + script


@cache
def _files() -> dict[str, bytes]:
    """Icons of the frame, and what packages of pages have of their own, by name."""
    found = {path.name: path.read_bytes() for path in STATIC.glob("*.svg")}
    for path in WEB.glob("*/static/*"):
        if path.suffix in KINDS and path.parent != STATIC:
            found[f"{path.parent.parent.name}/{path.name}"] = path.read_bytes()
    return found


def exists(name: str) -> bool:
    """Whether there is such an asset."""
    return _content(name) is not None


@cache
def fingerprint(name: str) -> str:
    """What tells this content of an asset from any other."""
    return sha256(_content(name) or b"").hexdigest()[:12]


def prepare(app: Flask) -> None:
    """Lets templates name assets."""
    app.jinja_env.globals.update(fingerprint=fingerprint, has_asset=exists)
