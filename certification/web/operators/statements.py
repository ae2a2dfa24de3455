"""/van-hanh/phat-bieu: Statements as the store has them: asked for, the newest live, and each of them whole.

Whoever looks at a Statement looks at whom it speaks of, which is noted for the worker (`looking`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Response, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from certification.access.permissions import Act
from certification.evidence import facts, findings
from certification.evidence.findings_words import found_words
from certification.models import Worker
from certification.people import identifiers
from certification.resources import cursors, looking
from certification.resources.access import database, everything, pepper, today, who
from certification.resources.errors import NotFound
from certification.web.frame import languages
from certification.web.frame.pages import shown
from certification.web.frame.statement_faults import fault_words
from certification.web.frame.written import instant
from certification.web.operators import pages
from certification.web.operators.asked import FIELDS, TICKS, Asked, asked, curl
from lrs import api
from lrs.api import Fault
from lrs.db import Session, among

__all__: list[str] = []

ON_A_PAGE = 25
MOST = 100
"""The most on one page, whatever `limit` says."""

LIVE = "truc_tiep"
"""The parameter that has the list refreshed."""

VERBS: Mapping[str, object] = {
    "abandoned": _l("đã bỏ dở"),
    "answered": _l("đã trả lời"),
    "attempted": _l("đã bắt đầu làm"),
    "attended": _l("đã dự"),
    "commented": _l("đã góp ý"),
    "completed": _l("đã hoàn thành"),
    "experienced": _l("đã tiếp cận"),
    "failed": _l("chưa đạt"),
    "initialized": _l("đã bắt đầu"),
    "interacted": _l("đã thao tác"),
    "launched": _l("đã mở"),
    "mastered": _l("đã thành thạo"),
    "passed": _l("đã đạt"),
    "progressed": _l("đã học tiếp"),
    "registered": _l("đã đăng ký"),
    "satisfied": _l("đã đủ điều kiện"),
    "scored": _l("được chấm điểm"),
    "shared": _l("đã chia sẻ"),
    "terminated": _l("đã kết thúc"),
    "viewed": _l("đã xem"),
    "voided": _l("đã huỷ"),
    "waived": _l("được miễn"),
}
"""Usual verbs in words, by the last part of their ids, for Statements that do not say them in the reader's language."""


@pages.page("/van-hanh/phat-bieu", Act.READ_STATEMENTS)
def list_statements() -> Response:
    """The Statements that the form asks for, the newest first."""
    everything(Act.READ_STATEMENTS)
    tenant = who().tenant
    typed = {name: request.args.get(name, "") for name in (*FIELDS, *TICKS, LIVE)}
    wanted = asked(typed)
    after = cursors.after(tenant, (int,))
    found, faults = api.FoundStatements([], [], None), dict(wanted.faults)
    if not faults:
        if wanted.arguments.get("format") == "canonical":
            api.merge_definitions(database(), tenant)
        with database().reading(tenant) as session:
            try:
                found = _find(session, tenant, wanted, after[0] if after else None)
            except api.InvalidRequest as error:
                faults = {fault.place: _words(fault) for fault in error.faults}
            rows = told_apart(_rows(session, tenant, found))
    else:
        rows = []
    following = None if found.next_after is None else (found.next_after,)
    page = shown(
        "operators/statements.html", 400 if faults else 200, typed=typed, faults=faults, rows=rows, live=LIVE,
        next=cursors.part(tenant, [], following, as_of=today(), show=str)["next"], first=after is None,
        query_string=wanted.query_string, curl=curl(wanted.arguments, request.host_url), path="/xapi/statements",
        is_asking=bool(wanted.arguments), formats=_formats(),
    )  # fmt: skip
    page.headers["Cache-Control"] = "no-store"
    return page


@pages.page("/van-hanh/phat-bieu/<uuid:id>", Act.READ_STATEMENTS)
def show_statement(id: UUID) -> Response:
    """One Statement, voided or not: who sent it when, what is attached, what was found, and its text."""
    everything(Act.READ_STATEMENTS)
    tenant = who().tenant
    with database().reading(tenant) as session:
        kept = api.get_statements(session, tenant, [id])
        if not kept:
            raise NotFound(Fault("", _("Không có phát biểu này")))
        [one] = kept
        row = _rows(session, tenant, api.FoundStatements([one.document], [one.document], None))[0]
        attached = api.attachments_of(session, tenant, one.document)
        told = [found_words(each.found) for each in findings.listed(session, tenant, of=id)]
        chain = api.provenance(session, tenant, [id]).get(id, [])
    return shown(
        "operators/statement.html", row=row, one=one, text=api.indented(one.document), attached=attached, found=told,
        chain=chain,
    )  # fmt: skip


def _find(session: Session, tenant: UUID, wanted: Asked, after: int | None) -> api.FoundStatements:
    most = MOST if "limit" in wanted.arguments else ON_A_PAGE
    return api.find_statements(
        session, tenant, wanted.arguments, after=after, most=most, secret=pepper(), languages=languages.chosen()
    )


def _rows(session: Session, tenant: UUID, found: api.FoundStatements) -> list[dict[str, Any]]:
    """What a list says of each: who, did what, to what, sent by whom. Four SQL commands for all of them."""
    ifis = {ifi for one in found.documents for ifi in facts.actors_of(one)}
    linked = facts.workers_of(session, tenant, ifis)
    looking.saw_these(linked.values())
    of_these = Worker.tenant_id == tenant, among(session, Worker.id, set(linked.values()))
    rows = session.execute(sa.select(Worker.id, Worker.number).where(*of_these))
    numbers: dict[UUID, str] = {row.id: row.number for row in rows}
    names = api.names_of_keys(session, tenant)
    return [
        {
            "id": one["id"],
            "stored": api.moment(one["stored"]),
            "timestamp": api.moment(one["timestamp"]),
            "version": one.get("version", ""),
            "actor": _actor(one["actor"]),
            "workers": sorted({numbers[linked[ifi]] for ifi in facts.actors_of(one) if linked.get(ifi) in numbers}),
            "verb": _verb(one["verb"]),
            "verb_id": one["verb"]["id"],
            "object": _object(one["object"]),
            "refers_to": one["object"]["id"] if one["object"].get("objectType") == "StatementRef" else None,
            "result": _result(one.get("result") or {}),
            "authority": _authority(one.get("authority") or {}, names),
            "text": api.indented(drawn),
        }
        for one, drawn in zip(found.documents, found.drawn, strict=True)
    ]


def told_apart(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same rows; those that read alike within one minute are numbered, so that each link has a name of its own."""
    alike: Counter[tuple[Any, ...]] = Counter()
    for row in rows:
        said = instant(row["stored"]), row["actor"], row["verb"], row["object"]
        alike[said] += 1
        row["which"] = alike[said]
    return rows


def _actor(actor: Mapping[str, Any]) -> str:
    ifi = api.ifi_text(actor)
    account = identifiers.written(ifi) if ifi is not None else ""
    members = len(actor.get("member") or ())
    name = actor.get("name") or account.rpartition("|")[2] or _("nhóm không tên")
    return f"{name} ({_('%(count)s người', count=members)})" if members else str(name)


def _verb(verb: Mapping[str, Any]) -> str:
    """A verb as the Statement says it in the language of the page, or in our words for it, or as else it is said."""
    said: Mapping[str, str] = verb.get("display") or {}
    language = languages.chosen()
    own = next((words for tag, words in said.items() if tag.partition("-")[0].lower() == language), "")
    last = str(verb["id"]).rpartition("/")[2]
    return own or str(VERBS.get(last, "")) or _named(verb, "display") or last


def _named(thing: Mapping[str, Any], field: str) -> str:
    words: Mapping[str, str] = thing.get(field) or {}
    wanted = [words[one] for one in ("vi", "vi-VN", "en", "en-US") if one in words]
    return next(iter([*wanted, *words.values()]), "")


def _object(thing: Mapping[str, Any]) -> str:
    kind = thing.get("objectType", "Activity")
    if kind == "Activity":
        return _named(thing.get("definition") or {}, "name") or str(thing["id"])
    if kind == "StatementRef":
        return str(_("một phát biểu khác"))
    return _actor(thing) if kind in ("Agent", "Group") else str(_("việc của một phát biểu lồng trong"))


def _result(result: Mapping[str, Any]) -> str:
    said: list[str] = []
    scaled = (result.get("score") or {}).get("scaled")
    if scaled is not None:
        said.append(_("điểm %(score)s%%", score=f"{float(scaled) * 100:.4g}".replace(".", ",")))
    if "success" in result:
        said.append(_("đạt") if result["success"] else _("chưa đạt"))
    if "completion" in result:
        said.append(_("xong") if result["completion"] else _("chưa xong"))
    return "; ".join(said)


def _authority(authority: Mapping[str, Any], names: Mapping[str, str]) -> tuple[str, str]:
    """The name of the key, or what else tells who vouches; and the key, where it is one of ours."""
    key = (authority.get("account") or {}).get("name", "")
    if key in names:
        return names[key], key
    if str((authority.get("account") or {}).get("homePage", "")) == f"urn:uuid:{who().tenant}":
        return key, ""  # somebody who acts through this program itself
    return (api.ifi_text(authority) or "").partition(" ")[2] or key or "–", ""


def _words(fault: Fault) -> str:
    clause = f" ({fault.clause})" if fault.clause else ""
    return f"{fault_words(fault)}{clause}"


def _formats() -> Iterable[tuple[str, object]]:
    return [
        ("exact", _("exact: như đã nhận")), ("ids", _("ids: chỉ mã định danh")),
        ("canonical", _("canonical: tên theo kho")),
    ]  # fmt: skip
