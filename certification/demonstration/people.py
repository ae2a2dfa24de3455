"""Invented workers: names, employments, accounts, titles, attestations and how much each learns.

Names are put together from common Vietnamese name parts and end in "(bịa)"; numbers begin with "VD-". All of it is
drawn from the seed: no clock, no other source of chance.
"""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from certification.demonstration.enterprises import Enterprise, Unit, enterprises, units

LEARNING_PLATFORM = "https://hoc.vidu.example"
ROLL_CALL_PLATFORM = "https://diemdanh.vidu.example"
MARK = "(bịa)"
TWICE_EVERY = 45
"""One worker in so many is on the roster twice; of those who have an account on the roll-call platform too."""
ATTESTED_INDICATORS = ("CS4", "CS8", "CS9", "CS10")
TITLE_YEARS_BACK = (1, 2)
"""Titles recognised earlier are of the year before the as-of day's, and of the one before that."""


@dataclass(frozen=True, slots=True)
class Account:
    """How a platform names a worker. Exactly one is given: an account on a home page, a mail address, or its SHA-1."""

    home_page: str = ""
    name: str = ""
    """The account's name; only with a home page."""
    mail: str = ""
    mail_sha1: str = ""

    @property
    def ifi(self) -> str:
        """As people write it: `homePage|name`, `mailto:…`, or `mbox_sha1sum …` (which a roster has no way to say)."""
        if self.home_page:
            return f"{self.home_page}|{self.name}"
        return f"mailto:{self.mail}" if self.mail else f"mbox_sha1sum {self.mail_sha1}"

    def agent(self) -> dict[str, Any]:
        """The Agent a platform puts into a Statement; it carries no name of a person."""
        if self.home_page:
            return {"objectType": "Agent", "account": {"homePage": self.home_page, "name": self.name}}
        if self.mail:
            return {"objectType": "Agent", "mbox": f"mailto:{self.mail}"}
        return {"objectType": "Agent", "mbox_sha1sum": self.mail_sha1}


@dataclass(frozen=True, slots=True)
class Job:
    """An employment. `ended` is the last day of it, None while it lasts."""

    enterprise: Enterprise
    started: date
    ended: date | None
    position: str
    union_member: bool
    union_cadre: bool

    def on(self, day: date) -> bool:
        return self.started <= day and (self.ended is None or day <= self.ended)


@dataclass(frozen=True, slots=True)
class Title:
    """That the title was recognised for a year."""

    year: int
    decision: str
    decided_on: date
    body: str


@dataclass(frozen=True, slots=True)
class Vouching:
    """Points for an indicator that a person vouches for."""

    year: int
    indicator: str
    points: int
    attested_by: str
    attested_on: date
    basis: str


@dataclass(frozen=True, slots=True)
class Diligence:
    """What a worker learns in the year: groups reached, and for the all-round the indicator left out, if any."""

    groups: frozenset[str]
    """Of law, skill, life, digital."""
    able: bool
    """Shows digital ability, not only presence."""
    all_round: bool
    lacks: str
    """The indicator an all-round worker neglects ("CS6"), "" for none."""


@dataclass(frozen=True, slots=True)
class Person:
    """An invented worker. `jobs` are in order of their beginning; the first account is the one most used."""

    number: str
    full_name: str
    gender: str
    jobs: tuple[Job, ...]
    accounts: tuple[Account, ...]
    titles: tuple[Title, ...]
    vouchings: tuple[Vouching, ...]
    diligence: Diligence
    double: str = ""
    """The number of a second record with the second account, for somebody who is on the roster twice by mistake."""

    @property
    def enterprise(self) -> Enterprise:
        """Where the worker is, or last was."""
        return self.jobs[-1].enterprise

    def employed_on(self, day: date) -> bool:
        return any(job.on(day) for job in self.jobs)


@dataclass(frozen=True, slots=True)
class World:
    """Everything invented, from one seed."""

    seed: int
    as_of: date
    units: tuple[Unit, ...]
    enterprises: tuple[Enterprise, ...]
    people: tuple[Person, ...]

    @property
    def first_day(self) -> date:
        """First day of the year of learning; its last is `as_of`."""
        return self.as_of - timedelta(days=364)


def invent(*, seed: int, as_of: date, workers: int) -> World:
    """A world of `workers` people (at least 42, so that every enterprise has three)."""
    firms = enterprises()
    if workers < 3 * len(firms):
        raise ValueError(
            f"at least {3 * len(firms)} workers are needed, three for each enterprise; {workers} asked for"
        )
    chance = random.Random(f"{seed}/people")  # noqa: S311 - invented people
    people: list[Person] = []
    for firm, size in zip(firms, _sizes(firms, workers), strict=True):
        for place in range(size):
            people.append(_person(chance, len(people) + 1, firm, place, firms, as_of))
    return World(seed=seed, as_of=as_of, units=units(as_of), enterprises=firms, people=tuple(people))


def _sizes(firms: tuple[Enterprise, ...], workers: int) -> list[int]:
    """Heads per enterprise by share, at least three each; the largest takes what rounding leaves."""
    whole = sum(firm.share for firm in firms)
    sizes = [max(3, workers * firm.share // whole) for firm in firms]
    sizes[max(range(len(sizes)), key=sizes.__getitem__)] += workers - sum(sizes)
    return sizes


_FAMILY = (
    "Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Lò", "Vàng", "Giàng", "Hà", "Ngô", "Đinh",
)  # fmt: skip
_MIDDLE = {
    "nữ": ("Thị", "Thị Thu", "Thị Ngọc", "Thị Mai", "Thanh", "Thị Bích"),
    "nam": ("Văn", "Đức", "Quang", "Minh", "Xuân", "Hữu"),
}
_GIVEN = {
    "nữ": ("Hoa", "Lan", "Hương", "Thảo", "Yến", "Dung", "Nga", "Oanh", "Mai", "Sen", "Hạnh", "Loan", "Thúy", "Mỷ"),
    "nam": ("Hùng", "Dũng", "Tuấn", "Sơn", "Long", "Khánh", "Bình", "Thắng", "Páo", "Chinh", "Toàn", "Việt", "Lâm"),
}
_POSITIONS = {
    "may": ("Công nhân may", "Công nhân cắt", "Công nhân là hơi", "Kiểm hàng", "Tổ trưởng chuyền may"),
    "cơ điện": ("Công nhân vận hành", "Thợ điện", "Thợ hàn", "Công nhân bảo trì", "Trưởng ca"),
    "chế biến": ("Công nhân chế biến", "Công nhân đóng gói", "Thủ kho", "Tổ trưởng sản xuất"),
    "vận tải": ("Lái xe", "Phụ xe", "Thợ sửa chữa", "Điều độ viên"),
    "xây dựng": ("Công nhân lò nung", "Công nhân bốc xếp", "Thợ xây", "Lái máy xúc"),
    "dịch vụ": ("Nhân viên buồng phòng", "Nhân viên bếp", "Hướng dẫn viên", "Lễ tân"),
}
_FEMALE_PER_CENT = {"may": 78, "cơ điện": 24, "chế biến": 58, "vận tải": 8, "xây dựng": 19, "dịch vụ": 62}


def _person(
    chance: random.Random, serial: int, firm: Enterprise, place: int, firms: tuple[Enterprise, ...], as_of: date
) -> Person:
    """Worker number `serial`, the `place`-th of an enterprise. The first two of each are its union's cadres."""
    gender = "nữ" if chance.randrange(100) < _FEMALE_PER_CENT[firm.trade] else "nam"
    number = f"VD-{serial:06d}"
    jobs = _jobs(chance, firm, place, firms, as_of)
    diligence = _diligence(chance, firm, place)
    return Person(
        number=number,
        full_name=" ".join(
            (chance.choice(_FAMILY), chance.choice(_MIDDLE[gender]), chance.choice(_GIVEN[gender]), MARK)
        ),
        gender=gender,
        jobs=jobs,
        accounts=_accounts(chance, number, firm, serial),
        titles=_titles(chance, firm, jobs, as_of),
        vouchings=_vouchings(chance, firm, diligence, as_of),
        diligence=diligence,
        double=f"{number}-2" if serial % TWICE_EVERY == 0 else "",
    )


def _jobs(
    chance: random.Random, firm: Enterprise, place: int, firms: tuple[Enterprise, ...], as_of: date
) -> tuple[Job, ...]:
    """Mostly one lasting employment; now and then a joiner, a leaver, a change of employer, or two at once."""
    new_year = date(as_of.year, 1, 1)
    cadre = place < 2 or chance.random() < 0.02
    member = cadre or chance.random() < 0.86
    started = new_year - timedelta(days=chance.randint(330, 4400))
    in_year = new_year + timedelta(days=chance.randint(20, max(21, (as_of - new_year).days - 5)))
    fate = 0.0 if cadre else chance.random()
    position = chance.choice(_POSITIONS[firm.trade])
    if fate < 0.80:
        return (Job(firm, started, None, position, member, cadre),)
    if fate < 0.89:
        return (Job(firm, in_year, None, position, member, False),)
    if fate < 0.95:
        return (Job(firm, started, in_year, position, member, False),)
    if fate < 0.97:
        return (Job(firm, started, new_year - timedelta(days=chance.randint(2, 25)), position, member, False),)
    other = chance.choice([each for each in firms if each.area == firm.area and each.code != firm.code])
    elsewhere = chance.choice(_POSITIONS[other.trade])
    if fate < 0.99:
        moved = in_year + timedelta(days=chance.randint(1, 14))
        first = Job(firm, started, in_year, position, member, False)
        return (first, Job(other, min(moved, as_of), None, elsewhere, member, False))
    return (
        Job(other, started + timedelta(days=5), None, elsewhere, False, False),
        Job(firm, started + timedelta(days=90), None, position, member, False),
    )


def _accounts(chance: random.Random, number: str, firm: Enterprise, serial: int) -> tuple[Account, ...]:
    """An opaque account on the learning platform; for some a second elsewhere, a mail address or the hash of one."""
    token = hashlib.sha256(f"{number}/{chance.getrandbits(64)}".encode()).hexdigest()
    accounts = [Account(home_page=LEARNING_PLATFORM, name=f"hv-{token[:12]}")]
    mail = f"nld{token[20:28]}@{firm.site}"
    if serial % 9 == 0:
        accounts.append(Account(home_page=ROLL_CALL_PLATFORM, name=f"the-{token[12:20]}"))
    if firm.trade in ("may", "cơ điện") or serial % 20 == 0:
        accounts.append(Account(mail=mail))
    elif serial % 30 == 1:
        accounts.append(Account(mail_sha1=hashlib.sha1(f"mailto:{mail}".encode()).hexdigest()))  # noqa: S324 - xAPI's own
    return tuple(accounts)


def _titles(chance: random.Random, firm: Enterprise, jobs: tuple[Job, ...], as_of: date) -> tuple[Title, ...]:
    titles = []
    for back in sorted(TITLE_YEARS_BACK, reverse=True):
        year = as_of.year - back
        share = firm.culture.title if back == 1 else firm.culture.title * 2 // 3
        lucky = chance.randrange(100) < share
        if lucky and jobs[0].started <= date(year, 6, 30):
            titles.append(
                Title(year, f"{10 + back}/QĐ-VD {MARK}", date(year + 1, 2, 20), f"Hội Khuyến học Ví Dụ {MARK}")
            )
    return tuple(titles)


def _diligence(chance: random.Random, firm: Enterprise, place: int) -> Diligence:
    """Drawn from the enterprise's culture; the third worker of each is all-round but for one indicator."""
    culture = firm.culture
    roll = {name: chance.randrange(100) for name in ("law", "skill", "life", "digital", "able", "all", "lack")}
    all_round = place == 2 or roll["all"] < culture.all_round
    lacking = ("CS6", "CS2", "CS7", "CS3", "", "", "", "", "", "")
    return Diligence(
        groups=frozenset(
            name for name in ("law", "skill", "life", "digital") if all_round or roll[name] < getattr(culture, name)
        ),
        able=all_round or roll["able"] < 72,
        all_round=all_round,
        lacks="" if not all_round else "CS6" if place == 2 else lacking[roll["lack"] % len(lacking)],
    )


_BASES = {
    "CS4": "Nhận xét của tổ sản xuất: động viên, kèm đồng nghiệp học (bịa)",
    "CS8": "Góp ý tại hội nghị người lao động, có biên bản (bịa)",
    "CS9": "Nhận xét của tổ công đoàn (bịa)",
    "CS10": "Danh sách tham gia hoạt động chung của tổ (bịa)",
}


def _vouchings(chance: random.Random, firm: Enterprise, diligence: Diligence, as_of: date) -> tuple[Vouching, ...]:
    """All four indicators for most of the all-round; some for a few others; none for the rest."""
    roll = chance.random()
    if diligence.all_round:
        asked = ATTESTED_INDICATORS if roll < 0.8 else ATTESTED_INDICATORS[:2]
        low, high = 7, 9
    elif roll < 0.12:
        asked = ATTESTED_INDICATORS if roll < 0.06 else ATTESTED_INDICATORS[2:]
        low, high = 4, 8
    else:
        return ()
    return tuple(
        Vouching(
            year=as_of.year,
            indicator=indicator,
            points=chance.randint(low, high),
            attested_by=f"Chủ tịch {firm.union.upper()} {MARK}",
            attested_on=as_of - timedelta(days=chance.randint(1, 40)),
            basis=_BASES[indicator],
        )
        for indicator in asked
    )
