"""The Vietnamese words of a drawn report: sentences around our figures. What people enter is printed as written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from certification.documents.typography import short_day
from certification.reports.figures import Blockers, Figures, TargetRow
from certification.targets.attainment import YearTarget
from certification.targets.disclosure import BELOW
from certification.targets.figures import (
    BASIS_WORDS,
    HIDDEN,
    HIDDEN_WORD,
    OPERATORS,
    UNITS,
    coverage_words,
    day,
    gap,
    number,
    percent,
)
from certification.targets.populations import GRASSROOTS_UNIONS, UNION_CADRES
from certification.vietnam import VIETNAM

__all__ = [
    "CHANNELS",
    "DRAFT",
    "POPULATIONS",
    "TOTAL_ALONE",
    "base",
    "basis",
    "blockers",
    "blockers_note",
    "channels",
    "commitments",
    "digital",
    "drawn_from",
    "evidence",
    "goal",
    "goal_short",
    "indicator_points",
    "of_period",
    "result",
    "target_line",
    "titles",
]

DRAFT = "DỰ THẢO"

CHANNELS: Mapping[str, str] = {
    "loudspeaker": "loa truyền thanh",
    "zalo": "Zalo",
    "facebook": "Facebook",
    "portal": "cổng thông tin",
    "leaflet": "tờ rơi",
    "video": "video",
    "board": "bảng tin",
    "other": "kênh khác",
}

_PERIODS = {"mid-term": "Sơ kết ", "final": "Tổng kết ", "interim": "Giữa kỳ: "}

POPULATIONS = {UNION_CADRES: "cán bộ công đoàn", GRASSROOTS_UNIONS: "công đoàn cơ sở"}


def of_period(heading: str, period: str) -> str:
    """What a report is about, with the kind of its period before it: nothing for a yearly one."""
    before = _PERIODS.get(period, "")
    return before + (heading[0].lower() + heading[1:] if before else heading) if heading else before


def base(figures: Figures) -> str:
    """Enterprises, workers and members of the branch."""
    if not figures.coverage.enterprises:
        return "Hệ thống chưa ghi doanh nghiệp nào trên địa bàn, nên chưa có số liệu của các chỉ tiêu."
    return (
        f"Đến ngày {day(figures.headcount_on)} có {number(figures.coverage.enterprises)} doanh nghiệp, trong đó "
        f"{number(figures.unionised_enterprises)} doanh nghiệp có công đoàn cơ sở; {number(figures.headcount)} công "
        f"nhân lao động, trong đó {number(figures.women)} nữ; {number(figures.members)} đoàn viên công đoàn, "
        f"{number(figures.union_cadres)} cán bộ công đoàn."
    )


def basis(figures: Figures) -> str:
    """Over whom the rates are and how much of that is known."""
    return (
        f"Tỷ lệ tính trên lao động của {BASIS_WORDS[figures.basis]} ngày {day(figures.headcount_on)}: "
        f"{coverage_words(figures.coverage)}. Mỗi người tính một lần, dù tham gia nhiều lượt hay làm ở "
        "nhiều doanh nghiệp."
    )


def result(row: TargetRow) -> str:
    """ "613/1.000 người"."""
    one = row.figures
    who = POPULATIONS.get(one.population, UNITS[one.unit])
    return f"{number(one.counted)}/{number(one.denominator)} {who}"


def goal(asked: YearTarget, unit: str) -> str:
    """ "≥ 70%: còn thiếu 12 người (4,5 điểm %)"."""
    return f"{OPERATORS[asked.operator]} {asked.percent}%: {gap(asked, unit)}"


def goal_short(operator: str, asked: int | None) -> str:
    return "" if asked is None else f"{OPERATORS[operator]} {asked}%"


def target_line(row: TargetRow, year: int) -> str:
    """One target as a sentence."""
    one = row.figures
    said = f"{one.title}: {result(row)}, đạt {percent(one.rate)}" if one.denominator else f"{one.title}: chưa có ai"
    asked = row.goal(year)
    return said + (f"; mục tiêu năm {asked.year} {goal(asked, one.unit)}." if asked else ".")


def titles(figures: Figures) -> str:
    """How far people have come towards the title; who meets the criteria and who holds it, apart."""
    of = figures.titles
    return (
        f"Danh hiệu “Công dân học tập” năm {figures.cut_off.year}: {number(of.registered)} người đăng ký, "
        f"{number(of.self_assessed)} người tự đánh giá, {number(of.proposed)} người được đề nghị, "
        f"{number(of.recognised)} người được công nhận, {number(of.refused)} người không được công nhận. Đến ngày "
        f"{day(figures.cut_off)} có {number(figures.holds_title)} người có danh hiệu được tính cho chỉ tiêu; "
        f"{number(of.ever)} người từng được công nhận. Riêng theo minh chứng trên hệ thống, "
        f"{number(figures.meets_criteria)} người đủ tiêu chí (chưa phải là được công nhận)."
    )


def digital(rows: Iterable[TargetRow]) -> list[str]:
    """Reached and able, apart."""
    found = []
    for row in rows:
        for beside in row.figures.beside:
            found.append(f"{row.figures.title}: {number(row.figures.counted)} người ({percent(row.figures.rate)}).")
            found.append(f"{beside.title}: {number(beside.counted)} người ({percent(beside.rate)}).")
    return list(dict.fromkeys(found))


def channels(of: Mapping[str, int]) -> str:
    said = "; ".join(f"{CHANNELS.get(one, one)}: {number(many)}" for one, many in of.items())
    return f"Tin, bài, lượt phát đã ghi trên hệ thống: {said}." if said else ""


def commitments(of: Mapping[str, int]) -> str:
    said = "; ".join(f"“{one}”: {number(many)} đơn vị" for one, many in of.items())
    return f"Đơn vị đưa vào chương trình hoạt động năm: {said}." if said else ""


def evidence(of: tuple[int, int, int, int]) -> str:
    """On what the counts rest."""
    none, listed, seen, assessed = of
    total = sum(of)
    if not total:
        return "Chưa có minh chứng nào trong năm cho các chỉ tiêu."
    share = percent(Fraction(seen + assessed, total))
    return (
        f"Số liệu dựa trên {number(total)} lượt có minh chứng: {number(assessed)} lượt có kiểm tra, đánh giá; "
        f"{number(seen)} lượt được điểm danh hoặc hệ thống xác nhận; {number(listed)} lượt theo danh sách; "
        f"{number(none)} lượt tự khai (không tính vào chỉ tiêu đòi mức cao hơn). Hai mức đầu chiếm {share}."
    )


def indicator_points(figures: Figures) -> str:
    """Whose points the means are of, and what the two kinds are."""
    hidden = any(HIDDEN in (one.suggested_of, one.decided_of) for one in figures.points)
    few = (
        f" “{HIDDEN_WORD}”: có từ 1 đến {BELOW - 1} người, không nêu để không lộ điểm của từng người." if hidden else ""
    )
    return (
        "Bình quân trên những người đã có quyết định công nhận hoặc không công nhận danh hiệu năm "
        f"{figures.cut_off.year} đến ngày {day(figures.cut_off)}, theo kết quả đã có khi ghi quyết định. Điểm gợi ý do "
        "nhật ký học tập suy ra; điểm được tính là điểm được xác nhận, nơi không có thì là điểm gợi ý." + few
    )


TOTAL_ALONE = "Đủ mức từng chỉ số, chỉ thiếu tổng điểm"


def blockers(of: Blockers) -> str:
    """What most of those lack who do not meet the criteria."""
    if of.persons == HIDDEN:
        return f"Có từ 1 đến {BELOW - 1} người chưa đủ tiêu chí, không nêu còn thiếu gì để không lộ kết quả từng người."
    among = f"Trong {number(of.persons)} người đã có kết quả mà chưa đủ tiêu chí"
    most = of.commonest
    if not most:
        if of.total_alone > 0:
            return f"{among}, nhiều nhất là đủ mức từng chỉ số, chỉ thiếu tổng điểm: {number(of.total_alone)} người."
        return f"{among}, chưa có lý do nào chung cho từ {BELOW} người trở lên."
    named = "; ".join(f"{one.code} “{one.title}”" for one in most)
    each = " mỗi chỉ số" if len(most) > 1 else ""
    parts = (
        f" ({number(most[0].below)} người dưới mức tối thiểu, {number(most[0].not_given)} người chưa ai cho điểm)"
        if len(most) == 1 and HIDDEN not in (most[0].below, most[0].not_given)
        else ""
    )
    return f"{among}, thiếu nhiều nhất là chỉ số {named}: {number(most[0].persons)} người{each}{parts}."


def blockers_note(figures: Figures) -> str:
    """Who is counted, and how."""
    of = figures.blockers
    cells = () if of is None else ((one.persons, one.below, one.not_given) for one in of.indicators)
    hidden = of is not None and (of.total_alone == HIDDEN or any(HIDDEN in one for one in cells))
    few = (
        f" “{HIDDEN_WORD}”: có từ 1 đến {BELOW - 1} người, không nêu để không lộ kết quả từng người." if hidden else ""
    )
    return (
        "Đếm người có kết quả đánh giá gần nhất đến ngày "
        f"{day(figures.cut_off)} là chưa đủ tiêu chí năm {figures.cut_off.year}. Một người có thể thiếu nhiều chỉ số "
        "nên có ở mỗi dòng." + few
    )


def drawn_from(figures: Figures) -> str:
    """The line at the foot: cut-off, instant, and a code of the state of the records."""
    code = figures.watermark[-12:]
    at = figures.as_of.astimezone(VIETNAM)
    return f"Số liệu chốt ngày {short_day(figures.cut_off)}, lập lúc {at:%H:%M} ngày {at:%d/%m/%Y}" + (
        f", mã số liệu {code}." if code else "."
    )
