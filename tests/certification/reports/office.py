"""Officers of the unions of Lai Châu and what they do about reports, for the tests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from certification.access.permissions import Role
from certification.access.who import Held, Who
from certification.reports import entering, filing, reading, steps
from certification.reports.filing import Filed
from certification.reports.reading import Key, OneReport
from certification.units import letterheads
from tests.certification.world import World

PLAN = "lai-chau-31-kh-ldld-2026"
KEY = Key(PLAN, "yearly", date(2026, 10, 31))
TOP = "cd/lai-chau"
TEXTS: dict[str, Any] = {
    "results-text": {"value": "Nhận thức có chuyển biến"},
    "limits-text": {"value": "Kinh phí còn hạn hẹp"},
}


class Office:
    """`hoa` of cdcs/a, `binh` of cdcs/b, `chi` and `dung` of the union of the province above them, `operator`."""

    def __init__(self, world: World) -> None:
        self.world, self.tenant, self.now = world, world.tenant, world.now
        self.hoa = self.who("hoa", Role.GRASSROOTS_OFFICER, "cdcs/a")
        self.binh = self.who("binh", Role.GRASSROOTS_OFFICER, "cdcs/b")
        self.chi = self.who("chi", Role.UPPER_OFFICER, TOP)
        self.dung = self.who("dung", Role.UPPER_OFFICER, TOP)
        self.operator = Who(self.tenant, "operator", roles=(Held(Role.OPERATOR),))
        with world.database.writing(self.tenant) as session:
            letterheads.add_signer(
                session, self.tenant, TOP, name="Lò Thị Hằng", office="PHÓ CHỦ TỊCH", authority="TM. BAN THƯỜNG VỤ",
                starts=date(2026, 1, 1), source="QĐ 1", by="test", now=self.now,
            )  # fmt: skip

    def who(self, name: str, role: Role, unit: str) -> Who:
        return Who(self.tenant, name, roles=(Held(role, self.world.ids[unit]),))

    def enter(self, who: Who, code: str, told: Mapping[str, Any], key: Key = KEY) -> OneReport:
        with self.world.database.writing(self.tenant) as session:
            return entering.enter(session, self.tenant, who, code, key, told, now=self.now)

    def take(
        self, who: Who, code: str, step: str, comment: str | None = None, *, key: Key = KEY, now: datetime | None = None
    ) -> OneReport:
        with self.world.database.writing(self.tenant) as session:
            return steps.take(session, self.tenant, who, code, key, step, comment=comment, now=now or self.now)

    def show(self, code: str, key: Key = KEY) -> OneReport:
        with self.world.database.reading(self.tenant) as session:
            return reading.show(session, self.tenant, code, key)

    def approved(self, who: Who, code: str, told: Mapping[str, Any]) -> OneReport:
        """A report that `who` entered and handed in and the unit above approved."""
        self.enter(who, code, {**TEXTS, **told})
        self.take(who, code, "submit")
        return self.take(self.dung, code, "approve")

    def file(self, who: Who | None = None, code: str = TOP, **told: Any) -> Filed:
        said: dict[str, Any] = {
            "signer": "Lò Thị Hằng",
            "filed_on": date(2026, 11, 20),
            "number": "05/BC-LĐLĐ",
            "now": self.now,
            **told,
        }
        with self.world.database.writing(self.tenant) as session:
            prepared = filing.prepare(session, self.tenant, who or self.chi, code, KEY, **said)
            return filing.file(session, self.tenant, who or self.chi, prepared, now=said["now"])
