"""What several Statements tell of one achievement, said in Vietnamese."""

from __future__ import annotations

import re
from collections.abc import Sequence

from certification.evidence.retold import Beside, Retold, Telling

__all__ = ["about_words", "beside_words", "retold_words"]

_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")


def retold_words(one: Retold) -> str:
    """Which counts and which tell it again: one sentence."""
    more = one.others - len(one.again)
    others = f" và {more} phát biểu khác" if more else ""
    return (
        f"“{about_words(one.counts)}” được báo {one.others + 1} lần, chỉ tính một lần: tính theo {_named(one.counts)}; "
        f"không tính thêm {_listed(one.again)}{others}."
    )


def beside_words(one: Beside) -> tuple[str, ...]:
    """What whoever voids or keeps a Statement should know: sentences."""
    said = []
    if one.repeats:
        said.append(
            f"Kết quả này đang được tính theo {_listed(one.repeats)}; minh chứng này chỉ báo lại, nên giữ hay huỷ thì "
            "kết quả đó vẫn được tính."
        )
    if one.again:
        said.append(f"Minh chứng này được tính; báo lại cùng kết quả, không tính thêm: {_listed(one.again)}.")
    if one.instead:
        said.append(f"Nếu minh chứng này bị huỷ thì được tính thay: {_listed(one.instead)}.")
    return tuple(said)


def about_words(one: Telling) -> str:
    """The name of what was learnt; where nobody gave it one, who recorded it: an id says nothing to people."""
    return f"Việc học do {one.said_by} ghi nhận" if _IRI.fullmatch(one.about) else one.about


def _named(one: Telling) -> str:
    return f"{one.said_by} (ngày {one.day:%d/%m/%Y})"


def _listed(several: Sequence[Telling]) -> str:
    return ", ".join(map(_named, several))
