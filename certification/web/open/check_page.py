"""The page on which the maker of a learning platform tries out Statements, with a key of the platform's own.

Key and secret come as fields of the form, are used once and forgotten: no cookie, no session, never in an answer or an
address. So there is nothing that a form on somebody else's site could misuse: it would have to bring the secret itself.
What the answer says is what `certification.resources.self_check` says in JSON.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from flask import Response, make_response, render_template, request
from flask_babel import gettext as _
from werkzeug.exceptions import RequestEntityTooLarge

from certification.access.permissions import Act
from certification.evidence import self_check, self_check_english
from certification.evidence.self_check import Assay, Checked, TargetFed
from certification.evidence.self_check_words import EFFECTS, OUTCOMES, remark_words, remark_words_in_english
from certification.judgement import explanations
from certification.resources.access import database, identified
from certification.resources.errors import Forbidden, Refusal
from certification.resources.self_check import MOST_BYTES, MOST_STATEMENTS, statements_in
from certification.web.frame.languages import chosen
from certification.web.frame.pages import shown
from certification.web.frame.statement_faults import fault_words
from certification.web.open import pages
from lrs import api
from lrs.api import Fault
from lrs.db import NOBODY

__all__ = ["EXAMPLE", "PATH", "placed", "result"]

PATH = "/kiem-tra-phat-bieu"

_FORM_BYTES = 4 * MOST_BYTES
"""A form writes most bytes that are not ASCII as three."""

EXAMPLE = json.dumps(
    {
        "id": "7a1d6b52-0f0e-4c0e-9f3d-0c3f5f0a1b2c",
        "actor": {"account": {"homePage": "https://hoc.example.org", "name": "NV-0001"}},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/completed"},
        "object": {
            "id": "https://hoc.example.org/khoa-hoc/luat-lao-dong",
            "definition": {"type": "http://adlnet.gov/expapi/activities/course"},
        },
        "result": {"duration": "PT45M"},
        "timestamp": "2026-05-04T10:00:00+07:00",
    },
    indent=2,
)

_BYTE = re.compile(r"\(byte (\d+)\)")


@dataclass(frozen=True, slots=True)
class Problem:
    """Why nothing could be tried out: in words, about which field of the form, with faults of what was pasted."""

    words: str
    field: str
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """All of the page. `statement` is what was pasted; key and secret are not here, so that no page can show them."""

    statement: str = ""
    problem: Problem | None = None
    results: tuple[Mapping[str, Any], ...] = ()
    example: str = field(default=EXAMPLE)
    most_statements: int = MOST_STATEMENTS


@pages.page(PATH, Act.READ_CHECK_PAGE)
def show_check_form() -> Response:
    """The empty form."""
    return shown("open/check.html", page=Page())


@pages.page(PATH, Act.CHECK_STATEMENTS_ON_PAGE, methods=("POST",), most_bytes=_FORM_BYTES)
def check_statements() -> Response:
    """The form as it was sent, but for key and secret, with what would become of each Statement."""
    try:
        form = request.form
    except RequestEntityTooLarge:
        return _page(
            Page(problem=Problem(_("Nội dung dài quá %(most)s KiB.", most=MOST_BYTES // 1024), "statement")), 413
        )
    pasted = form.get("statement", "")
    authorization = _basic(form.get("key", "").strip(), form.get("secret", "").strip())
    try:
        with database().reading(NOBODY) as session:
            who = identified(session, authorization, Act.CHECK_STATEMENTS_ON_PAGE)
    except api.Unauthenticated:
        return _page(Page(pasted, Problem(_("Khóa hoặc mã bí mật không đúng, hoặc không còn hiệu lực."), "key")), 403)
    except Forbidden:
        return _page(Page(pasted, Problem(_("Khóa này không có quyền gửi phát biểu (statements/write)."), "key")), 403)
    try:
        documents = statements_in(pasted.encode("utf-8", "surrogatepass"))
    except api.InvalidRequest as error:
        problem = Problem(
            _("Không đọc được nội dung đã dán: không phải JSON đúng."), "statement", placed(error, pasted)
        )
        return _page(Page(pasted, problem), 400)
    except Refusal:
        return _page(
            Page(
                pasted, Problem(_("Mỗi lần chỉ kiểm tra được %(most)s phát biểu.", most=MOST_STATEMENTS), "statement")
            ),
            413,
        )
    checked = self_check.check(database(), who, documents, version=api.VERSIONS[-1], now=datetime.now(UTC))
    results = tuple(result(number, one) for number, one in enumerate(checked, 1))
    return _page(Page(pasted, results=results), 200)


def _page(page: Page, status: int) -> Response:
    response = make_response(render_template("open/check.html", page=page), status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _basic(key: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{key}:{secret}".encode("utf-8", "surrogatepass")).decode()


def placed(error: api.InvalidRequest, pasted: str) -> tuple[Fault, ...]:
    """The faults, with the line and column in place of the byte at which reading ended."""
    body = pasted.encode("utf-8", "surrogatepass")

    def place(found: re.Match[str]) -> str:
        before = body[: int(found[1])].decode("utf-8", "replace")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        return str(_("(dòng %(line)s, cột %(column)s)", line=line, column=column))

    return tuple(_said(Fault(one.place, _BYTE.sub(place, one.message), one.clause)) for one in error.faults)


def _said(fault: Fault) -> Fault:
    return Fault(fault.place, fault_words(fault), fault.clause)


# ---------------------------------------------------------------- one Statement, made ready for the template


def result(number: int, one: Checked) -> Mapping[str, Any]:
    """What a template says of one Statement that was tried out."""
    assay, is_english = one.assay, chosen() == "en"
    outcomes, effects = (self_check_english.OUTCOMES, self_check_english.EFFECTS) if is_english else (OUTCOMES, EFFECTS)
    return {
        "number": number,
        "id": one.id or "",
        "good": assay is not None and assay.effect == "counts",
        "store": outcomes[one.trial.outcome],
        "faults": [_said(fault) for fault in one.trial.faults],
        "differences": one.trial.differences,
        "effect": effects[assay.effect] if assay is not None else "",
        "assay": None if assay is None else _assay(assay),
    }


def _assay(assay: Assay) -> Mapping[str, Any]:
    is_english = chosen() == "en"
    levels = self_check_english.LEVELS if is_english else explanations.LEVELS
    said = remark_words_in_english if is_english else remark_words
    return {
        "day": f"{assay.day:%d/%m/%Y}",
        "year": assay.day.year,
        "who": assay.who,
        "templates": ", ".join(f"{fit.template.title} ({fit.template.id})" for fit in assay.fits),
        "facts": [
            {
                "title": assay.topics[fact.what],
                "what": fact.what,
                "minutes": str(fact.minutes),
                "score": "–" if fact.score is None else f"{fact.score / 100:.4g}%".replace(".", ","),
                "quality": f"E{fact.quality}",
                "quality_words": levels[fact.quality],
            }
            for fact in assay.facts
        ],
        "indicators": assay.feeds.indicators,
        "targets": _by_title(assay.feeds.targets),
        "missing": [{"words": said(one), "place": one.place, "code": one.code} for one in assay.remarks],
    }


def _by_title(targets: Iterable[TargetFed]) -> list[tuple[str, str, int]]:
    """Group, title and in how many plans, of targets that stand in several plans."""
    plans: dict[tuple[str, str], set[str]] = {}
    for one in targets:
        plans.setdefault((one.group, one.title), set()).add(one.plan)
    return [(group, title, len(found)) for (group, title), found in sorted(plans.items())]
