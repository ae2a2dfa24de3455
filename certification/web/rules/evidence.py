"""How Statements are read, in sentences: which learning counts as evidence of what, and at which level."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from certification.web.rules.told import Line, Part, Told, level, own, readings, said, sure, topics_of

__all__ = ["told"]


def told(document: Mapping[str, Any], topics: Mapping[str, str]) -> Told:
    """A mapping of evidence; `topics` are names by code, of this file and of those beside it."""
    named = "; ".join(str(one["title"]) for one in document.get("topic", ()))
    lead = [
        Line(
            said(_("Quy định này nói việc học nào là minh chứng về điều gì, và ở mức nào.")),
            sure(document.get("status")),
        )
    ]
    if named:
        lead.append(Line(said(_("Các nội dung: %(topics)s."), topics=own(named))))
    parts = tuple(
        Part(one["id"], own(one["title"]), tuple(_template(one, topics))) for one in document.get("template", ())
    )
    return Told(tuple(lead), parts, readings(document))


def _template(template: Mapping[str, Any], topics: Mapping[str, str]) -> list[Line]:
    found = [
        Line(said(_("Là minh chứng mức %(level)s."), level=level(template["quality"]))),
        Line(said(_("Nơi gửi tự nêu mức thì nhiều nhất %(level)s."), level=level(template["quality_at_most"]))),
    ]
    if template.get("gives"):
        found.append(Line(said(_("Luôn tính cho: %(topics)s."), topics=topics_of(template["gives"], topics))))
    found.append(
        Line(said(_("Tính thêm cho chủ đề mà khoá học hoặc bản ghi nêu.")))
        if template.get("stated_topics")
        else Line(said(_("Không tính cho chủ đề nào khác.")))
    )
    if "minutes_at_least" in template:
        found.append(Line(said(_("Chỉ khi học từ %(count)s phút."), count=template["minutes_at_least"])))
    if "score_at_least" in template:
        found.append(
            Line(said(_("Chỉ khi đạt từ %(share)s%% số điểm."), share=f"{template['score_at_least'] / 100:g}"))
        )
    if template.get("once"):
        found.append(Line(said(_("Kể lại lần nữa thì không được tính thêm."))))
    if template.get("note"):
        found.append(Line(own(template["note"])))
    return found
