"""Who is late with a report, and whom to phone about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from certification.access.rights import NotAllowed
from certification.reports import filing, late
from certification.reports.late import Contact
from certification.spreadsheets import ImportFaults
from tests.certification.reports.office import KEY, TEXTS, TOP, Office

LAN = Contact("Lê Lan", "0912 345 678", "lan@cdcs-b.example")


def name_contact(office: Office, code: str, contact: Contact | None) -> None:
    with office.world.database.writing(office.tenant) as session:
        late.set_contact(session, office.tenant, office.operator, code, contact, now=office.now)


def test_the_list_says_of_every_unit_how_far_it_is_and_whom_to_phone(office: Office) -> None:
    office.approved(office.hoa, "cdcs/a", {})
    office.enter(office.binh, "cdcs/b", TEXTS)
    name_contact(office, "cdcs/b", LAN)
    with office.world.database.reading(office.tenant) as session:
        found = late.standings(session, office.tenant, TOP, KEY)
    assert [(one.unit.code, one.level, one.above, one.state, one.due) for one in found] == [
        (TOP, 0, None, "new", date(2026, 11, 24)),
        ("cdcs/a", 1, TOP, "approved", date(2026, 11, 19)),
        ("cdcs/b", 1, TOP, "draft", date(2026, 11, 19)),
        ("cdcs/trong", 1, TOP, "new", date(2026, 11, 19)),
    ]
    assert [one.days_late(date(2026, 11, 20)) for one in found] == [0, 0, 1, 1]
    assert [one.days_late(date(2026, 11, 19)) for one in found] == [0, 0, 0, 0]
    assert [one.contact for one in found] == [None, None, LAN, None]


def test_the_list_takes_as_many_commands_for_many_units_as_for_few(
    office: Office, count_commands: Callable[[], Any]
) -> None:
    sent = []
    office.show(TOP)
    for code in ("cdcs/a", TOP):
        with office.world.database.reading(office.tenant) as session, count_commands() as commands:
            late.standings(session, office.tenant, code, KEY)
        sent.append(len(commands))
    assert sent[0] == sent[1] <= 13


def test_a_contact_is_named_replaced_and_taken_away(office: Office) -> None:
    name_contact(office, "cdcs/b", LAN)
    name_contact(office, "cdcs/b", Contact("Lê Lan", "", "lan@cdcs-b.example"))
    with office.world.database.reading(office.tenant) as session:
        assert late.contact(session, office.tenant, "cdcs/b") == Contact("Lê Lan", "", "lan@cdcs-b.example")
    name_contact(office, "cdcs/b", None)
    with office.world.database.reading(office.tenant) as session:
        assert late.contact(session, office.tenant, "cdcs/b") is None


@pytest.mark.parametrize(
    ("contact", "places"),
    [
        (Contact("", "", ""), ["name", "phone"]),
        (Contact("Lan", "gọi Lan", "lan"), ["phone", "email"]),
        (Contact("Lan", "0912345678", "lan@x.vn\nBcc: all@x.vn"), ["email", "email"]),
        (Contact("x" * 201, "0912345678", ""), ["name"]),
        (Contact("Lan", "", "lan@x.vn, all@x.vn"), ["email"]),
    ],
)
def test_every_fault_of_a_contact_is_told(office: Office, contact: Contact, places: list[str]) -> None:
    with pytest.raises(ImportFaults) as refused:
        name_contact(office, "cdcs/b", contact)
    assert [fault.column for fault in refused.value.faults] == places


def test_only_whoever_writes_a_units_report_names_its_contact(office: Office) -> None:
    with office.world.database.writing(office.tenant) as session, pytest.raises(NotAllowed):
        late.set_contact(session, office.tenant, office.hoa, "cdcs/b", LAN, now=office.now)


def test_neither_the_list_nor_that_of_filings_reads_what_reports_say(
    office: Office, count_commands: Callable[[], Any]
) -> None:
    office.approved(office.hoa, "cdcs/a", {})
    office.approved(office.chi, TOP, {})
    office.file()
    with office.world.database.reading(office.tenant) as session, count_commands() as commands:
        late.standings(session, office.tenant, TOP, KEY)
        assert len(filing.filed(session, office.tenant, TOP, KEY)) == 1
    assert not [one for one in commands if "certification_report.said" in one or "filing.content" in one]
