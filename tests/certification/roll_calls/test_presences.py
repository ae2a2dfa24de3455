"""Who was at a session becomes a Statement at once: by code, by tick, from paper; late, twice, wrongly."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from certification.acts import chain
from certification.evidence import forgetting, kept_files
from certification.people import linking, merging, workers
from certification.roll_calls import codes, figures, meetings, presences, words
from certification.roll_calls.meetings import Meeting, Plan
from certification.roll_calls.presences import Confirmed, NotPresent, NotTaken, Tick, Ticked
from certification.spreadsheets import ImportFaults
from lrs import api
from lrs.db import Database, new_id
from tests.certification import learning
from tests.certification.import_files import faults_of
from tests.certification.learning import PROFILE
from tests.certification.world import World
from tests.conftest import PEPPER
from tests.threads import ended

PNG = b"\x89PNG\r\n\x1a\n" + b"to giay"


class Gate:
    """An officer's session of cdcs/a, from 12:00 to 13:00 in Vietnam, with NV-1 and NV-2 of dn/a, NV-3 of dn/b."""

    def __init__(self, world: World) -> None:
        self.world, self.database, self.tenant, self.now = world, world.database, world.tenant, world.now
        with self.database.writing(self.tenant) as session:
            self.ids = [world.employ(session, code) for code in ("dn/a", "dn/a", "dn/b")]
        self.meeting = self.open()

    def open(self, **parts: Any) -> Meeting:
        told = {"title": "Luật Lao động", "delivery": "talk", "topics": ["law-labour"], "starts": self.now}
        told |= {"ends": self.now + timedelta(minutes=60), "place": "Nhà ăn ca"}
        with self.database.writing(self.tenant) as session:
            plan = Plan(**{**told, **parts})
            return meetings.open_one(session, self.tenant, "cdcs/a", plan, by="can-bo", now=self.now)

    def digits(self, at: datetime, meeting: Meeting | None = None) -> str:
        one = meeting or self.meeting
        return codes.digits_at(one.secret, at, one.step_seconds)

    def confirm(self, number: str, digits: str, seen: datetime, now: datetime | None = None, **parts: Any) -> Confirmed:
        told = {"address": self.meeting.address, "account": number, "secret": PEPPER, "now": now or seen, **parts}
        with self.database.writing(self.tenant) as session:
            person = workers.find(session, self.tenant, number)
            return presences.confirm(session, self.tenant, person, digits, seen, **told)

    def refused(self, *args: Any, **parts: Any) -> str:
        with pytest.raises(NotTaken) as error:
            self.confirm(*args, **parts)
        return str(error.value)

    def tick(self, *ticks: Tick, now: datetime | None = None) -> Sequence[Ticked]:
        told: Any = {"by": "can-bo", "secret": PEPPER, "now": now or self.now}
        with self.database.writing(self.tenant) as session:
            return presences.tick(session, self.tenant, self.meeting.id, ticks, **told)

    def type_in(self, *numbers: str, picture: bytes = PNG, now: datetime | None = None) -> tuple[int, int]:
        told: Any = {"by": "can-bo", "secret": PEPPER, "now": now or self.now}
        with self.database.writing(self.tenant) as session:
            return presences.type_in(session, self.tenant, self.meeting.id, numbers, picture, "ds.png", **told)

    def withdraw(self, number: str, reason: str = "đánh dấu nhầm") -> None:
        told: Any = {"reason": reason, "by": "can-bo", "secret": PEPPER, "now": self.now}
        with self.database.writing(self.tenant) as session:
            presences.withdraw(session, self.tenant, self.meeting.id, number, **told)

    def step(self, name: str, now: datetime | None = None) -> Meeting:
        with self.database.writing(self.tenant) as session:
            return meetings.step(session, self.tenant, self.meeting.id, name, by="can-bo", now=now or self.now)

    def statements(self) -> list[dict[str, Any]]:
        with self.database.reading(self.tenant) as session:
            return [one.document for one in api.changes(session, self.tenant, None).statements]

    def learned(self) -> set[tuple[str, str, int, int]]:
        learning.follow_all(self.database, self.tenant, self.now)
        rows = learning.facts(self.database, self.tenant)
        return {(number, what, minutes, level) for number, _, what, _, minutes, _, level, _ in rows}

    def there(self) -> list[str]:
        with self.database.reading(self.tenant) as session:
            return [one.number for one in figures.present(session, self.tenant, self.meeting)]


@pytest.fixture
def gate(world: World) -> Gate:
    return Gate(world)


def test_a_scan_is_a_statement_at_once_and_names_nobody(gate: Gate, now: datetime) -> None:
    done = gate.confirm("NV-1", gate.digits(now), now)
    assert (done.present, done.again, done.sent_later) == (now, False, False)
    assert gate.learned() == {("NV-1", what, 60, 2) for what in ("law-labour", "learning", "community")}
    [made] = gate.statements()
    organizer = {"homePage": f"urn:uuid:{gate.tenant}", "name": "organization/cdcs/a"}
    assert made["authority"]["account"] == made["context"]["instructor"]["account"] == organizer
    assert made["context"]["registration"] == str(gate.meeting.id)
    assert made["context"]["contextActivities"]["category"] == [{"id": f"{PROFILE}/topic/law-labour"}]
    assert made["timestamp"] == "2026-11-20T05:00:00Z"
    source = {"list": str(gate.meeting.id), "how": "scan", "sent-later": False}
    assert made["context"]["extensions"][f"{PROFILE}/extension/source-list"] == source
    text = json.dumps(made, ensure_ascii=False)
    assert "Người" not in text and "can-bo" not in text
    with gate.database.reading(gate.tenant) as session:
        acts = [one.act for one in chain.listed(session, gate.tenant, limit=9, subject=f"roll-call:{gate.meeting.id}")]
        assert acts == ["roll_call.open"]


def test_the_second_scan_says_since_when_whatever_its_code(gate: Gate, now: datetime) -> None:
    gate.confirm("NV-1", gate.digits(now), now)
    again = gate.confirm("NV-1", "000000", now + timedelta(minutes=30))
    assert (again.again, again.present) == (True, now)
    assert words.again(again.present) == "Anh/chị đã được ghi có mặt lúc 12:00. Không cần quét lại"
    assert len(gate.statements()) == 1


def test_the_code_shown_and_the_one_before_are_taken_and_no_other(gate: Gate, now: datetime) -> None:
    digits = gate.digits(now)
    assert gate.refused("NV-1", digits, now + timedelta(seconds=30)) == words.CHANGED
    assert gate.refused("NV-1", digits, now - timedelta(seconds=15)) == words.CHANGED
    gate.confirm("NV-1", digits, now + timedelta(seconds=29))
    assert gate.refused("NV-2", gate.digits(now, gate.open()), now) == words.CHANGED


def test_a_ticket_is_worth_five_minutes_and_says_what_this_server_saw(gate: Gate, now: datetime) -> None:
    sealed = codes.ticket(PEPPER, gate.meeting.address, gate.digits(now), now)
    read = codes.read_ticket(PEPPER, sealed)
    assert read is not None and (read.address, read.digits, read.seen) == (gate.meeting.address, gate.digits(now), now)
    for forged in (sealed[:-1] + "x", sealed.replace(read.digits, "123456"), "", "a.b", "a.b.c.d", "é.1.2.é"):
        assert codes.read_ticket(PEPPER, forged) is None
    assert codes.read_ticket(b"another installation's secret....", sealed) is None
    later = now + timedelta(minutes=5)
    assert gate.refused("NV-1", read.digits, read.seen, later + timedelta(seconds=1), proven=True) == words.CHANGED
    done = gate.confirm("NV-1", read.digits, read.seen, later, proven=True)
    assert (done.present, done.sent_later) == (now, False)
    assert {level for *_, level in gate.learned()} == {2}


def test_what_a_telephone_kept_without_a_network_is_taken_for_a_day_at_one_level_less(
    gate: Gate, now: datetime
) -> None:
    seen = now + timedelta(minutes=10)
    digits = gate.digits(seen)
    gate.step("close", now + timedelta(hours=2))
    late = seen + timedelta(hours=24)
    assert gate.refused("NV-1", digits, seen, late + timedelta(seconds=1)) == words.TOO_LATE
    assert gate.refused("NV-1", "000000", seen, late) == words.CHANGED
    done = gate.confirm("NV-1", digits, seen, late)
    assert (done.present, done.sent_later) == (seen, True)
    assert {level for *_, level in gate.learned()} == {1}


def test_codes_are_taken_within_the_window_and_while_the_session_is_open(gate: Gate, now: datetime) -> None:
    early, over = now - timedelta(minutes=31), now + timedelta(minutes=91)
    assert gate.refused("NV-1", gate.digits(early), early) == "Buổi học mở lúc 11:30. Lúc đó quét lại mã đang hiện"
    assert "hết giờ điểm danh lúc 13:30" in gate.refused("NV-1", gate.digits(over), over)
    gate.step("pause")
    assert gate.refused("NV-1", gate.digits(now), now) == words.PAUSED
    gate.step("resume")
    gate.step("resume")
    gate.step("close")
    after = now + timedelta(minutes=1)
    assert gate.refused("NV-1", gate.digits(after), after) == words.CLOSED
    with pytest.raises(meetings.StepRefused):
        gate.step("pause")
    gate.step("reopen")
    gate.confirm("NV-1", gate.digits(after), after)
    with gate.database.reading(gate.tenant) as session:
        acts = [one.act for one in chain.listed(session, gate.tenant, limit=9, subject=f"roll-call:{gate.meeting.id}")]
    assert acts[::-1] == [f"roll_call.{name}" for name in ("open", "pause", "resume", "close", "reopen")]


def test_somebody_of_another_branch_is_not_taken(gate: Gate, now: datetime) -> None:
    assert gate.refused("NV-3", gate.digits(now), now) == words.OUTSIDE
    assert gate.refused("NV-3", gate.digits(now), now, address="") == words.CHANGED
    [one] = gate.tick(Tick(new_id(), "NV-3"))
    assert (one.present, one.refusal) == (None, words.NOBODY)


def test_six_digits_alone_lead_to_the_session_of_the_own_branch(gate: Gate, now: datetime) -> None:
    done = gate.confirm("NV-1", gate.digits(now), now, address="")
    assert done.meeting.id == gate.meeting.id
    with gate.database.reading(gate.tenant) as session:
        [one] = figures.present(session, gate.tenant, gate.meeting)
    assert one.how == "digits"


def test_a_queue_sent_again_doubles_nothing_even_after_a_correction(gate: Gate, now: datetime) -> None:
    queue = [Tick(new_id(), "NV-1", timedelta(minutes=9)), Tick(new_id(), "NV-2"), Tick(new_id(), "NV-2")]
    first = gate.tick(*queue)
    assert [(one.again, one.present) for one in first] == [
        (False, now - timedelta(minutes=9)), (False, now), (True, now),
    ]  # fmt: skip
    gate.withdraw("NV-2")
    assert [one.again for one in gate.tick(*queue[:2])] == [True, True]
    assert gate.there() == ["NV-1"]
    assert gate.tick(Tick(new_id(), "NV-2"))[0].again is False, "ticked anew, she is there after all"
    assert sorted(gate.there()) == ["NV-1", "NV-2"]
    assert {(number, level) for number, _, _, level in gate.learned()} == {("NV-1", 2), ("NV-2", 2)}
    with gate.database.reading(gate.tenant) as session:
        found = {one.number: one.sent_later for one in figures.present(session, gate.tenant, gate.meeting)}
    assert found == {"NV-1": True, "NV-2": False}


def test_ticks_made_before_closing_are_taken_afterwards(gate: Gate, now: datetime) -> None:
    gate.step("close", now + timedelta(minutes=10))
    later = now + timedelta(hours=3)
    before, after = gate.tick(Tick(new_id(), "NV-1", timedelta(hours=2, minutes=55)), Tick(new_id(), "NV-2"), now=later)
    assert before.present == now + timedelta(minutes=5)
    assert after.refusal == words.ALREADY_CLOSED


def test_a_correction_voids_and_is_on_record(gate: Gate, now: datetime) -> None:
    gate.tick(Tick(new_id(), "NV-1"))
    gate.withdraw("NV-1", "không có mặt")
    assert gate.learned() == set()
    with pytest.raises(NotPresent):
        gate.withdraw("NV-1")
    assert faults_of(lambda: gate.withdraw("NV-2", " ")) == ["reason: chưa ghi lý do; ghi lý do và căn cứ"]
    with gate.database.reading(gate.tenant) as session:
        [act, _] = chain.listed(session, gate.tenant, limit=9, subject=f"roll-call:{gate.meeting.id}")
        assert (act.act, act.worker, act.detail) == ("roll_call.withdraw", gate.ids[0], {"reason": "không có mặt"})
        assert chain.verify(session, gate.tenant).faults == ()
        [gone] = figures.present(session, gate.tenant, gate.meeting, withdrawn=True)
        assert (gone.number, gone.withdrawn_by, gone.reason) == ("NV-1", "can-bo", "không có mặt")


def test_two_telephones_at_once_are_one_presence(gate: Gate, now: datetime) -> None:
    digits = gate.digits(now)
    done: list[Confirmed] = []
    both = [
        threading.Thread(daemon=True, target=lambda: done.append(gate.confirm("NV-1", digits, now))) for _ in range(2)
    ]
    for one in both:
        one.start()
    for one in both:
        ended(one)
    assert len(done) == 2 and len(gate.statements()) == 1


def test_one_telephone_for_several_is_listed_and_means_nothing_elsewhere(gate: Gate, now: datetime) -> None:
    gate.confirm("NV-1", gate.digits(now), now, device="may-cua-an")
    gate.confirm("NV-2", gate.digits(now), now, device="may-cua-an")
    with gate.database.reading(gate.tenant) as session:
        there = figures.present(session, gate.tenant, gate.meeting)
    [together] = figures.of_one_device(there)
    assert {one.number for one in together} == {"NV-1", "NV-2"}
    assert there[0].device == codes.device_mark(gate.meeting.secret, "may-cua-an")
    assert there[0].device != codes.device_mark(gate.open().secret, "may-cua-an")


def test_a_paper_list_is_typed_in_whole_with_its_picture(gate: Gate, now: datetime) -> None:
    gate.tick(Tick(new_id(), "NV-1"))
    with pytest.raises(ImportFaults) as error:
        gate.type_in("NV-1", "NV-9", "NV-1", picture=b"GIF89a")
    assert [(one.row, one.column) for one in error.value.faults] == [(0, "picture"), (2, "numbers"), (3, "numbers")]
    assert gate.there() == ["NV-1"]
    assert gate.type_in("NV-1", "NV-2") == (1, 1)
    assert gate.type_in("NV-1", "NV-2") == (0, 2)
    assert {(number, level) for number, _, _, level in gate.learned()} == {("NV-1", 2), ("NV-2", 1)}
    with gate.database.reading(gate.tenant) as session:
        [sheet] = figures.sheets(session, gate.tenant, gate.meeting)
        assert kept_files.read(session, gate.tenant, sheet.sha256)[1] == PNG


def test_the_picture_goes_with_whoever_is_erased_and_the_others_stay(gate: Gate, now: datetime) -> None:
    gate.type_in("NV-1", "NV-2")
    with gate.database.writing(gate.tenant) as session:
        linking.link(session, gate.tenant, learning.ifi("an"), "NV-1", by="x", now=now)
        forgotten = forgetting.forget_actor(session, gate.tenant, learning.ifi("an"), by="x", now=now)
    assert forgotten.files_removed == 1
    with gate.database.reading(gate.tenant) as session:
        assert figures.sheets(session, gate.tenant, gate.meeting) == []
        with pytest.raises(kept_files.UnknownFile):
            kept_files.read(session, gate.tenant, kept_files.hash_of(PNG))
    assert sorted(gate.there()) == ["NV-1", "NV-2"]


def test_two_records_of_one_person_merged_are_present_once_and_taken_back_whole(gate: Gate, now: datetime) -> None:
    gate.tick(Tick(new_id(), "NV-1"), Tick(new_id(), "NV-2"))
    with gate.database.writing(gate.tenant) as session:
        merging.merge(session, gate.tenant, "NV-1", "NV-2", by="x", basis="một người", now=now)
        assert figures.counts(session, gate.tenant, [gate.meeting.id]) == {gate.meeting.id: 1}
    gate.withdraw("NV-1")
    assert gate.learned() == set()


def test_the_screen_shows_digits_the_count_and_the_last_five_while_it_is_open(gate: Gate, now: datetime) -> None:
    gate.tick(Tick(new_id(), "NV-1"), now=now)
    gate.tick(Tick(new_id(), "NV-2"), now=now + timedelta(seconds=4))
    with gate.database.reading(gate.tenant) as session:
        seen = figures.screen(session, gate.tenant, gate.meeting, now + timedelta(seconds=4))
        assert (seen.digits, seen.seconds_left, seen.count) == (gate.digits(now), 11, 2)
        assert [one.number for one in seen.last] == ["NV-2", "NV-1"]
        assert figures.screen(session, gate.tenant, gate.meeting, now - timedelta(hours=1)).digits == ""
        assert [one.number for one in figures.roster(session, gate.tenant, gate.meeting)] == ["NV-1", "NV-2"]
    paused = gate.step("pause")
    with gate.database.reading(gate.tenant) as session:
        assert figures.screen(session, gate.tenant, paused, now).digits == ""


def test_every_fault_of_a_session_is_told_at_once(gate: Gate, now: datetime) -> None:
    with pytest.raises(ImportFaults) as error:
        gate.open(title=" ", delivery="x", topics=["khong-co"], ends=now, early_minutes=-1, place="0912345678")
    assert [one.column for one in error.value.faults] == [
        "title", "place", "delivery", "topics", "ends", "early_minutes",
    ]  # fmt: skip
    with pytest.raises(ImportFaults) as error:
        gate.open(topics=[])
    assert [one.column for one in error.value.faults] == ["topics"]


def test_a_neighbours_session_is_nobodys_here(gate: Gate, database: Database, other_tenant: UUID) -> None:
    with database.reading(other_tenant) as session:
        for look in (
            lambda: meetings.find(session, other_tenant, gate.meeting.id),
            lambda: meetings.at_address(session, other_tenant, gate.meeting.address),
        ):
            with pytest.raises(meetings.UnknownRollCall):
                look()
        assert meetings.listed(session, other_tenant, organizations=None) == []
