"""National numbers are put under another key: wherever it is broken off nothing is lost, and doubles are found."""

from __future__ import annotations

import stat
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from certification.access.permissions import Role
from certification.acts import chain
from certification.models import NationalNumber, Worker
from certification.people import merging, national_keys, national_numbers, number_rotation
from certification.people.national_keys import BrokenKeys
from certification.people.national_numbers import Keys, MissingKey
from tests.certification.access.people import account, give, signed_in
from tests.certification.world import World
from tests.conftest import PEPPER

SAME, OTHER = "001190077120", "001190077121"
NEW = b"n" * 32


class Staff:
    """NV-1 and NV-2 have one number, NV-3 another; all are sealed."""

    def __init__(self, world: World) -> None:
        self.world, self.tenant, self.now = world, world.tenant, world.now
        with world.database.writing(self.tenant) as session:
            national_numbers.set_sealing(session, self.tenant, on=True)
            self.ids = [world.employ(session, "dn/a") for _ in range(3)]
        for worker, number in zip(self.ids, (SAME, SAME, OTHER), strict=True):
            self.tell(worker, number)

    def keys(self, *later: bytes) -> Keys:
        return Keys.of(self.tenant, PEPPER, later)

    def tell(self, worker: UUID, number: str, *later: bytes) -> None:
        """As a roster does."""
        with self.world.database.writing(self.tenant) as session:
            keys = national_numbers.in_force(session, self.tenant, self.keys(*later))
            row = national_numbers.row(keys, national_numbers.check(number), worker, sealed=True, now=self.now)
            session.add(NationalNumber(**row))

    def rotate(self, *later: bytes, now: datetime | None = None) -> number_rotation.Rotated:
        told = {"by": "hoa", "now": now or self.now}
        return number_rotation.rotate(self.world.database, self.tenant, self.keys(*later), **told)

    def doubles(self) -> list[tuple[str, str]]:
        with self.world.database.reading(self.tenant) as session:
            return [(one.number, one.other_number) for one in national_numbers.doubles(session, self.tenant)]

    def opened(self, *later: bytes) -> list[str | None]:
        with self.world.database.reading(self.tenant) as session:
            found = national_numbers.opened_all(session, self.tenant, self.ids, self.keys(*later))
        return [found.get(one, {}).get("cccd") for one in self.ids]

    def generations(self) -> list[int]:
        with self.world.database.reading(self.tenant) as session:
            asked = sa.select(NationalNumber.generation).where(NationalNumber.tenant_id == self.tenant)
            return sorted(session.scalars(asked))

    def owners(self, number: str, *later: bytes) -> Sequence[str]:
        with self.world.database.reading(self.tenant) as session:
            keys = national_numbers.in_force(session, self.tenant, self.keys(*later))
            digest = keys.digest(national_numbers.check(number))
            return [each for _, each in national_numbers.owners(session, self.tenant, [digest]).get(digest, [])]


@pytest.fixture
def staff(world: World) -> Staff:
    return Staff(world)


def test_numbers_come_under_the_new_key_and_the_old_one_opens_nothing(staff: Staff) -> None:
    assert staff.doubles() == [("NV-1", "NV-2")]
    done = staff.rotate(NEW)
    assert (done.generation, done.hashes, done.sealed, done.unreadable) == (1, 3, 3, 0)
    assert staff.doubles() == [("NV-1", "NV-2")]
    assert staff.owners(SAME, NEW) == ["NV-1", "NV-2"]
    assert staff.opened(NEW) == [SAME, SAME, OTHER]
    assert staff.opened() == [None, None, None]
    with pytest.raises(MissingKey, match="national_number_keys"):
        staff.owners(SAME)
    assert staff.rotate(NEW).hashes == 0
    second = staff.rotate(NEW, b"m" * 32)
    assert (second.generation, second.hashes, staff.opened(NEW, b"m" * 32)[2]) == (2, 3, OTHER)
    with staff.world.database.reading(staff.tenant) as session:
        assert chain.verify(session, staff.tenant).faults == ()
        acts = [one.act for one in chain.listed(session, staff.tenant, limit=9)]
    assert acts.count(number_rotation.ROTATED) == 2


def test_broken_off_after_any_step_nothing_is_lost_and_it_goes_on(
    staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = number_rotation._step
    for steps in (0, 1, 1):  # then one row of three is left
        left = [steps]

        def stopping(*args: Any, left: list[int] = left) -> int:
            if not left[0]:
                raise RuntimeError
            left[0] -= 1
            return real(*args[:-1], 1)

        with monkeypatch.context() as patch:
            patch.setattr(number_rotation, "_step", stopping)
            with pytest.raises(RuntimeError):
                staff.rotate(NEW)
        assert staff.generations() == [0, 0, 0]
        assert staff.doubles() == [("NV-1", "NV-2")]
        assert staff.owners(SAME, NEW) == ["NV-1", "NV-2"]
        assert staff.opened(NEW) == [SAME, SAME, OTHER]
    with monkeypatch.context() as patch:

        def broken(*_: Any, **__: Any) -> None:
            raise RuntimeError

        patch.setattr(number_rotation.chain, "add", broken)
        with pytest.raises(RuntimeError):
            staff.rotate(NEW)
    assert (staff.generations(), staff.opened(NEW)) == ([0, 0, 0], [SAME, SAME, OTHER])
    assert (staff.rotate(NEW).hashes, staff.generations()) == (3, [1, 1, 1])
    assert (staff.doubles(), staff.opened(NEW)) == ([("NV-1", "NV-2")], [SAME, SAME, OTHER])


def test_what_a_roster_brings_meanwhile_comes_under_the_new_key_too(
    staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = number_rotation._finish
    with staff.world.database.writing(staff.tenant) as session:
        late = staff.world.employ(session, "dn/b")
    staff.ids.append(late)

    def meanwhile(session: Any, *args: Any, **told: Any) -> number_rotation.Rotated:
        row = national_numbers.row(staff.keys(), national_numbers.check(OTHER), late, sealed=True, now=staff.now)
        session.add(NationalNumber(**row))
        session.flush()
        return real(session, *args, **told)

    monkeypatch.setattr(number_rotation, "_finish", meanwhile)
    assert staff.rotate(NEW).hashes == 4
    assert sorted(staff.doubles()) == [("NV-1", "NV-2"), ("NV-3", "NV-4")]
    assert staff.generations() == [1, 1, 1, 1]
    assert staff.opened(NEW)[3] == OTHER


def test_a_number_of_a_merged_record_is_sealed_for_that_record_still(staff: Staff) -> None:
    with staff.world.database.writing(staff.tenant) as session:
        session.execute(sa.delete(NationalNumber).where(NationalNumber.worker_id == staff.ids[0]))
        merging.merge(session, staff.tenant, "NV-1", "NV-2", by="hoa", basis="một người", now=staff.now)
    done = staff.rotate(NEW)
    assert (done.sealed, done.unreadable) == (2, 0)
    assert staff.opened(NEW)[0] == SAME


def test_what_no_key_opens_stays_and_is_told(staff: Staff) -> None:
    with staff.world.database.writing(staff.tenant) as session:
        theirs = sa.update(NationalNumber).where(NationalNumber.worker_id == staff.ids[2])
        session.execute(theirs.values(sealed=b"x" * 40))
    done = staff.rotate(NEW)
    assert (done.hashes, done.sealed, done.unreadable) == (3, 2, 1)
    assert staff.opened(NEW) == [SAME, SAME, None]
    with staff.world.database.reading(staff.tenant) as session:
        kept = session.scalar(sa.select(NationalNumber.sealed).where(NationalNumber.worker_id == staff.ids[2]))
    assert kept == b"x" * 40


def test_a_row_that_comes_back_under_an_older_key_is_put_under_the_new_one(staff: Staff) -> None:
    """As when a merger is undone that was made before."""
    with staff.world.database.writing(staff.tenant) as session:
        mine = sa.select(NationalNumber.__table__).where(NationalNumber.worker_id == staff.ids[1])
        kept = dict(session.execute(mine).mappings().one())
        session.execute(sa.delete(NationalNumber).where(NationalNumber.worker_id == staff.ids[1]))
    staff.rotate(NEW)
    with staff.world.database.writing(staff.tenant) as session:
        session.execute(sa.insert(NationalNumber.__table__), [kept])
    assert staff.doubles() == []
    assert staff.rotate(NEW).hashes == 1
    assert (staff.doubles(), staff.opened(NEW)[1]) == ([("NV-1", "NV-2")], SAME)


def test_another_tenants_numbers_stay_as_they_are(staff: Staff, other_world: World) -> None:
    theirs = Staff(other_world)
    double = theirs.doubles()
    staff.rotate(NEW)
    assert (theirs.generations(), theirs.opened(), theirs.doubles()) == ([0, 0, 0], [SAME, SAME, OTHER], double)


# ---------------------------------------------------------------- the file of keys, the command


def test_a_key_is_made_once_and_kept_for_its_owner_alone(tmp_path: Path) -> None:
    assert national_keys.read(tmp_path) == ()
    first = national_keys.add(tmp_path, after=0)
    assert national_keys.add(tmp_path, after=0) == first == national_keys.read(tmp_path)
    both = national_keys.add(tmp_path, after=1)
    assert (both[0], len(both), len(both[1])) == (first[0], 2, 32)
    file = tmp_path / national_keys.FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.write_text(f"{first[0].hex()}\nkhông phải\n")
    with pytest.raises(BrokenKeys, match="line 2"):
        national_keys.read(tmp_path)


def test_the_command_makes_a_key_and_says_what_it_did(app: Any, staff: Staff) -> None:
    def run(*words: str) -> Any:
        return app.test_cli_runner().invoke(args=["certification", "rotate-national-keys", "--by", "hoa", *words])

    folder = app.extensions["settings"].data_dir
    assert "nothing was left to do" in run().output
    done = run("--new-key")
    assert done.exit_code == 0, done.output
    assert "3 hashes and 3 sealed numbers are under key 1" in done.output
    assert "nothing was left to do" in run().output
    assert staff.opened(*national_keys.read(folder)) == [SAME, SAME, OTHER]
    (folder / national_keys.FILE).unlink()
    assert "national_number_keys" in run().output
    with staff.world.database.reading(staff.tenant) as session:
        assert session.scalar(sa.select(sa.func.count()).where(Worker.tenant_id == staff.tenant)) == 3


def test_over_http_a_key_that_is_missing_is_one_clear_answer(app: Any, client: Any, staff: Staff) -> None:
    account(staff.world.database, staff.tenant, "lan", staff.now)
    give(staff.world.database, staff.tenant, "lan", Role.OPERATOR, staff.now)
    headers = signed_in(client, "lan")
    staff.rotate(NEW)
    heading = "Mã người lao động,Họ và tên,Mã doanh nghiệp,Ngày vào làm,Số CCCD\n"
    roster = (heading + f"NV-9,Lê Mai,dn/a,01/03/2024,{OTHER}\n").encode()
    answer = client.post("/api/roster", data=roster, headers={**headers, "Content-Type": "text/csv"})
    assert (answer.status_code, "national_number_keys" in answer.text) == (409, True)
    file = app.extensions["settings"].data_dir / national_keys.FILE
    file.write_text("hỏng\n")
    answer = client.post("/api/roster", data=roster, headers={**headers, "Content-Type": "text/csv"})
    assert (answer.status_code, "line 1" in answer.text) == (409, True)
    file.write_text(f"{NEW.hex()}\n")
    assert client.post("/api/roster", data=roster, headers={**headers, "Content-Type": "text/csv"}).status_code == 200
    assert sorted(staff.doubles()) == [("NV-1", "NV-2"), ("NV-3", "NV-9")]
