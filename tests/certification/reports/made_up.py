"""Figures and reports that nobody has to count: for looking at papers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

from certification.documents.office import Signature
from certification.reports.drawing import Report
from certification.reports.entered import Value, join
from certification.reports.figures import Figures, Part, PlanNamed, TargetRow, Titles, UnitRow, UnitTarget
from certification.rules import report_forms
from certification.rules.plans import TargetValue
from certification.rules.report_forms import ReportForm
from certification.targets.attainment import BesideFigures, TargetFigures, year_target
from certification.targets.forecasts import Observation, forecast
from certification.targets.populations import ALL_ENTERPRISES, Coverage
from certification.units.letterheads import Letterhead
from tests.certification.shipped_rules import document

CUT_OFF = date(2026, 11, 20)
_TITLES = (
    "Chính trị, pháp luật", "Kỹ năng nghề nghiệp", "Kỹ năng sống",
    "Ứng dụng công nghệ thông tin, công nghệ số: được phổ biến", "Mô hình học tập: danh hiệu “Công dân học tập”",
)  # fmt: skip
_ASKED = ((70, 90), (50, 75), (50, 75), (40, 65), (30, 50))
_TOPICS = (
    (("law-labour", "Pháp luật lao động"), ("law-trade-union", "Pháp luật công đoàn")),
    (("skill-new-hire", "Đào tạo nghề cho người mới tuyển"), ("skill-contest", "Thi tay nghề")),
    (("life-health", "Tự chăm sóc sức khỏe"), ("life-traffic", "An toàn giao thông")),
    (("digital-reached", "Được phổ biến công nghệ số"), ("digital-able", "Biết sử dụng công nghệ số")),
    (),
)  # fmt: skip


def figures(*, enterprises: int = 3, units: int = 2, workers_each: int = 200, name: str = "Tỉnh Mẫu") -> Figures:
    """Those of a province with so many enterprises; nothing in them is true of anybody."""
    rows = tuple(_unit(place, f"dn/{place:04}", f"Công ty TNHH Mẫu số {place}", "enterprise", workers_each, 1)
                 for place in range(1, enterprises + 1))  # fmt: skip
    total = enterprises * workers_each - enterprises // 100
    each = enterprises // units if units else 0
    return Figures(
        organization="vn/mau", name=name, kind="administrative", cut_off=CUT_OFF, headcount_on=CUT_OFF,
        basis=ALL_ENTERPRISES, as_of=datetime(2026, 11, 21, 2, 30, tzinfo=UTC), watermark="0000000000123456",
        plans=(PlanNamed("1268-qd-ttg", "Chương trình", "1268/QĐ-TTg", "Thủ tướng Chính phủ", date(2022, 10, 19)),),
        headcount=total, women=total // 2, members=total * 9 // 10, union_cadres=enterprises * 3,
        grassroots_unions=enterprises * 9 // 10, unionised_enterprises=enterprises * 9 // 10,
        meets_criteria=total // 3, holds_title=total * 41 // 100,
        coverage=Coverage(enterprises, enterprises - enterprises // 10, enterprises // 20, enterprises),
        targets=tuple(_target(place, total) for place in range(5)),
        titles=Titles(total // 2, total * 2 // 5, total // 3, total // 4, 12, ((2025, total // 5), (2026, total // 4)),
                      total * 2 // 5),
        commitments={"Công đoàn học tập": enterprises // 2}, channels={"loudspeaker": 10, "zalo": 20},
        evidence=(120, total, total // 2, total // 4),
        units=tuple(_unit(place, f"vn/mau/xa-{place}", f"Xã Mẫu {place}", "administrative", each * workers_each, each)
                    for place in range(1, units + 1)),
        enterprises=rows,
    )  # fmt: skip


def _target(place: int, total: int) -> TargetRow:
    counted = total * (83, 47, 50, 61, 41)[place] // 100
    now = Observation(CUT_OFF, counted, total)
    before = Observation(date(2025, 11, 20), counted * 4 // 5, total * 9 // 10)
    goals = tuple(
        year_target(TargetValue(year, percent), ">=", counted, total)
        for year, percent in zip((2025, 2030), _ASKED[place], strict=True)
    )
    rate = Fraction(counted, total) if total else None
    beside = () if place != 3 else (
        BesideFigures("G4-able", "Ứng dụng công nghệ thông tin, công nghệ số: biết cách sử dụng", counted // 2,
                      counted // 2, rate and rate / 2),
    )  # fmt: skip
    return TargetRow(
        TargetFigures("1268-qd-ttg", "Chương trình", f"G{place + 1}", f"G{place + 1}", _TITLES[place], "workers",
                      "person", counted, counted * 3, total, rate, goals, beside),
        before,
        tuple(forecast(one.year, now, today=date(2026, 11, 21), by_decision=place == 4, start=None, year_before=before)
              for one in goals),
        (),
        tuple(Part(code, title, counted * (2 - n) // 2, counted) for n, (code, title) in enumerate(_TOPICS[place])),
    )  # fmt: skip


def _unit(place: int, code: str, name: str, kind: str, headcount: int, enterprises: int) -> UnitRow:
    return UnitRow(
        code, name, kind, headcount, headcount // 2, headcount // 3, headcount // 4,
        Coverage(enterprises, enterprises, 0, 0),
        tuple(
            UnitTarget(f"G{group + 1}", headcount * ((place * 7 + group * 13) % 60 + 40) // 100, headcount, headcount,
                       ">=", _ASKED[group][1])
            for group in range(5)
        ),
    )  # fmt: skip


def form() -> ReportForm:
    """The shipped form of the national programme."""
    return report_forms.build(document("plan-report-1268-qd-ttg"), ())


def report(made: Figures | None = None, said: Mapping[str, Value] | None = None, **other: Any) -> Report:
    """A report of a made-up province, with what people `said` in it."""
    asked = form()
    told: dict[str, Any] = {
        "form": asked,
        "entered": join(asked, said or {}, ()),
        "figures": made or figures(),
        "letterhead": Letterhead(
            "LIÊN ĐOÀN LAO ĐỘNG\nTỈNH MẪU", "TỔNG LIÊN ĐOÀN\nLAO ĐỘNG VIỆT NAM", "Tỉnh Mẫu", "LĐLĐ"
        ),
        "organization": "Liên đoàn Lao động tỉnh Mẫu",
        "year": 2026,
        "signature": Signature("CHỦ TỊCH", "Nguyễn Văn Mẫu", "TM. BAN THƯỜNG VỤ"),
    }
    return Report(**told | other)


def value(said: Any, note: str = "") -> Value:
    return Value(said, "Lê Thị Mẫu", datetime(2026, 11, 20, tzinfo=UTC), note)
