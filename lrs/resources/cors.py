"""Which web sites' pages may call the endpoint from a browser (CORS): those that a setting lists, by default none.

Credentials travel in the Authorization header and never as cookies, so that a page can use no key but its own.
"""

from __future__ import annotations

from flask import Blueprint, Response, current_app, request

_METHODS = "GET, HEAD, PUT, POST, DELETE"
_SENT = (
    "Authorization, Content-Type, Content-Encoding, Accept-Language, If-Match, If-None-Match, X-Experience-API-Version"
)
_READ = "ETag, Last-Modified, X-Experience-API-Version, X-Experience-API-Consistent-Through, X-Test-Mode"
_REMEMBERED = "600"
"""Seconds for which a browser may remember a permission."""


def register(blueprint: Blueprint, below: str = "/") -> None:
    """Answer preflight requests, and name on each answer the origin that may read it."""
    prefix = f"{blueprint.url_prefix}{below}"

    @blueprint.before_app_request
    def preflight() -> Response | None:
        """A browser asks before the real request, without credentials and version."""
        asked = request.method == "OPTIONS" and request.path.startswith(prefix)
        if not asked or "Access-Control-Request-Method" not in request.headers:
            return None
        response = Response(status=204)
        if _is_allowed(request.headers.get("Origin")):
            response.headers["Access-Control-Allow-Methods"] = _METHODS
            response.headers["Access-Control-Allow-Headers"] = _SENT
            response.headers["Access-Control-Max-Age"] = _REMEMBERED
        return response

    @blueprint.after_app_request
    def name_origin(response: Response) -> Response:
        if request.path.startswith(prefix) and current_app.extensions["settings"].cors_origins:
            response.vary.add("Origin")
            if _is_allowed(origin := request.headers.get("Origin")):
                response.headers["Access-Control-Allow-Origin"] = origin
                response.headers["Access-Control-Expose-Headers"] = _READ
        return response


def _is_allowed(origin: str | None) -> bool:
    allowed: tuple[str, ...] = current_app.extensions["settings"].cors_origins
    return origin is not None and (origin in allowed or "*" in allowed)
