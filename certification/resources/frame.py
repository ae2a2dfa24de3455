"""How a resource of the JSON API is declared: one decorator says a view's address, guard, parameters, body and answer.

    resource = Resource("unknown actors", "Actors of Statements whom nobody has linked to a worker.")

    @resource.get("/unknown-actors", Act.READ_UNKNOWN_ACTORS, query=Paging, answers=UnknownActorsAnswer)
    def list_unknown_actors(query: Mapping[str, Any]) -> Any: ...

What is declared is checked before the view runs (`parameters`), and is what OpenAPI says of it (`openapi`). The view
gets the parts of the address by name, then `query`, `body` and `file`, those that it declares; it returns the document
of the answer, or a Response. Its docstring is the text of the description. A module is named in `resources.__init__`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Response
from flask_smorest import Blueprint
from marshmallow import Schema

from certification.access.permissions import TABLE, Act, WithoutKey, guarded, who_may
from certification.resources import looking
from certification.resources.answers import answer
from certification.resources.errors import Fault, NotFound
from certification.resources.parameters import MOST_BODY_BYTES, Parameters, parameters, parameters_and_body
from certification.resources.uploads import Kinds, described, uploaded

__all__ = ["REFUSALS", "TAGS", "Resource", "api"]

api: Any = Blueprint("api", __name__, url_prefix="/api")
"""Mounted at /api. Guards: each view's own, by `access.permissions.TABLE`."""

TAGS: list[dict[str, str]] = []
"""The resources, with what each is about, in the order in which they are declared."""

_View = TypeVar("_View", bound=Callable[..., Any])

REFUSALS = {
    400: "Parameters or a body with faults; all are named.",
    401: "No credentials, or none that are good.",
    403: "Good credentials that do not allow this.",
    404: "Nothing that the caller may see answers to that name.",
    409: "What is asked for does not go together with what is there already.",
    413: "The body is too long.",
    415: "The body is of a kind that is not read here.",
    429: "Too often; `Retry-After` says when to ask again.",
    503: "The database does not answer just now; `Retry-After` says when to ask again.",
}
"""What each refusal means, whichever view it comes from."""


class Resource:
    """Views that belong together: `tag` is their heading in the description, `about` a sentence below it."""

    def __init__(self, tag: str, about: str) -> None:
        self.tag = tag
        TAGS.append({"name": tag, "description": about})

    def get(self, rule: str, act: Act, **declared: Any) -> Callable[[_View], _View]:
        """`route` for GET."""
        return self.route("GET", rule, act, **declared)

    def post(self, rule: str, act: Act, **declared: Any) -> Callable[[_View], _View]:
        """`route` for POST."""
        return self.route("POST", rule, act, **declared)

    def put(self, rule: str, act: Act, **declared: Any) -> Callable[[_View], _View]:
        """`route` for PUT."""
        return self.route("PUT", rule, act, **declared)

    def delete(self, rule: str, act: Act, **declared: Any) -> Callable[[_View], _View]:
        """`route` for DELETE."""
        return self.route("DELETE", rule, act, **declared)

    def route(
        self,
        method: str,
        rule: str,
        act: Act,
        *,
        answers: type[Schema] | None,
        status: int = 200,
        query: type[Schema] = Parameters,
        body: type[Schema] | None = None,
        file: Kinds | None = None,
        most_bytes: int = MOST_BODY_BYTES,
        media_type: str = "application/json",
        conflicts: bool = False,
    ) -> Callable[[_View], _View]:
        """Declares a view. `answers` is the shape of a good answer; None for one that is a file of `media_type`, or for
        one without a body (status 204); `conflicts`: a GET that may answer 409."""
        takes_query = query is not Parameters

        def declare(view: _View) -> _View:
            @wraps(view)
            def checked(**path: Any) -> Response:
                nowhere = [
                    Fault(f"path/{name}", "nothing has NUL in its name") for name in path if "\0" in str(path[name])
                ]
                if nowhere:
                    raise NotFound(*nowhere)
                if body is not None:
                    wanted, path["body"] = parameters_and_body(query, body, most_bytes=most_bytes)
                else:
                    wanted = parameters(query)
                if file is not None:
                    path["file"] = uploaded(file)
                if takes_query:
                    path["query"] = wanted
                found = view(**path)
                if isinstance(found, Response):
                    return found
                looking.named(found)
                return answer(found, status)

            self._describe(method, checked, act, answers, status, query, body, file, media_type, conflicts)
            endpoint = view.__module__.rpartition(".")[2] + "-" + view.__name__
            api.route(rule, methods=[method], endpoint=endpoint, tags=[self.tag])(guarded(act)(checked))
            return view

        return declare

    def _describe(
        self,
        method: str,
        view: Any,
        act: Act,
        answers: type[Schema] | None,
        status: int,
        query: type[Schema],
        body: type[Schema] | None,
        file: Kinds | None,
        media_type: str,
        conflicts: bool,
    ) -> None:
        """What flask-smorest makes OpenAPI of."""
        taken: list[dict[str, Any]] = [{"in": "query", "schema": query}]
        if body is not None:
            taken.append({"in": "json", "schema": body, "required": True})
        good: dict[str, Any] = {"description": "As asked.", "content_type": media_type}
        if answers is not None:
            good["schema"] = answers
        elif status != 204:
            good["schema"] = {}
        without_body = {413, 415} if body is None and file is None else set()
        codes = {*REFUSALS} - without_body - ({409} if method == "GET" and not conflicts else set())
        _, _, text = (view.__doc__ or "").strip().partition("\n")
        manual: dict[str, Any] = {
            "operationId": view.__name__,
            "description": f"{_unfolded(text)}\n\n**Who may:** {who_may(act)}".strip(),
            "security": _security(act),
            "x-guard": act.name,
        }
        if file is not None:
            manual["requestBody"] = described(file)
        view._apidoc = {
            "arguments": {"parameters": taken},
            "response": {"responses": {status: [good], **{code: [f"Refused{code}"] for code in sorted(codes)}}},
            "manual_doc": manual,
        }


def _security(act: Act) -> list[dict[str, list[str]]]:
    """Which credentials, any of these; an empty object is none."""
    rule = TABLE[act]
    names = ["key"] if rule.scope is not None or rule.roles else []
    names += ["session", "cookie"] if rule.roles or rule.any_account else []
    needed: list[dict[str, list[str]]] = [{name: []} for name in names]
    return needed + ([{}] if rule.without_key is not WithoutKey.REFUSED else [])


def _unfolded(text: str) -> str:
    """A docstring's text with its paragraphs in one line each."""
    paragraphs = "\n".join(line.strip() for line in text.splitlines()).strip().split("\n\n")
    return "\n\n".join(one.replace("\n", " ") for one in paragraphs)
