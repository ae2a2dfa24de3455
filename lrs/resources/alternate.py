"""The Alternate Request Syntax of xAPI 1.0.x: requests of clients that can send nothing but a form.

Such a request is a POST whose only query parameter is `method`; its form holds the real parameters, some headers
(credentials and version among them) and, as `content`, the body (xAPI 1.0.3 Communication 1.3). It is turned into the
request that was meant, so that no view knows of it. xAPI 2.0.0 does without; there it is refused.

What HEAD stands for is answered without its body (1.1). What was sent is a POST all the same, and so is what HTTP makes
of the answer: there is no body, and its length is 0, not that of the body which GET would have had.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, Response, request
from werkzeug.http import parse_options_header

from lrs.errors import InvalidRequest
from lrs.resources.bodies import Request, require_end
from lrs.resources.rewriting import Environment, read_body, replace_body

_CLAUSE = "xAPI 1.0.3 Communication 1.3"
_FORM = "application/x-www-form-urlencoded"
_METHODS = ("GET", "HEAD", "PUT", "POST", "DELETE")
_HEADERS = {
    "authorization": "HTTP_AUTHORIZATION",
    "x-experience-api-version": "HTTP_X_EXPERIENCE_API_VERSION",
    "if-match": "HTTP_IF_MATCH",
    "if-none-match": "HTTP_IF_NONE_MATCH",
    "content-type": "CONTENT_TYPE",
}
_MOST_FIELDS = 100
_POSTED = "lrs.posted_head"


def register(blueprint: Blueprint) -> None:
    """Have what HEAD stood for in this syntax answered as the POST that it was, whoever answers it."""

    @blueprint.after_app_request
    def framed(response: Response) -> Response:
        if request.environ.get(_POSTED):
            response.headers["Content-Length"] = "0"
        return response


def rewrite(environ: Environment, most_bytes: int | None) -> None:
    """Turn a request in this syntax into what it stands for; leave every other as it is. Raises InvalidRequest."""
    if environ["REQUEST_METHOD"] != "POST":
        return
    query = parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    method = next((value for name, value in query if name == "method"), None)
    if method is None:
        return
    if parse_options_header(environ.get("CONTENT_TYPE"))[0] != _FORM:
        raise _refused("Content-Type", f"a request with the parameter method must be a form, {_FORM}")
    try:
        body = read_body(environ, most_bytes)
        require_end(Request(environ), body)
        text = body.decode()
        form = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise _refused("", f"the body is not {_FORM} of UTF-8 text") from None
    headers = {_HEADERS[name.lower()]: value for name, value in form if name.lower() in _HEADERS}
    if (environ | headers).get("HTTP_X_EXPERIENCE_API_VERSION", "").startswith("2."):
        raise _refused("method", "the Alternate Request Syntax is not part of xAPI 2.0; send the request itself")
    if len(query) > 1:
        raise _refused("method", "must be the only parameter; all others belong into the form")
    if method not in _METHODS:
        raise _refused("method", f"{method!r} is none of {', '.join(_METHODS)}")
    content = [value for name, value in form if name == "content"]
    if method in ("PUT", "POST") and len(content) != 1:
        raise _refused("content", f"the form must hold the body of the {method} once, as content")
    environ.update(headers)
    if "CONTENT_TYPE" not in headers:
        environ["CONTENT_TYPE"] = "application/json"
    environ["REQUEST_METHOD"] = method
    environ[_POSTED] = method == "HEAD"
    apart = {*_HEADERS, "content-length", "content"}
    environ["QUERY_STRING"] = urlencode([(name, value) for name, value in form if name.lower() not in apart])
    replace_body(environ, "".join(content).encode())


def _refused(place: str, message: str) -> InvalidRequest:
    return InvalidRequest.at(place, message, _CLAUSE)
