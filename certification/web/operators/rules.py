"""/van-hanh/quy-tac: criteria, plans and the other rules: what is loaded, how it differs, loading, what it changed."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.wrappers import Response

from certification.access import rights
from certification.access.permissions import Act
from certification.errors import RuleFault, RuleFileFaults
from certification.judgement import rule_changes
from certification.judgement.explanations import OUTCOMES
from certification.judgement.rule_changes import Tried
from certification.resources import cursors, looking
from certification.resources.access import changing, database, everything, now, today, who
from certification.resources.errors import NotFound
from certification.resources.uploads import RULES, Upload
from certification.rules import differences, rule_files, rule_store
from certification.rules.differences import Difference
from certification.rules.rule_store import StoredRule
from certification.web.frame.fields import Form, file, hidden
from certification.web.frame.forms import Filled, filled_in
from certification.web.frame.pages import shown
from certification.web.operators import pages
from certification.web.operators.rule_faults import rule_fault_words
from certification.web.operators.rule_words import KINDS, STATUSES, is_code, named, path_words, value_words
from certification.web.rules import sentences
from lrs.api import Fault

__all__ = ["RuleForm"]

ON_A_PAGE = 50
MOST_DIFFERENCES = 300
LOAD = "nap"


class RuleForm(Form):
    """A rule file, and on the way back what was chosen before."""

    rules = file(_l("Tệp quy tắc"), RULES, hint=_l("TOML, theo mẫu trong docs/rules.md"))
    name = hidden()
    content = hidden(most=2 * RULES.most_bytes)


@dataclass(frozen=True, slots=True)
class Row:
    """A difference in words; of each part of the place, and of what was and is, whether it is a code."""

    place: list[tuple[str, bool]]
    before: tuple[str, bool]
    after: tuple[str, bool]
    grounds: tuple[str, ...]


@pages.page("/van-hanh/quy-tac", Act.READ_RULES)
def list_rules() -> Response:
    """The loaded files by kind, the one that begins last first."""
    everything(Act.READ_RULES)
    with database().reading(who().tenant) as session:
        stored = rule_store.stored(session, who().tenant)
    groups = [
        (KINDS[kind], sorted((_line(one) for one in stored if one.kind == kind), key=_newest, reverse=True))
        for kind in rule_files.KINDS
    ]
    may = bool(rights.reach(who(), Act.LOAD_RULES, today()))
    return shown("operators/rules.html", groups=[group for group in groups if group[1]], may=may)


@pages.page("/van-hanh/quy-tac/<uuid:id>", Act.READ_RULES)
def show_rule(id: UUID) -> Response:
    """One file, and how it differs from the one before, or from another of its kind (`voi`)."""
    everything(Act.READ_RULES)
    with database().reading(who().tenant) as session:
        stored = rule_store.stored(session, who().tenant)
        one = _found(stored, str(id))
        told = sentences.of_rule(session, who().tenant, one, today().year)
    alike = [other for other in stored if other.kind == one.kind and other.id != one.id]
    asked = request.args.get("voi", "")
    before = _found(alike, asked) if asked else _before(one.document, alike)
    return shown(
        "operators/rule.html", rule=_line(one), kind=KINDS[one.kind], sources=differences.grounds(one.document),
        before=None if before is None else _line(before), rows=[] if before is None else _rows(before, one.document),
        others=[(str(other.id), named(other.document)) for other in alike], most=MOST_DIFFERENCES, told=told,
        values=() if told is not None else _values(one.document),
    )  # fmt: skip


@pages.page("/van-hanh/quy-tac/nap", Act.LOAD_RULES, methods=("GET", "POST"), most_bytes=4 * RULES.most_bytes)
def load_rules() -> Response:
    """Tries a file: its faults by place, how it differs, how many results would change; then loads it."""
    everything(Act.LOAD_RULES)
    form = filled_in(RuleForm)
    sent = _sent(form) if form.sent else None
    values: dict[str, Any] = {"faults": (), "tried": None, "rows": [], "before": None}
    if sent is not None:
        name, text, content = sent
        try:
            if request.form.get("viec") == LOAD and (response := _loaded(form, name, text)) is not None:
                return response
            values |= _tried(name, text)
            form.typed.setlist("name", [name])
            form.typed.setlist("content", [content])
        except RuleFileFaults as error:
            values["faults"] = error.faults
            form.refuse("rules", _refused(name, error.faults))
    outcomes: dict[str | None, str] = {None: _("chưa nói được")}
    outcomes.update(OUTCOMES)
    return shown("operators/load-rules.html", form=form, outcomes=outcomes, most=MOST_DIFFERENCES, load=LOAD,
                 in_words=rule_fault_words, **values)  # fmt: skip


@pages.page("/van-hanh/quy-tac/thay-doi", Act.READ_RULE_CHANGES)
def rule_changes_page() -> Response:
    """What rules changed for whom in a year: counted, and listed by the newest."""
    everything(Act.READ_RULE_CHANGES)
    tenant, year = who().tenant, today().year
    asked = request.args.get("nam", "")
    year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else year
    left = cursors.after(tenant, (int,))
    with database().reading(tenant, snapshot=True) as session:
        found = rule_changes.changes(session, tenant, year, before=left[0] if left else None, limit=ON_A_PAGE + 1)
        counted = rule_changes.counted(session, tenant, year)
        names = {one.id: named(one.document) for one in rule_store.stored(session, tenant, "criteria-set", "rubric")}
    part = cursors.page(tenant, found, ON_A_PAGE, as_of=today(), key=lambda one: (one.place,), show=lambda one: one)
    looking.saw_these(one.worker for one in part["items"])
    return shown(
        "operators/rule-changes.html", changes=part["items"], next=part["next"], first=left is None, year=year,
        years=[(str(one), str(one)) for one in range(today().year, today().year - 6, -1)], names=names,
        counted=sorted(counted.items(), key=lambda one: -one[1]), outcomes=OUTCOMES, most=rule_changes.LOOKED_THROUGH,
    )  # fmt: skip


def _line(one: StoredRule) -> dict[str, Any]:
    said = one.document
    return {
        "id": one.id,
        "identifier": one.identifier,
        "title": named(said),
        "number": said.get("number"),
        "issuer": said.get("issuer"),
        "issued": said.get("issued"),
        "begins": differences.begins(said),
        "ends": said.get("in_force_to"),
        "status": said.get("status") or said.get("in_force_status"),
        "status_words": STATUSES.get(said.get("status") or said.get("in_force_status") or ""),
        "loaded": one.loaded,
        "sha256": one.sha256,
    }


def _newest(line: Mapping[str, Any]) -> tuple[Any, ...]:
    return line["begins"], line["identifier"]


def _found(stored: Sequence[StoredRule], id: str) -> StoredRule:
    for one in stored:
        if str(one.id) == id:
            return one
    raise NotFound(Fault("", _("Không có tệp quy tắc này")))


def _before(document: Mapping[str, Any], alike: Sequence[StoredRule]) -> StoredRule | None:
    said = differences.predecessor(document, [one.document for one in alike])
    return next((one for one in alike if one.document is said), None)


def _rows(before: StoredRule, document: Mapping[str, Any]) -> list[Row]:
    return [_row(one) for one in differences.between(before.document, document)]


def _values(document: Mapping[str, Any]) -> list[Row]:
    """Every value of a file that has no sentences of its own."""
    return [_row(one) for one in differences.values(document)]


def _row(one: Difference) -> Row:
    before, after = ((value_words(value), is_code(value)) for value in (one.before, one.after))
    return Row(path_words(one.path), before, after, one.grounds)


def _sent(form: Filled) -> tuple[str, str, str] | None:
    """Name, text and bytes (base64) of the file: of the one chosen now, or else of the one tried before."""
    upload: Upload | None = form.values["rules"]
    content = form.values["content"] or ""
    if upload is None and not content:
        form.refuse("rules", _("Chọn tệp quy tắc"))
        return None
    try:
        data = base64.b64decode(content, validate=True) if upload is None else upload.data
        name = (form.values["name"] or "") if upload is None else upload.name
        return name, data.decode(), base64.b64encode(data).decode()
    except (binascii.Error, UnicodeDecodeError):
        form.refuse("rules", _("Tệp không phải UTF-8; lưu lại ở dạng UTF-8"))
        return None


def _tried(name: str, text: str) -> dict[str, Any]:
    """What a page says of a file on trial; nothing of it stays."""
    tenant = who().tenant
    with changing(tenant, dry_run=True) as session:
        tried = rule_changes.try_out(session, tenant, name, text, by=who().name, now=now())
        stored = rule_store.stored(session, tenant, tried.loaded.kind)
        new = next(one for one in stored if one.id == tried.loaded.id)
        before = _before(new.document, [one for one in stored if one is not new])
        rows = [] if before is None else _rows(before, new.document)
    return {
        "tried": tried, "rows": rows, "before": None if before is None else _line(before), "rule": _line(new),
        "changed": _changed(tried),
    }  # fmt: skip


def _changed(tried: Tried) -> int:
    return sum(tried.outcomes.values())


def _loaded(form: Filled, name: str, text: str) -> Response | None:
    tenant = who().tenant
    with form.submitting() as session:
        taken = rule_changes.take_in(session, tenant, name, text, by=who().name, now=now())
        done = ngettext(
            "Đã nạp %(id)s. %(count)s người được đánh giá lại",
            "Đã nạp %(id)s. %(count)s người được đánh giá lại",
            taken.concerned,
            id=taken.loaded.identifier,
            count=taken.concerned,
        )
        return form.done(url_for(".show_rule", id=taken.loaded.id), done)
    return None


def _refused(name: str, faults: Sequence[RuleFault]) -> str:
    words: str = ngettext(
        "Tệp “%(name)s” có %(count)s chỗ sai, chưa nạp gì. Xem từng chỗ ở dưới",
        "Tệp “%(name)s” có %(count)s chỗ sai, chưa nạp gì. Xem từng chỗ ở dưới",
        len(faults),
        name=name,
        count=len(faults),
    )
    return words
