"""Procedures in sentences: the steps to the title, who takes them, until when; answers, and who gives which points."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from certification.access.permissions import Role
from certification.dossiers.words import STATES, STEPS
from certification.web.frame import written
from certification.web.frame.places import ROLES
from certification.web.frame.program_words import in_words
from certification.web.rules.told import Line, Part, Told, level, line, readings, said, sure

__all__ = ["answers_told", "told"]


def told(document: Mapping[str, Any], year: int) -> Told:
    """The steps to the title; the last days are those for the assessed year `year`."""
    parts = [Part(one["name"], Markup.escape(_step_name(one["name"])), tuple(_step(one, year)))
             for one in document["step"]]  # fmt: skip
    appeal = document["appeal"]
    lead = [
        Line(said(_("Các bước theo thứ tự, từ đăng ký đến quyết định.")), sure(document["status"])),
        *_meeting(document.get("meeting", {})),
        line(_days(_("Người không được công nhận có thể khiếu nại trong %(days)s."), appeal["within_days"]["value"]),
             appeal["within_days"]),
        line(_days(_("Khiếu nại được trả lời trong %(days)s."), appeal["answer_within_days"]["value"]),
             appeal["answer_within_days"]),
        Line(said(_("Cơ quan nào ra quyết định cho người lao động ở doanh nghiệp, chưa thấy văn bản nào quy định: "
                    "ghi tên cơ quan theo đúng quyết định."))),
    ]  # fmt: skip
    return Told(tuple(lead), tuple(parts), readings(document))


def answers_told(document: Mapping[str, Any]) -> Told:
    """How long answers may take, what a confirmed declaration is worth, and who gives points for which indicators."""
    dispute, declaration = document["dispute"], document["declaration"]
    size = declaration["file_bytes_at_most"]
    lines = [
        line(_days(_("Khiếu nại về kết quả hay minh chứng được trả lời trong %(days)s."),
                   dispute["answer_within_days"]["value"]), dispute["answer_within_days"]),
        line(_days(_("Việc học tự khai được xác nhận trong %(days)s."), declaration["confirm_within_days"]["value"]),
             declaration["confirm_within_days"]),
        line(said(_("Chứng chỉ tự khai, khi đã có người xác nhận, được tính nhiều nhất mức %(level)s."),
                  level=level(declaration["certificate_at_most"]["value"])), declaration["certificate_at_most"]),
        line(said(_("Tự học, khi đã có người xác nhận, được tính nhiều nhất mức %(level)s."),
                  level=level(declaration["self_study_at_most"]["value"])), declaration["self_study_at_most"]),
        line(said(_("Tệp gửi kèm nặng nhiều nhất %(size)s."), size=written.size(size["value"])), size),
    ]  # fmt: skip
    parted = document.get("attestation", {})
    for role, one in parted.items():
        words = _("%(role)s cho điểm các chỉ số: %(indicators)s.")
        lines.append(line(said(words, role=_roles([role]), indicators=", ".join(one["indicators"])), one))
    if parted:
        lines.append(Line(said(_("Vai trò khác được cho điểm thì cho được mọi chỉ số."))))
    else:
        lines.append(Line(said(_("Ai được xác nhận điểm thì xác nhận được mọi chỉ số."))))
    return Told(tuple(lines), (), readings(document))


def _meeting(meeting: Mapping[str, Any]) -> list[Line]:
    found = []
    if one := meeting.get("present_per_cent"):
        words = _("Họp xét: từ %(share)s%% số người được mời có mặt.")
        found.append(line(said(words, share=one["value"]), one))
    if one := meeting.get("votes_per_cent"):
        words = _("Được đề nghị khi có từ %(share)s%% số phiếu đồng ý trên số phiếu đã bỏ.")
        found.append(line(said(words, share=one["value"]), one))
    if not found:
        words = _(
            "Cuộc họp cần bao nhiêu người, mỗi người được đề nghị cần bao nhiêu phiếu: không đặt mức, vì chưa thấy văn "
            "bản nào quy định; số phiếu được ghi lại để người quyết định xem."
        )
        found.append(Line(said(words)))
    return found


def _step(step: Mapping[str, Any], year: int) -> list[Line]:
    before = "; ".join(in_words(STATES[one]) for one in step["from"])
    found = [
        Line(said(_("Làm được khi hồ sơ: %(before)s."), before=before)),
        Line(said(_("Sau bước này hồ sơ: %(after)s."), after=in_words(STATES[step["to"]]))),
        Line(said(_("Ai làm: %(roles)s."), roles=_roles(step["roles"])), note=Markup.escape(_own(step["own"]))),
    ]
    needs = {"reason": _("lý do"), "minutes": _("biên bản họp"), "votes": _("số phiếu của từng người")}
    if written_down := [needs[one] for one in step.get("needs", ()) if one in needs]:
        found.append(Line(said(_("Phải ghi: %(what)s."), what=", ".join(written_down))))
    if "other_hands" in step.get("needs", ()):
        found.append(Line(said(_("Người làm bước này phải khác người đã làm bước ngay trước."))))
    if closes := step.get("closes"):
        last = written.day(date(year, 12, 31) + timedelta(days=closes["value"]))
        found.append(line(said(_("Hạn cuối của năm %(year)s: hết ngày %(day)s."), year=year, day=last), closes))
    else:
        found.append(Line(said(_("Không có hạn cuối."))))
    return found


def _own(own_dossier: str) -> str:
    match own_dossier:
        case "only":
            return str(_("Chỉ chính người lao động làm được."))
        case "may":
            return str(_("Người lao động tự làm, hoặc cán bộ làm thay."))
    return str(_("Không ai làm bước này với hồ sơ của chính mình."))


def _roles(roles: Iterable[str]) -> str:
    return ", ".join(str(ROLES[Role(one)]) for one in roles)


def _step_name(name: str) -> str:
    words = in_words(STEPS[name])
    return words[0].upper() + words[1:]


def _days(words: str, count: int) -> Markup:
    days = ngettext("%(num)s ngày", "%(num)s ngày", count)
    return said(words, days=days)
