"""Invented units, unions and enterprises, under the four areas whose plans are loaded.

The provinces and the commune Hoằng Giang are real, since real plans bind there; everything below them is invented and
marked so: names carry "Ví Dụ" or "(bịa)".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

ADMINISTRATIVE = "hành chính"
TRADE_UNION = "công đoàn"
GRASSROOTS_UNION = "công đoàn cơ sở"
ENTERPRISE = "doanh nghiệp"

FOUNDED = date(2025, 7, 1)
"""From when the invented units exist: the day the two-level local government began."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A row of the organizations file. Parents are codes; an empty one means none."""

    code: str
    name: str
    kind: str
    administrative_parent: str
    union_parent: str
    exists_from: date


@dataclass(frozen=True, slots=True)
class Culture:
    """How far learning has come in an enterprise: the share of its workers, in per cent, who …"""

    law: int
    """… hear about law in a year (target group G1);"""
    skill: int
    """… better their trade (G2);"""
    life: int
    """… learn a life skill (G3);"""
    digital: int
    """… are reached by digital learning (G4), of whom most also pass a check;"""
    title: int
    """… hold the title "Công dân học tập" from last year (G5);"""
    all_round: int
    """… learn so much of everything that they come near the title this year."""


@dataclass(frozen=True, slots=True)
class Enterprise:
    """An invented enterprise. `share` is its weight when people are spread over enterprises; `site` its mail domain."""

    code: str
    name: str
    union: str
    area: str
    commune: str
    trade: str
    share: int
    site: str
    culture: Culture


@dataclass(frozen=True, slots=True)
class Merger:
    """That communes ended and one followed them; `day` is its first."""

    communes: tuple[str, ...]
    code: str
    name: str
    parent: str
    day: date


_COMMUNES = (
    ("vn/lao-cai/vi-du-suoi-may", "Xã Ví Dụ Suối Mây (bịa)", "vn/lao-cai"),
    ("vn/lao-cai/vi-du-ben-ngoi", "Phường Ví Dụ Bến Ngòi (bịa)", "vn/lao-cai"),
    ("vn/lai-chau/vi-du-nam-sang", "Xã Ví Dụ Nậm Sáng (bịa)", "vn/lai-chau"),
    ("vn/lai-chau/vi-du-doi-che", "Phường Ví Dụ Đồi Chè (bịa)", "vn/lai-chau"),
    ("vn/ninh-binh/vi-du-dong-xanh", "Phường Ví Dụ Đồng Xanh (bịa)", "vn/ninh-binh"),
    ("vn/ninh-binh/vi-du-song-van", "Xã Ví Dụ Sông Vân (bịa)", "vn/ninh-binh"),
)

_UNIONS = (
    ("cd/lao-cai/vi-du-kcn", "Công đoàn các khu công nghiệp Ví Dụ tỉnh Lào Cai (bịa)", "cd/lao-cai"),
    ("cd/ninh-binh/vi-du-dong-xanh", "Công đoàn phường Ví Dụ Đồng Xanh (bịa)", "cd/ninh-binh"),
    ("cd/thanh-hoa/vi-du-hoang-giang", "Công đoàn xã Ví Dụ vùng Hoằng Giang (bịa)", "cd/thanh-hoa"),
)

# number, name after "Công ty", commune, union above the grassroots union, trade, share, culture
_ENTERPRISES = (
    (1, "CP Ví Dụ Khai khoáng Mây Trắng", "vn/lao-cai/vi-du-suoi-may", "cd/lao-cai/vi-du-kcn", "cơ điện", 13,
     Culture(law=91, skill=77, life=68, digital=58, title=41, all_round=15)),
    (2, "TNHH Ví Dụ May Hoa Ban", "vn/lao-cai/vi-du-ben-ngoi", "cd/lao-cai/vi-du-kcn", "may", 11,
     Culture(law=74, skill=52, life=55, digital=38, title=27, all_round=8)),
    (3, "TNHH Ví Dụ Chế biến Quế Rừng", "vn/lao-cai/vi-du-ben-ngoi", "cd/lao-cai/vi-du-kcn", "chế biến", 6,
     Culture(law=58, skill=41, life=36, digital=22, title=12, all_round=4)),
    (4, "CP Ví Dụ Vận tải Sông Hồng", "vn/lao-cai/vi-du-suoi-may", "cd/lao-cai", "vận tải", 5,
     Culture(law=83, skill=61, life=72, digital=66, title=33, all_round=9)),
    (5, "TNHH Ví Dụ Chè Nậm Sáng", "vn/lai-chau/vi-du-nam-sang", "cd/lai-chau", "chế biến", 6,
     Culture(law=88, skill=64, life=60, digital=71, title=29, all_round=10)),
    (6, "CP Ví Dụ Thủy điện Nậm Mây", "vn/lai-chau/vi-du-nam-sang", "cd/lai-chau", "cơ điện", 5,
     Culture(law=97, skill=86, life=81, digital=88, title=58, all_round=24)),
    (7, "TNHH Ví Dụ Vật liệu Đồi Chè", "vn/lai-chau/vi-du-doi-che", "cd/lai-chau", "xây dựng", 4,
     Culture(law=49, skill=33, life=30, digital=19, title=8, all_round=2)),
    (8, "TNHH Ví Dụ Giày Đồng Xanh", "vn/ninh-binh/vi-du-dong-xanh", "cd/ninh-binh/vi-du-dong-xanh", "may", 15,
     Culture(law=79, skill=58, life=49, digital=44, title=31, all_round=8)),
    (9, "CP Ví Dụ Cơ khí Cố Đô", "vn/ninh-binh/vi-du-dong-xanh", "cd/ninh-binh/vi-du-dong-xanh", "cơ điện", 9,
     Culture(law=93, skill=82, life=63, digital=70, title=52, all_round=18)),
    (10, "TNHH Ví Dụ Du lịch Tràng Sen", "vn/ninh-binh/vi-du-song-van", "cd/ninh-binh", "dịch vụ", 5,
     Culture(law=66, skill=71, life=78, digital=74, title=22, all_round=12)),
    (11, "CP Ví Dụ Xi măng Núi Vôi", "vn/ninh-binh/vi-du-song-van", "cd/ninh-binh", "xây dựng", 7,
     Culture(law=71, skill=47, life=44, digital=31, title=19, all_round=5)),
    (12, "TNHH Ví Dụ May Hoằng Giang", "vn/thanh-hoa/hoang-giang", "cd/thanh-hoa/vi-du-hoang-giang", "may", 7,
     Culture(law=92, skill=74, life=66, digital=67, title=37, all_round=11)),
    (13, "TNHH Ví Dụ Gạch ngói Sông Mã", "vn/thanh-hoa/hoang-giang", "cd/thanh-hoa/vi-du-hoang-giang", "xây dựng", 4,
     Culture(law=77, skill=54, life=58, digital=40, title=24, all_round=6)),
    (14, "CP Ví Dụ Nông sản Bến Cát", "vn/thanh-hoa/hoang-giang", "cd/thanh-hoa/vi-du-hoang-giang", "chế biến", 3,
     Culture(law=96, skill=87, life=88, digital=83, title=63, all_round=20)),
)  # fmt: skip


def enterprises() -> tuple[Enterprise, ...]:
    """The fourteen invented enterprises: at least three under each of the four local plans."""
    return tuple(
        Enterprise(
            code=f"dn/vd-{number:02d}",
            name=f"Công ty {name}",
            union=f"cdcs/vd-{number:02d}",
            area=commune if commune == "vn/thanh-hoa/hoang-giang" else commune.rsplit("/", 1)[0],
            commune=commune,
            trade=trade,
            share=share,
            site=f"vd{number:02d}.vidu.example",
            culture=culture,
        )
        for number, name, commune, _above, trade, share, culture in _ENTERPRISES
    )


def merger(as_of: date) -> Merger:
    """Two communes of Lào Cai become one in the middle of the year of the as-of day, or of the year before."""
    year = as_of.year if (as_of.month, as_of.day) >= (7, 1) else as_of.year - 1
    return Merger(
        ("vn/lao-cai/vi-du-suoi-may", "vn/lao-cai/vi-du-ben-ngoi"),
        "vn/lao-cai/vi-du-suoi-ngoi",
        "Phường Ví Dụ Suối Ngòi (bịa)",
        "vn/lao-cai",
        max(date(year, 7, 1), FOUNDED + timedelta(days=1)),
    )


def units(as_of: date) -> tuple[Unit, ...]:
    """Every invented unit, parents before children: communes, unions, grassroots unions, enterprises."""
    new = merger(as_of)
    rows = [Unit(code, name, ADMINISTRATIVE, parent, "", FOUNDED) for code, name, parent in _COMMUNES]
    rows.append(Unit(new.code, new.name, ADMINISTRATIVE, new.parent, "", new.day))
    rows += [Unit(code, name, TRADE_UNION, "", parent, FOUNDED) for code, name, parent in _UNIONS]
    above = {f"cdcs/vd-{number:02d}": union for number, _name, _commune, union, *_rest in _ENTERPRISES}
    for enterprise in enterprises():
        name = f"CĐCS {enterprise.name}"
        rows.append(Unit(enterprise.union, name, GRASSROOTS_UNION, "", above[enterprise.union], FOUNDED))
        rows.append(Unit(enterprise.code, enterprise.name, ENTERPRISE, enterprise.commune, enterprise.union, FOUNDED))
    return tuple(rows)
