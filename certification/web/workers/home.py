"""/cua-toi: what I have, what I lack, what to do next."""

from __future__ import annotations

from typing import Any

from flask import Response, url_for
from flask_babel import gettext as _

from certification.access.permissions import Act
from certification.certificates import register
from certification.certificates.register import Entry
from certification.evidence import declarations, disputes, self_scores
from certification.judgement.explanations import NOT_A_TITLE
from certification.people.workers import Person
from certification.resources.access import database, today, who
from certification.rules.criteria import PROGRAMME
from certification.web.frame.pages import shown
from certification.web.frame.written import day as as_day
from certification.web.workers import own, pages
from certification.web.workers.applying import KINDS, OwnDossier, own_dossier_of
from certification.web.workers.own import Year
from lrs.db import Session

__all__: list[str] = []

FIRST = 3
"""So many chỉ số are named as the next to work on."""


@pages.page("/cua-toi", Act.USE_OWN_PAGES)
def home() -> Response:
    """The worker's home."""
    tenant, year = who().tenant, own.year_asked()
    with database().reading(tenant, snapshot=True) as session:
        person = own.mine(session, Act.READ_ASSESSMENT)
        found = own.year_of(session, person, year)
        titles = register.entries(session, tenant, limit=5, worker=person.id)
        dossier = own_dossier_of(session, person, year) if year in (today().year, today().year - 1) else None
        tasks = _tasks(session, person, found, year, dossier)
    held = next((one for one in titles if one.year == year and one.issued and one.withdrawn_on is None), None)
    recognised = held is not None or (dossier is not None and bool(dossier.titled or dossier.state == "granted"))
    remarks = [one for one in found.said.remarks if not (recognised and one == NOT_A_TITLE)] if found else []
    return shown(
        "workers/home.html",
        recognised=recognised,
        remarks=remarks,
        person=person,
        found=found,
        year=year,
        dossier=dossier,
        tasks=tasks,
        titles=[_title(one) for one in titles if one.issued],
        kinds=own.KINDS,
    )


def _title(one: Entry) -> dict[str, Any]:
    good = one.withdrawn_on is None
    return {
        "words": _("Công dân học tập năm %(year)s", year=one.year),
        "address": url_for(".certificate", certificate=one.id),
        "hint": _("Số %(number)s, %(body)s", number=one.number, body=one.body),
        "status": _("còn giá trị") if good else _("đã thu hồi"),
        "kind": "good" if good else "wrong",
    }


def _tasks(
    session: Session, person: Person, found: Year | None, year: int, dossier: OwnDossier | None
) -> list[dict[str, Any]]:
    """What the worker can do now, the most useful first."""
    tasks: list[dict[str, Any]] = []
    for row in found.lacking[:FIRST] if found else ():
        tasks.append(
            {
                "words": row.title,
                "address": url_for(".indicator", indicator=row.indicator),
                "hint": row.remarks[0],
                "status": _("%(points)s/%(most)s điểm", points=row.points or 0, most=row.max_points),
                "kind": "todo",
            }
        )
    whose = own.attested_by(session, [row.indicator for row in found.waiting]) if found and found.waiting else {}
    for row in found.waiting[:FIRST] if found else ():
        tasks.append(
            {
                "words": row.title,
                "address": url_for(".indicator", indicator=row.indicator),
                "hint": _("Do %(who)s cho điểm; anh/chị không tự làm bước này.", who=whose[row.indicator]),
                "status": _("chờ xác nhận") if row.points is None else _("chưa đạt"),
                "kind": "off",
            }
        )
    if dossier is not None:
        of_title = _of_title(dossier, year)
        tasks.insert(0 if of_title["kind"] == "todo" else len(tasks), of_title)
    said = self_scores.last_known(session, who().tenant, [person.id], PROGRAMME, year, today())[person.id]
    of = len(found.said.rows) if found else 10
    tasks.append(
        {
            "words": _("Tự đánh giá năm %(year)s", year=year),
            "address": url_for(".assess_oneself"),
            "status": _("đã chấm %(done)s/%(all)s chỉ số", done=len(said), all=of),
            "kind": "plain" if len(said) >= of else "todo",
        }
    )
    cases = declarations.DECLARATIONS.of_worker(session, who().tenant, person)
    waiting = sum(one.state == declarations.DECLARED for one in cases)
    tasks.append(
        {
            "words": _("Khai báo việc học ở nơi khác"),
            "address": url_for(".own_declarations"),
            "hint": _("Chứng chỉ, khoá học, sách đã đọc: gửi kèm ảnh chụp."),
            "status": _("%(number)s mục chờ xác nhận", number=waiting) if waiting else "",
            "kind": "off",
        }
    )
    disputed = disputes.DISPUTES.of_worker(session, who().tenant, person)
    if disputed:
        answered = sum(one.state == disputes.ANSWERED for one in disputed)
        tasks.append(
            {
                "words": _("Khiếu nại của tôi"),
                "address": url_for(".own_disputes"),
                "hint": "",
                "status": _("%(answered)s/%(all)s đã được trả lời", answered=answered, all=len(disputed)),
                "kind": "plain" if answered == len(disputed) else "off",
            }
        )
    return tasks


def _of_title(dossier: OwnDossier, year: int) -> dict[str, Any]:
    """Registering for the title, or how that stands."""
    address = url_for(".own_dossier", nam=None if year == today().year else year)
    if "register" in dossier.offered:
        last = dossier.last_day("register")
        return {
            "words": _("Đăng ký danh hiệu “Công dân học tập” năm %(year)s", year=year),
            "address": address,
            "hint": _("Hạn đăng ký: hết ngày %(day)s.", day=as_day(last)) if last else "",
            "status": dossier.words,
            "kind": "todo",
        }
    return {
        "words": _("Danh hiệu “Công dân học tập” năm %(year)s", year=year),
        "address": address,
        "hint": _("Đã chấm đủ điểm; còn bước nộp.") if dossier.can_hand_in and not dossier.returned else "",
        "status": _("đã có danh hiệu") if dossier.titled else dossier.words,
        "kind": "good" if dossier.titled else KINDS.get(dossier.state, "off"),
    }
