"""Acts of the record as people read them: what was done, about whom and what, and what was written down, in words.

Ids and codes of the record are looked up, by a few SQL commands for a page: persons, units, plans, decisions, rounds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask_babel import gettext as _

from certification.acts.chain import Done
from certification.judgement import explanations
from certification.models import Certificate, RollUpMember, RollUpRound, TitleDecision, Worker
from certification.people.workers import Person
from certification.privacy import purposes
from certification.rules import plans, rule_store
from certification.rules.personal_data import NoPersonalDataRules
from certification.units import organizations
from certification.vietnam import vietnam_day
from certification.web.frame import written
from certification.web.operators.recorded import CODES, DETAILS, OF_ACT, TYPED, VALUES, act_said
from certification.web.operators.rule_words import KINDS, named
from lrs.db import Session, among

__all__ = ["Entry", "Known", "Page", "Said", "entries", "people_of"]

LONGEST = 200
"""Characters of a value that are shown: a signed document is read where it is, not in the list of acts."""

UNITS = ("body", "enterprise", "organization", "recipient", "unit")
"""Details that name a unit by its code."""

FIRST = ("unit", "organization", "enterprise", "recipient", "body", "plan", "period", "cut_off", "number", "decision")
"""Details that stand before the others; codes stand after them."""

_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|[+-][0-9]{2}:[0-9]{2})")
_BY_WORKER = re.compile("worker:([0-9a-f-]{36})")

Known = Callable[[UUID], bool]
"""Whether the reader may see this worker."""

Page = tuple[str, Mapping[str, Any]]
"""An endpoint and the parts of its address."""


@dataclass(frozen=True, slots=True)
class Said:
    """What was written down: its name, and its words. `code`: they are one; `typed`: as somebody wrote them; `page`:
    where more of it is."""

    name: object
    words: str
    code: bool = False
    typed: bool = False
    page: Page | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """An act: by whom, what it is called, to what and about whom it was done, and what was written down with it (None:
    erased). Whom the reader may not see is no `person`."""

    act: Done
    words: object
    by: str
    acted: Person | None
    thing: Said | None
    person: Person | None
    details: tuple[Said, ...] | None


def people_of(acts: Sequence[Done]) -> set[UUID]:
    """Everybody of whom these acts speak."""
    found = {one.worker for one in acts if one.worker is not None}
    found |= {UUID(acted[1]) for one in acts if (acted := _BY_WORKER.fullmatch(one.by))}
    return found | {other for one in acts if (other := _id((one.detail or {}).get("other")))}


def entries(session: Session, tenant: UUID, acts: Sequence[Done], known: Known) -> list[Entry]:
    """The acts in words, for a reader who may see whom `known` says."""
    looked_up = _look_up(session, tenant, acts, known)
    return [looked_up.entry(one) for one in acts]


@dataclass(slots=True)
class _LookedUp:
    people: Mapping[UUID, Person]
    units: Mapping[str, str]
    plans: Mapping[str, str] = field(default_factory=dict)
    purposes: Mapping[str, str] = field(default_factory=dict)
    rules: Mapping[tuple[str, str], tuple[UUID, str]] = field(default_factory=dict)
    decisions: Mapping[UUID, str] = field(default_factory=dict)
    certificates: Mapping[UUID, str] = field(default_factory=dict)
    rounds: Mapping[UUID, tuple[str, date]] = field(default_factory=dict)
    members: Mapping[UUID, str] = field(default_factory=dict)

    def entry(self, one: Done) -> Entry:
        by_worker = _BY_WORKER.fullmatch(one.by)
        acted = self.people.get(UUID(by_worker[1])) if by_worker else None
        by = (acted.full_name if acted else str(_("người lao động"))) if by_worker else one.by
        details = None if one.detail is None else tuple(self._details(one))
        person = None if one.worker is None else self.people.get(one.worker)
        return Entry(one, act_said(one.act), by, acted, self._thing(one), person, details)

    def _thing(self, one: Done) -> Said | None:
        """To what it was done, where that is more than the act and its details say."""
        kind, _colon, rest = one.subject.partition(":")
        id = _id(rest)
        if kind == "unit":
            return self._unit(_("đơn vị"), rest)
        if kind == "rules":
            what, _colon, identifier = rest.partition(":")
            file, title = self.rules.get((what, identifier), (None, identifier))
            page = None if file is None else ("operators.show_rule", {"id": file})
            return Said(str(KINDS.get(what, what)).lower(), title, typed=True, page=page)
        if kind in ("year", "title", "candidates") and (year := rest.rpartition("/")[2]).isdecimal():
            return None if "year" in (one.detail or {}) else Said(_("năm"), year)
        if kind in ("figures", "archive") and _DAY.fullmatch(rest):
            return Said(_("ngày"), written.day(date.fromisoformat(rest)))
        if kind == "signing-key" and rest:
            return Said(_("khoá"), rest, code=True)
        if id is None:
            return None
        if kind == "certificate" and id in self.certificates and "number" not in (one.detail or {}):
            return Said(_("số"), self.certificates[id], typed=True)
        if kind == "roll-up-member" and "organization" not in (one.detail or {}):
            return self._unit(_("đơn vị"), self.members.get(id, ""))
        if kind == "roll-up-round":
            return Said(_("kỳ thu"), self._round(id), page=("officers.show_round", {"id": id}))
        if kind == "decision":
            page = ("officers.show_decision", {"decision": id})
            return Said(_("quyết định"), _("xem quyết định"), page=page)
        if kind == "frozen-figures":
            return Said(_("số liệu"), _("xem số liệu đã chốt"), page=("officers.show_frozen", {"id": id}))
        return None

    def _details(self, one: Done) -> Iterator[Said]:
        for name, value in sorted((one.detail or {}).items(), key=_place):
            if value in (None, "", [], {}) or name == "filing":
                continue
            called = OF_ACT.get((one.act, name), DETAILS.get(name, name))
            yield self._detail(one.act, name, called, value)

    def _detail(self, act: str, name: str, called: object, value: Any) -> Said:
        text = value if isinstance(value, str) else ""
        id = _id(text)
        if (act, name) == ("rules.load", "id"):
            return Said(called, _("xem quy định"), page=None if id is None else ("operators.show_rule", {"id": id}))
        if name == "purpose":
            return Said(called, self.purposes.get(text, text), typed=True)
        if name == "plan":
            return Said(called, self.plans.get(text, text), typed=text in self.plans)
        if name in UNITS and text in self.units:
            return self._unit(called, text)
        if name == "figures" and isinstance(value, Mapping):
            return Said(called, _("%(count)s con số", count=written.number(len(value))))
        if (act, name) == ("roll-up.sign", "content"):
            return Said(called, _("bản đã ký, %(size)s", size=written.size(len(text.encode()))))
        if id is not None:
            return self._referred(name, called, id)
        if name in CODES and isinstance(value, str):
            return Said(called, text, code=True)
        if name == "basis" and act.startswith("identity."):
            return Said(called, _short(text), typed=True)
        return Said(called, _short(self._words(name, value)), typed=name in TYPED)

    def _referred(self, name: str, called: object, id: UUID) -> Said:
        """What an id stands for."""
        if name == "decision":
            page = ("officers.show_decision", {"decision": id})
            return Said(called, self.decisions.get(id, str(_("xem quyết định"))), typed=id in self.decisions, page=page)
        if name == "proposal":
            return Said(called, _("xem đề nghị"), page=("officers.show_proposal", {"proposal": id}))
        if name == "round":
            return Said(called, self._round(id), page=("officers.show_round", {"id": id}))
        if name == "frozen":
            return Said(called, _("xem số liệu đã chốt"), page=("officers.show_frozen", {"id": id}))
        if name == "other":
            person = self.people.get(id)
            return Said(
                called, _("một người khác") if person is None else f"{person.full_name} ({person.number})", typed=True
            )
        if name == "undoes":
            return Said(called, _("một lần gộp hoặc tách trước đó"))
        return Said(called, _("có"))

    def _round(self, id: UUID) -> str:
        if id not in self.rounds:
            return str(_("xem kỳ thu"))
        plan, cut_off = self.rounds[id]
        return f"{self.plans.get(plan, plan)}, {written.day(cut_off)}"

    def _unit(self, called: object, code: str) -> Said:
        return Said(called, self.units.get(code, code), typed=True)

    def _words(self, name: str, value: Any) -> str:
        if isinstance(value, bool):
            return str(_("có") if value else _("không"))
        if isinstance(value, Mapping):
            told = {of: one for of, one in value.items() if one not in (None, "")}
            return ", ".join(f"{DETAILS.get(of, of)} {self._words(of, one)}" for of, one in told.items())
        if isinstance(value, list):
            return ", ".join(self._words(name, one) for one in value)
        if isinstance(value, int):
            return str(value) if name in ("year", "number") else written.number(value)
        text = str(value)
        if _DAY.fullmatch(text):
            with suppress(ValueError):
                return written.day(date.fromisoformat(text))
        if _INSTANT.fullmatch(text):
            with suppress(ValueError):
                return written.instant(datetime.fromisoformat(text))
        return str(VALUES.get(name, {}).get(text, text))


def _look_up(session: Session, tenant: UUID, acts: Sequence[Done], known: Known) -> _LookedUp:
    details = [one.detail or {} for one in acts]
    subjects = [one.subject.partition(":") for one in acts]

    def told(*names: str) -> set[str]:
        return {str(one[name]) for one in details for name in names if one.get(name)}

    def ids(kind: str, *names: str) -> set[UUID]:
        texts = {rest for what, _colon, rest in subjects if what == kind} | told(*names)
        return {id for text in texts if (id := _id(text)) is not None}

    seen = {id for id in people_of(acts) if known(id)}
    found = _LookedUp(_people(session, tenant, seen), {})
    members = ids("roll-up-member")
    if members:
        query = sa.select(RollUpMember.id, RollUpMember.organization)
        found.members = _by_id(session, query.where(RollUpMember.tenant_id == tenant, RollUpMember.id.in_(members)))
    codes = told(*UNITS) | {rest for what, _colon, rest in subjects if what == "unit"} | set(found.members.values())
    found.units = organizations.names_of(session, tenant, codes) if codes else {}
    if rounds := ids("roll-up-round", "round"):
        of_these = sa.select(RollUpRound.id, RollUpRound.plan, RollUpRound.cut_off).where(
            RollUpRound.tenant_id == tenant, RollUpRound.id.in_(rounds)
        )
        found.rounds = {row[0]: (row[1], row[2]) for row in session.execute(of_these)}
    if told("plan") or found.rounds:
        found.plans = explanations.plan_names(plans.all_plans(session, tenant))
    if told("purpose"):
        with suppress(NoPersonalDataRules):
            last = max(vietnam_day(one.at) for one in acts)
            found.purposes = {one.id: one.title for one in purposes.listed(session, tenant, last)}
    kinds = {rest.partition(":")[0] for what, _colon, rest in subjects if what == "rules"}
    if kinds:
        files = rule_store.stored(session, tenant, *sorted(kinds))
        found.rules = {(one.kind, one.identifier): (one.id, named(one.document)) for one in files}
    if decisions := ids("", "decision"):
        query = sa.select(TitleDecision.id, TitleDecision.number)
        found.decisions = _by_id(
            session, query.where(TitleDecision.tenant_id == tenant, TitleDecision.id.in_(decisions))
        )
    if papers := ids("certificate"):
        query = sa.select(Certificate.id, Certificate.printed_number)
        found.certificates = _by_id(session, query.where(Certificate.tenant_id == tenant, Certificate.id.in_(papers)))
    return found


def _people(session: Session, tenant: UUID, ids: set[UUID]) -> dict[UUID, Person]:
    if not ids:
        return {}
    query = sa.select(Worker.id, Worker.number, Worker.full_name, Worker.gender)
    rows = session.execute(query.where(Worker.tenant_id == tenant, among(session, Worker.id, list(ids))))
    return {row[0]: Person(*row) for row in rows}


def _by_id(session: Session, query: Any) -> dict[UUID, str]:
    return {row[0]: row[1] for row in session.execute(query)}


def _place(one: tuple[str, Any]) -> int:
    return FIRST.index(one[0]) if one[0] in FIRST else len(FIRST) + (one[0] in CODES)


def _id(text: Any) -> UUID | None:
    if isinstance(text, str) and len(text) == 36:
        with suppress(ValueError):
            return UUID(text)
    return None


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
