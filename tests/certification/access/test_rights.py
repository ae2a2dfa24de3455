"""Who may do what about whom: roles held against the dated trees, attacked from every side."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from certification.access import accounts, records, rights, roles
from certification.access.permissions import (
    MAY_GIVE,
    OF_KEPT_RECORDS,
    OVER,
    PURPOSES,
    REACHES,
    TABLE,
    UNION_ROLES,
    Act,
    Role,
)
from certification.access.rights import NotAllowed
from certification.access.roles import RoleRefused
from certification.access.who import Held, Who
from certification.evidence.witnesses import AsRole
from certification.models import Employment, OrganizationParent, Worker
from certification.people import merging
from certification.people.workers import UnknownWorker, find
from certification.privacy import consents
from lrs import api
from tests.certification.access.people import STARTS, account, give, who
from tests.certification.world import World
from tests.conftest import PEPPER

ON = date(2026, 11, 20)
READ = Act.READ_ASSESSMENT


@pytest.fixture
def people(world: World) -> dict[str, UUID]:
    """One worker in each of the enterprises a, b and c, one in both a and b, and one who left a."""
    with world.database.writing(world.tenant) as session:
        return {
            "a": world.employ(session, "dn/a"),
            "b": world.employ(session, "dn/b"),
            "c": world.employ(session, "dn/c"),
            "ab": world.employ(session, "dn/a", "dn/b"),
            "left": world.employ(session, "dn/a", ended=date(2026, 11, 19)),
            "last": world.employ(session, "dn/a", ended=ON),
        }


def seen(world: World, asking: Who, people: dict[str, UUID], act: Act = READ, on: date = ON) -> set[str]:
    """Whom the caller sees; the list and each single question must agree."""
    with world.database.reading(world.tenant) as session:
        reach = rights.reach(asking, act, on)
        listed = set(session.scalars(sa.select(Worker.id).where(reach.workers(session, Worker.id))))
        for worker in people.values():
            assert rights.may(session, asking, act, on, worker=worker) == (worker in listed)
    return {name for name, worker in people.items() if worker in listed}


def officer(world: World, name: str, role: Role, unit: str | None, on: date = ON, **given: object) -> Who:
    account(world.database, world.tenant, name, world.now)
    give(world.database, world.tenant, name, role, world.now, organization=unit, **given)
    return who(world.database, world.tenant, name, on)


# ---------------------------------------------------------------- how far roles reach


def test_a_branch_of_many_people_reaches_as_far_as_one_of_few(
    world: World, people: dict[str, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    asking = officer(world, "hoa", Role.GRASSROOTS_OFFICER, "cdcs/a")
    for wide in (rights.WIDE, 0):
        monkeypatch.setattr(rights, "WIDE", wide)
        assert seen(world, asking, people) == {"a", "ab", "last"}
        with world.database.reading(world.tenant) as session:
            reach = rights.reach(asking, READ, ON)
            assert reach.is_wide(session) == (wide == 0)
            employed = sa.select(Employment.worker_id).where(reach.workers(session, Employment.worker_id))
            assert set(session.scalars(employed)) == {people[one] for one in ("a", "ab", "last")}


@pytest.mark.parametrize(
    ("role", "unit", "expected"),
    [
        (Role.GRASSROOTS_OFFICER, "cdcs/a", {"a", "ab", "last"}),
        (Role.GRASSROOTS_OFFICER, "cdcs/trong", set()),
        (Role.UPPER_OFFICER, "cd/lai-chau", {"a", "b", "ab", "last"}),
        (Role.UPPER_OFFICER, "vn/lao-cai", {"c"}),
        (Role.AUDITOR, "cd/lao-cai", {"c"}),
        (Role.AUDITOR, None, {"a", "b", "c", "ab", "left", "last"}),
        (Role.ENTERPRISE, "dn/a", set()),
        (Role.OPERATOR, None, set()),
    ],
)
def test_a_role_reaches_the_branch_below_its_unit_and_no_further(
    world: World, other_world: World, people: dict[str, UUID], role: Role, unit: str | None, expected: set[str]
) -> None:
    assert seen(world, officer(world, "lan", role, unit), people) == expected


def keep_record(world: World, number: str, union: str) -> UUID:
    """The worker agrees that the union keeps the record, from the day of the tests."""
    with world.database.writing(world.tenant) as session:
        [shown] = [
            one for one in consents.wordings(session, world.tenant, union, ON) if one.purpose.id == "union-record"
        ]
        agreed = [consents.Agreed(shown.purpose.id, shown.digest)]
        told = {"how": consents.ON_PAPER, "paper": "Cặp 3", "by": "hoa", "now": world.now}
        [made] = consents.give(session, world.tenant, number, union, agreed, **told)
    return made.id


def test_officers_of_the_union_that_keeps_a_record_see_it_until_the_worker_takes_it_back(
    world: World, other_world: World, people: dict[str, UUID]
) -> None:
    number = "NV-5"
    assert people["left"] == numbered(world, number)
    near = officer(world, "lan", Role.GRASSROOTS_OFFICER, "cdcs/a")
    upper = officer(world, "minh", Role.UPPER_OFFICER, "cd/lai-chau")
    others = [
        officer(world, "binh", Role.GRASSROOTS_OFFICER, "cdcs/trong"),
        officer(world, "chi", Role.UPPER_OFFICER, "cd/lao-cai"),
        officer(world, "dung", Role.AUDITOR, "cd/lai-chau"),
        officer(world, "dn", Role.ENTERPRISE, "dn/a"),
    ]
    assert "left" not in seen(world, near, people)
    consent = keep_record(world, number, "cdcs/a")
    for act in OF_KEPT_RECORDS - {Act.ANSWER_DATA_REQUESTS}:
        for asking in (near, upper):
            assert "left" in seen(world, asking, people, act)
    for act in (Act.CHANGE_IDENTITY, Act.ATTEST, Act.TAKE_DOSSIER_STEPS, Act.READ_IDENTITY):
        assert "left" not in seen(world, near, people, act)
    for asking in others:
        assert "left" not in seen(world, asking, people)
    with world.database.writing(world.tenant) as session:
        world.also(session, people["left"], "dn/c", started=ON)
    assert "left" not in seen(world, near, people), "whoever works elsewhere is the next union's"
    with world.database.writing(world.tenant) as session:
        session.execute(sa.delete(Employment).where(Employment.started == ON))
        consents.withdraw(session, world.tenant, number, [consent], by="hoa", now=world.now)
    assert "left" not in seen(world, near, people)


def numbered(world: World, number: str) -> UUID:
    with world.database.reading(world.tenant) as session:
        return find(session, world.tenant, number).id


def test_an_enterprise_sees_what_its_own_workers_learnt_and_nothing_that_the_union_judges(
    world: World, people: dict[str, UUID]
) -> None:
    asking = officer(world, "dn", Role.ENTERPRISE, "dn/a")
    assert seen(world, asking, people, Act.READ_LEARNING) == {"a", "ab", "last"}
    allowed = {act for act in Act if Role.ENTERPRISE in TABLE[act].roles}
    of_lists = {Act.TAKE_IN_LISTS, Act.READ_LISTS}  # of its own, of who learnt what
    of_its_people = {Act.IMPORT_PEOPLE, Act.DECLARE_HEADCOUNTS, Act.READ_HEADCOUNTS}
    of_transcripts = {Act.READ_TRANSCRIPT, Act.RECEIVE_TRANSCRIPTS, Act.READ_PURPOSES}  # each as far as a ground goes
    of_itself = {
        Act.CHANGE_OWN_KEYS,
        Act.READ_OWN_SHARE,
        Act.DECLARE_OWN_HEADCOUNT,
    }  # keys that open no more; how many hold the title
    assert allowed == {Act.READ_LEARNING, Act.RECEIVE_ERASURES, *of_lists, *of_its_people, *of_transcripts, *of_itself}
    assert Role.ENTERPRISE not in UNION_ROLES


def test_a_team_lead_sees_the_team_as_long_as_its_members_are_in_it_and_in_the_enterprise(
    world: World, people: dict[str, UUID]
) -> None:
    numbers = {worker: number for number, worker in _numbers(world)}
    team = [numbers[people[name]] for name in ("a", "ab", "left")]
    with world.database.writing(world.tenant) as session:
        assert roles.set_team(session, world.tenant, "dn/a", "Tổ 1", team, on=date(2026, 1, 1)) == (3, 0)
    lead = officer(world, "lead", Role.TEAM_LEAD, "dn/a", team="Tổ 1")
    assert seen(world, lead, people) == {"a", "ab"}
    with world.database.writing(world.tenant) as session:
        changed = roles.set_team(session, world.tenant, "dn/a", "Tổ 1", [numbers[people["a"]]], on=ON)
    assert changed == (0, 2)
    assert seen(world, lead, people) == {"a"}
    assert seen(world, lead, people, on=date(2026, 11, 18)) == {"a", "ab", "left"}


def _numbers(world: World) -> list[tuple[str, UUID]]:
    with world.database.reading(world.tenant) as session:
        rows = session.execute(sa.select(Worker.number, Worker.id).where(Worker.tenant_id == world.tenant))
        return [(row.number, row.id) for row in rows]


def test_a_worker_sees_the_own_record_and_nobody_elses(world: World, people: dict[str, UUID]) -> None:
    account(world.database, world.tenant, "cn", world.now, worker=people["left"])
    asking = who(world.database, world.tenant, "cn", ON)
    assert seen(world, asking, people) == {"left"}
    assert seen(world, asking, people, Act.READ_UNKNOWN_ACTORS) == set()


def test_an_account_without_roles_sees_nobody(world: World, people: dict[str, UUID]) -> None:
    account(world.database, world.tenant, "lan", world.now)
    asking = who(world.database, world.tenant, "lan", ON)
    assert all(seen(world, asking, people, act) == set() for act in Act)
    assert not any(rights.reach(asking, act, ON) for act in Act)


def test_a_role_in_one_tenant_is_nothing_in_another(world: World, other_world: World, people: dict[str, UUID]) -> None:
    """Units and accounts of the same codes and names there."""
    theirs = officer(other_world, "lan", Role.UPPER_OFFICER, "cd/lai-chau")
    moved = Who(world.tenant, "lan", account=theirs.account, roles=theirs.roles)
    assert seen(world, moved, people) == set()
    with world.database.writing(world.tenant) as session, pytest.raises(accounts.AccountRefused):
        roles.give(
            session,
            roles.at_terminal(world.tenant),
            Role.OPERATOR,
            account="lan",
            starts=ON,
            reason="x",
            now=world.now,
        )


# ---------------------------------------------------------------- time


@pytest.mark.parametrize(
    ("starts", "until", "holds"),
    [
        (ON, None, True),
        (ON + timedelta(1), None, False),
        (STARTS, ON, False),
        (STARTS, ON + timedelta(1), True),
    ],
)
def test_a_role_holds_from_its_first_day_to_the_day_before_it_ends(
    world: World, people: dict[str, UUID], starts: date, until: date | None, holds: bool
) -> None:
    asking = officer(world, "lan", Role.GRASSROOTS_OFFICER, "cdcs/b", starts=starts, until=until)
    assert seen(world, asking, people) == ({"b", "ab"} if holds else set())
    kept = Who(world.tenant, "lan", roles=(Held(Role.AUDITOR, starts=starts, until=until),))
    assert bool(rights.reach(kept, READ, ON)) == holds, "nor by roles that were read on another day"


def test_a_unit_that_moved_to_another_branch_is_seen_from_there_alone(world: World, people: dict[str, UUID]) -> None:
    before = officer(world, "lc", Role.UPPER_OFFICER, "cd/lai-chau")
    after = officer(world, "lca", Role.UPPER_OFFICER, "cd/lao-cai")
    with world.database.writing(world.tenant) as session:
        moved = OrganizationParent.organization_id == world.ids["cdcs/b"]
        session.execute(sa.update(OrganizationParent).where(moved).values(valid_to=ON - timedelta(1)))
        session.add(
            OrganizationParent(
                organization_id=world.ids["cdcs/b"],
                tree="union",
                parent_id=world.ids["cd/lao-cai"],
                valid_from=ON,
                valid_to=None,
            )
        )
    assert seen(world, before, people) == {"a", "ab", "last"}
    assert seen(world, after, people) == {"b", "ab", "c"}
    assert seen(world, before, people, on=ON - timedelta(1)) == {"a", "b", "ab", "left", "last"}


def test_over_a_unit_that_has_ended_there_is_nothing(world: World, people: dict[str, UUID]) -> None:
    with world.database.reading(world.tenant) as session:
        assert rights.branch(session, world.tenant, world.ids["dn/xong"], ON) == frozenset()
        assert rights.branch(session, world.tenant, world.ids["dn/xong"], date(2026, 10, 31)) == {world.ids["dn/xong"]}
        assert rights.branch(session, world.tenant, uuid4(), ON) == frozenset()


def test_upwards_and_downwards_a_branch_is_the_same_on_every_day(world: World) -> None:
    days = [date(2019, 12, 31), date(2026, 10, 31), date(2026, 11, 1), ON]
    for code in ("vn", "vn/lai-chau", "cd/lai-chau", "cdcs/a", "dn/xong", "cd/lao-cai"):
        asking = Who(world.tenant, "x", roles=(Held(Role.AUDITOR, world.ids[code]),))
        for day in days:
            with world.database.reading(world.tenant) as session:
                down = rights.branch(session, world.tenant, world.ids[code], day)
                up = {one for one in world.ids.values() if rights.may(session, asking, READ, day, organization=one)}
            assert up == down


def test_a_merged_record_is_seen_and_spoken_of_as_one_person(world: World, people: dict[str, UUID]) -> None:
    """Whoever turns out to be another worker as well does not get to attest himself or herself."""
    account(world.database, world.tenant, "lan", world.now, worker=people["b"])
    give(world.database, world.tenant, "lan", Role.UPPER_OFFICER, world.now, organization="cd/lai-chau")
    with world.database.writing(world.tenant) as session:
        merging.merge(session, world.tenant, "NV-1", "NV-2", by="x", basis="trùng", now=world.now)
    asking = who(world.database, world.tenant, "lan", ON)
    assert asking.worker == people["a"]
    with world.database.reading(world.tenant) as session:
        assert rights.witness(session, asking, READ, ON).worker_ids == {people["a"]}


def test_asking_costs_one_command_however_many_there_are(
    world: World, people: dict[str, UUID], count_commands: object
) -> None:
    asking = officer(world, "lan", Role.UPPER_OFFICER, "cd/lai-chau")
    with world.database.reading(world.tenant) as session, count_commands() as commands:  # type: ignore[operator]
        rights.may(session, asking, READ, ON, worker=people["a"])
    assert len([one for one in commands if "SELECT" in one]) == 1


# ---------------------------------------------------------------- witnesses


def test_a_witness_speaks_for_the_branch_and_never_for_himself(world: World, people: dict[str, UUID]) -> None:
    account(world.database, world.tenant, "lan", world.now, worker=people["a"])
    give(world.database, world.tenant, "lan", Role.GRASSROOTS_OFFICER, world.now, organization="cdcs/a")
    asking = who(world.database, world.tenant, "lan", ON)
    with world.database.reading(world.tenant) as session:
        found = rights.witness(session, asking, READ, ON)
        assert found.worker_ids == {people["a"]}
        assert found.enterprise_ids == {world.ids["dn/a"]}
        assert found.roles == (AsRole(Role.GRASSROOTS_OFFICER, found.enterprise_ids),)
        with pytest.raises(NotAllowed):
            rights.witness(session, Who(world.tenant, "cn", worker=people["b"], roles=(Held(Role.WORKER),)), READ, ON)
        with pytest.raises(UnknownWorker):
            rights.find_worker(session, asking, READ, "NV-2", ON)


# ---------------------------------------------------------------- giving, ending, handing over


def given_by(world: World, asking: Who, role: Role, unit: str | None, to: str = "to") -> UUID:
    with world.database.writing(world.tenant) as session:
        return roles.give(
            session, asking, role, account=to, organization=unit, starts=ON, reason="quyết định 2", now=world.now
        )


def test_nobody_gives_more_than_the_table_says_or_outside_the_branch_or_to_oneself(world: World) -> None:
    account(world.database, world.tenant, "to", world.now)
    upper = officer(world, "tren", Role.UPPER_OFFICER, "cd/lai-chau")
    grassroots = officer(world, "coso", Role.GRASSROOTS_OFFICER, "cdcs/a")
    enterprise = officer(world, "dn", Role.ENTERPRISE, "dn/a")
    auditor = officer(world, "ktra", Role.AUDITOR, None)
    operator = officer(world, "vh", Role.OPERATOR, None)
    for asking, role, unit, to in (
        (upper, Role.OPERATOR, None, "to"),
        (upper, Role.AUDITOR, "cd/lai-chau", "to"),
        (upper, Role.AUDITOR, None, "to"),
        (upper, Role.UPPER_OFFICER, "cd/lai-chau", "to"),
        (upper, Role.GRASSROOTS_OFFICER, "cdcs/c", "to"),
        (upper, Role.GRASSROOTS_OFFICER, "cdcs/a", "tren"),
        (grassroots, Role.GRASSROOTS_OFFICER, "cdcs/a", "to"),
        (enterprise, Role.ENTERPRISE, "dn/a", "to"),
        (auditor, Role.AUDITOR, None, "to"),
        (operator, Role.UPPER_OFFICER, "cd/lai-chau", "vh"),
        (Who(world.tenant, "x"), Role.GRASSROOTS_OFFICER, "cdcs/a", "to"),
    ):
        with pytest.raises(NotAllowed):
            given_by(world, asking, role, unit, to)
    assert who(world.database, world.tenant, "to", ON).roles == ()
    given_by(world, upper, Role.GRASSROOTS_OFFICER, "cdcs/a")
    given_by(world, operator, Role.UPPER_OFFICER, "cd/lao-cai")
    assert Role.OPERATOR not in {
        role for giver, some in MAY_GIVE.items() if giver is not Role.OPERATOR for role in some
    }


@pytest.mark.parametrize(
    ("role", "unit", "field"),
    [
        (Role.WORKER, None, "role"),
        (Role.GRASSROOTS_OFFICER, None, "organization"),
        (Role.GRASSROOTS_OFFICER, "dn/a", "organization"),
        (Role.GRASSROOTS_OFFICER, "không/có", "organization"),
        (Role.UPPER_OFFICER, "cdcs/a", "organization"),
        (Role.ENTERPRISE, "cdcs/a", "organization"),
        (Role.OPERATOR, "cd/lai-chau", "organization"),
        (Role.TEAM_LEAD, "dn/a", "team"),
    ],
)
def test_a_role_is_over_a_unit_of_its_kind(world: World, role: Role, unit: str | None, field: str) -> None:
    account(world.database, world.tenant, "to", world.now)
    with pytest.raises(RoleRefused) as refused:
        given_by(world, roles.at_terminal(world.tenant), role, unit)
    assert refused.value.field == field


def test_a_key_of_another_tenant_or_a_test_key_gets_no_role(world: World, other_tenant: UUID) -> None:
    keys = []
    for tenant, test in ((other_tenant, False), (world.tenant, True)):
        with world.database.writing(tenant) as session:
            keys.append(
                api.create_credential(
                    session, tenant, name="x", scopes=["certification/branch"], pepper=PEPPER, now=world.now, test=test
                )[0]
            )
    for key in (*keys, "không có"):
        with world.database.writing(world.tenant) as session, pytest.raises(RoleRefused) as refused:
            roles.give(
                session,
                roles.at_terminal(world.tenant),
                Role.AUDITOR,
                key=key,
                starts=ON,
                reason="x",
                now=world.now,
            )
        assert refused.value.field == "key"


def test_a_hand_over_is_one_act_after_which_the_one_sees_nothing_and_the_other_all(
    world: World, people: dict[str, UUID]
) -> None:
    upper = officer(world, "tren", Role.UPPER_OFFICER, "cd/lai-chau")
    officer(world, "cu", Role.GRASSROOTS_OFFICER, "cdcs/a", until=date(2027, 1, 1))
    account(world.database, world.tenant, "moi", world.now)
    (role,) = (one for one in _given(world) if one.account == "cu")
    with world.database.writing(world.tenant) as session:
        new = roles.hand_over(session, upper, role.id, "moi", on=ON, reason="đại hội", now=world.now)
    assert seen(world, who(world.database, world.tenant, "cu", ON), people) == set()
    assert seen(world, who(world.database, world.tenant, "moi", ON), people) == {"a", "ab", "last"}
    assert seen(world, who(world.database, world.tenant, "moi", ON - timedelta(1)), people) == set()
    after = {one.account: one for one in _given(world)}
    assert (after["cu"].until, after["moi"].starts, after["moi"].until) == (ON, ON, date(2027, 1, 1))
    with world.database.reading(world.tenant) as session:
        acts = [(one.by, one.act, one.about, one.role) for one in records.latest(session, world.tenant, limit=2)]
    assert set(acts) == {("tren", "hand-over", "cu", role.id), ("tren", "give-role", "moi", new)}


def _given(world: World) -> list[roles.Given]:
    with world.database.reading(world.tenant) as session:
        return roles.given(session, world.tenant)


@pytest.mark.parametrize("to", ["cu", "nobody", "nghi"])
def test_a_hand_over_that_cannot_be_leaves_everything_as_it_was(world: World, to: str) -> None:
    officer(world, "cu", Role.GRASSROOTS_OFFICER, "cdcs/a")
    account(world.database, world.tenant, "nghi", world.now)
    with world.database.writing(world.tenant) as session:
        accounts.deactivate(session, world.tenant, "nghi", by="x", reason="x", now=world.now)
    before = _given(world)
    with pytest.raises((RoleRefused, accounts.AccountRefused)), world.database.writing(world.tenant) as session:
        roles.hand_over(session, roles.at_terminal(world.tenant), before[0].id, to, on=ON, reason="x", now=world.now)
    assert _given(world) == before


def test_a_role_that_is_ended_is_kept_with_its_days(world: World, people: dict[str, UUID], now: datetime) -> None:
    officer(world, "lan", Role.GRASSROOTS_OFFICER, "cdcs/a")
    (role,) = _given(world)
    terminal = roles.at_terminal(world.tenant)
    with world.database.writing(world.tenant) as session:
        roles.end(session, terminal, role.id, on=ON, reason="thôi việc", now=now)
    with world.database.writing(world.tenant) as session, pytest.raises(RoleRefused):
        roles.end(session, terminal, role.id, on=ON, reason="thôi việc", now=now)
    (role,) = _given(world)
    assert (role.starts, role.until) == (STARTS, ON)
    assert seen(world, who(world.database, world.tenant, "lan", ON), people) == set()


def test_every_role_says_how_far_it_reaches_over_what_and_what_for_and_the_record_is_only_added_to() -> None:
    assert set(REACHES) == set(PURPOSES) == {Role.WORKER, *OVER} == set(Role)
    assert {name for name in dir(records) if not name.startswith("_")} >= {"add", "latest"}
    assert records.__all__ == ["OF_RIGHTS", "SIGNED_IN", "TRIED", "Kept", "add", "latest", "sign_in"]
