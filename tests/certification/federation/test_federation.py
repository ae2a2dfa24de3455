"""Roll-ups: made of figures, signed, received once, refused with every fault, and added up without guessing."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from certification.acts import chain
from certification.credentials import proofs
from certification.federation import documents, making, members, rounds, sums
from certification.federation.making import NotSendable
from certification.federation.receiving import AnotherStands
from certification.models import ReceivedRollUp
from certification.targets import freezing
from lrs.api import InvalidRequest
from lrs.db import Database
from tests.certification.federation.province import CUT_OFF, DUE, PLAN, Centre, Province, changed
from tests.certification.learning import add_facts
from tests.certification.world import World


@pytest.fixture
def province(world: World) -> Province:
    """Three at work in Lai Châu, two of whom learned something on law, and one elsewhere."""
    with world.database.writing(world.tenant) as session:
        for enterprise, learns in (("dn/a", True), ("dn/a", True), ("dn/b", False), ("dn/c", True)):
            worker = world.employ(session, enterprise)
            if learns:
                add_facts(session, world.tenant, worker, ["law-labour"])
    return Province(world.database, world.tenant, world.now)


@pytest.fixture
def centre(database: Database, other_tenant: UUID, now: datetime, province: Province) -> Centre:
    """Who gathers, with the same units and plans, and a round that goes on."""
    World(database, other_tenant, now)
    centre = Centre(database, other_tenant, now)
    centre.round()
    return centre


def target(data: bytes | Any, id: str = "G1") -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in json.loads(data)["targets"] if one["id"] == id)
    return found


def test_a_roll_up_says_numbers_and_digests_and_nobodys_name(province: Province) -> None:
    made = province.draft()
    signed = province.sign(made.document.id)
    document = json.loads(signed.document.content)
    assert document["unit"] == {"code": "vn/lai-chau", "name": "Tỉnh Lai Châu"}
    assert (document["edition"], document["corrects"], document["headcount"]) == (1, None, 3)
    assert document["coverage"] == {"enterprises": 2, "reporting": 2, "declared": 0}
    told = target(signed.document.content)
    assert (told["counted"], told["denominator"], told["population"]) == (2, 3, "workers")
    assert b"NV-" not in signed.document.content
    assert signed.salt.hex().encode() not in signed.document.content
    with province.database.reading(province.tenant) as session:
        frozen = freezing.find(session, province.tenant, signed.freezing_id)
        acts = [one.act for one in chain.listed(session, province.tenant, limit=20)]
    assert frozen.figures[f"{PLAN}/G1/counted"] == 2
    assert {"figures.freeze", "roll-up.draft", "roll-up.sign"} <= set(acts)


def test_whoever_has_the_list_and_the_salt_can_check_the_digest_with_nothing_of_ours(province: Province) -> None:
    prepared = province.prepared()
    with province.database.writing(province.tenant) as session:
        made = making.draft(session, province.tenant, prepared, issuer=province.issuer, now=province.now)
    numbers = sorted(prepared.lists["G1"])
    assert len(numbers) == 2
    said = hmac.new(made.salt, "".join(f"{one}\n" for one in ["G1", *numbers]).encode(), hashlib.sha256)
    assert target(made.document.content)["list"] == said.hexdigest()


def test_another_draft_takes_the_place_of_a_draft_and_a_correction_stands_beside_what_was_signed(
    province: Province,
) -> None:
    first = province.draft()
    second = province.draft()
    with province.database.reading(province.tenant) as session:
        assert [one.document.id for one in making.made(session, province.tenant)] == [second.document.id]
    province.sign(second.document.id)
    third = province.sign(province.draft().document.id)
    assert (third.document.edition, third.document.corrects) == (2, second.document.id)
    with province.database.reading(province.tenant) as session:
        states = {one.document.id: one.state for one in making.made(session, province.tenant)}
    assert states == {second.document.id: "superseded", third.document.id: "signed"}
    assert first.document.id not in states
    with pytest.raises(NotSendable), province.database.writing(province.tenant) as session:
        making.discard(session, province.tenant, third.document.id, by="sen", now=province.now)


def test_what_is_signed_stays_as_it_is(province: Province) -> None:
    made = province.draft()
    assert province.sign(made.document.id).document.content == province.sign(made.document.id).document.content


def test_sent_twice_it_is_received_once(province: Province, centre: Centre) -> None:
    centre.member(province)
    data = province.signed()
    first = centre.receive(data)
    again = centre.receive(b"  " + data + b"\n", centre.now + timedelta(days=40))
    assert (first.again, again.again) == (False, True)
    assert (first.id, first.sha256, first.received) == (again.id, again.sha256, again.received)
    with centre.database.reading(centre.tenant) as session:
        kept = session.scalars(sa.select(ReceivedRollUp).where(ReceivedRollUp.tenant_id == centre.tenant)).all()
        assert [one.content for one in kept] == [data]


def refused(centre: Centre, data: bytes, now: datetime | None = None) -> dict[str, str]:
    with pytest.raises(InvalidRequest) as refusal:
        centre.receive(data, now)
    return {one.place: one.message for one in refusal.value.faults}


def test_an_unknown_member_is_refused(province: Province, centre: Centre) -> None:
    assert "is no member here" in refused(centre, province.signed())["/issuer"]


def test_every_fault_is_named_with_its_place(province: Province, centre: Centre) -> None:
    centre.member(province)
    document = json.loads(province.signed())
    wrong = changed(
        province.signed(),
        unit={"code": "vn/lao-cai", "name": "Lào Cai"},
        plan={"id": PLAN, "sha256": "0" * 64},
        basis="unionised",
        targets=[{**document["targets"][0], "id": "G9"}, *document["targets"][1:]],
    )
    found = refused(centre, wrong)
    assert set(found) == {"/unit/code", "/proof", "/basis", "/plan/sha256", "/targets", "/targets/0/id"}
    assert "changed after it was signed" in found["/proof"]


@pytest.mark.parametrize(
    ("parts", "places"),
    [
        ({"edition": 0, "corrects": 7}, {"/edition", "/corrects"}),
        ({"cut_off": "2026-02-30"}, {"/cut_off"}),
        ({"name": "Nguyễn Văn A"}, {"/name"}),
        ({"proof": {}}, {"/proof"}),
        ({"headcount": 2.5}, {"/headcount"}),
        ({"coverage": {"enterprises": 1, "reporting": 1, "declared": 1}}, {"/coverage/enterprises"}),
    ],
)
def test_what_has_not_the_shape_is_refused_at_its_places(
    province: Province, centre: Centre, parts: dict[str, Any], places: set[str]
) -> None:
    assert set(refused(centre, changed(province.signed(), **parts))) == places


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"id": NaN}', b"\xff", b"[" * 5000])
def test_what_is_no_document_is_refused(centre: Centre, data: bytes) -> None:
    assert refused(centre, data)


def test_more_counted_than_there_are_is_refused(province: Province, centre: Centre) -> None:
    document = json.loads(province.signed())
    document["targets"][0]["counted"] = 4
    assert "/targets/0/counted" in refused(centre, changed(province.signed(), targets=document["targets"]))


def test_a_cut_off_that_nobody_asks_for_or_that_is_closed_is_refused(province: Province, centre: Centre) -> None:
    centre.member(province)
    message = refused(centre, province.signed(on=date(2026, 10, 1)))["/cut_off"]
    assert "2026-10-01" in message
    assert str(CUT_OFF) in message, "what is asked for"
    with centre.database.writing(centre.tenant) as session:
        (one,) = rounds.rounds(session, centre.tenant)
        rounds.change(session, centre.tenant, one.id, closed=True, by="tong", reason="hết hạn", now=centre.now)
    assert "closed" in refused(centre, province.signed())["/cut_off"]


def test_another_content_under_the_same_id_and_an_edition_that_is_not_later_are_refused(
    province: Province, centre: Centre
) -> None:
    centre.member(province)
    made = province.draft()
    first = province.sign(made.document.id).document
    centre.receive(first.content)
    key = proofs.SigningKey(province.issuer.key("2026-1"), _secret(province))
    other = {name: value for name, value in first.whole.items() if name != "proof"} | {"headcount": 9}
    forged = proofs.prove(other, key, created=province.now, suite=proofs.PLAIN)
    with pytest.raises(AnotherStands, match="under this id") as refusal:
        centre.receive(changed(json.dumps(forged).encode()))
    assert refusal.value.place == "/id"
    renamed = proofs.prove(
        {**other, "id": documents.urn(UUID(int=7))}, key, created=province.now, suite=proofs.PLAIN
    )  # fmt: skip
    with pytest.raises(AnotherStands, match="edition 1 of this member stands"):
        centre.receive(changed(json.dumps(renamed).encode()))


def test_an_edition_may_correct_one_that_never_came_and_not_one_of_others(province: Province, centre: Centre) -> None:
    centre.member(province)
    first = province.sign(province.draft().document.id).document
    key = proofs.SigningKey(province.issuer.key("2026-1"), _secret(province))
    whole = {name: value for name, value in first.whole.items() if name != "proof"}

    def later(edition: int, id: int, corrects: str) -> bytes:
        other = {**whole, "edition": edition, "id": documents.urn(UUID(int=id)), "corrects": corrects}
        return json.dumps(proofs.prove(other, key, created=province.now, suite=proofs.PLAIN)).encode()

    assert (
        "none stands yet, and 100 at most may be missing"
        in refused(centre, later(1_000_000, 7, documents.urn(UUID(int=6))))["/edition"]
    )
    assert centre.receive(later(2, 7, documents.urn(UUID(int=6)))).edition == 2
    with centre.database.reading(centre.tenant) as session:
        (done,) = chain.listed(session, centre.tenant, limit=1)
    assert done.detail is not None and done.detail["corrects_what_never_came"] == str(UUID(int=6))
    assert "edition 2 stands" in refused(centre, later(104, 8, documents.urn(UUID(int=7))))["/edition"]
    assert centre.receive(later(103, 8, documents.urn(UUID(int=7)))).edition == 103


def _secret(province: Province) -> bytes:
    from certification.certificates import keys
    from tests.certification.federation.province import SECRET

    with province.database.writing(province.tenant) as session:
        told = {"secret": SECRET, "by": "sen", "now": province.now}
        return keys.current(session, province.tenant, province.issuer, **told).secret


def test_a_key_that_was_ended_signs_nothing_more_and_what_came_stays(province: Province, centre: Centre) -> None:
    from certification.certificates import keys
    from tests.certification.federation.province import SECRET

    member = centre.member(province)
    centre.receive(province.signed())
    with province.database.writing(province.tenant) as session:
        keys.rotate(session, province.tenant, province.issuer, secret=SECRET, by="sen", now=province.now)
    correction = province.signed()
    assert "not the issuer's" in refused(centre, correction)["/proof"]
    with centre.database.writing(centre.tenant) as session:
        told = {"by": "tong", "reason": "khoá mới", "now": centre.now}
        members.add_key(session, centre.tenant, member.id, key=province.key(), **told)
        members.end_key(session, centre.tenant, member.id, "2026-1", **told)
    assert centre.receive(correction).edition == 2
    with centre.database.writing(centre.tenant) as session:
        members.end_key(session, centre.tenant, member.id, "2026-2", by="tong", reason="lộ", now=centre.now)
    third = province.signed()
    assert "was ended on 2026-11-20" in refused(centre, third)["/proof/verificationMethod"]
    with centre.database.reading(centre.tenant) as session:
        found = sums.gather(session, centre.tenant, rounds.rounds(session, centre.tenant)[0].id, today=DUE)
    assert [one.document.edition for one in found.lines[0].editions] == [1, 2]


def test_a_missing_member_is_no_nought_and_the_sum_says_that_it_lacks_it(
    province: Province, centre: Centre, world: World
) -> None:
    other = Province(world.database, world.tenant, world.now, "https://lao-cai.example.vn")
    centre.member(province)
    centre.member(other, "vn/lao-cai")
    centre.receive(province.signed())

    def gathered(today: date) -> sums.Gathered:
        with centre.database.reading(centre.tenant) as session:
            return sums.gather(session, centre.tenant, rounds.rounds(session, centre.tenant)[0].id, today=today)

    found = gathered(DUE)
    states = {one.member.organization: (one.state, one.days) for one in found.lines}
    assert states == {"vn/lai-chau": ("late", 2), "vn/lao-cai": ("waited_for", 0)}
    g1 = next(one for one in found.sums if one.target.id == "G1")
    assert (g1.share.counted, g1.share.denominator) == (2, 3)
    assert (found.is_whole, found.lacking) == (False, 1)
    assert gathered(date(2026, 11, 21)).lines[1].state == "missing"
    assert gathered(date(2026, 11, 21)).lines[1].days == 3
    assert gathered(DUE).lines[1].share("G1") is None
    centre.receive(other.signed("vn/lao-cai"))
    whole = gathered(DUE)
    g1 = next(one for one in whole.sums if one.target.id == "G1")
    assert (whole.is_whole, g1.share.rate, whole.headcount) == (True, Fraction(3, 4), 4)
    asked = whole.asked(g1.target, g1.share)
    assert asked is not None
    assert asked.percent == whole.percent_of(g1.target)


def test_a_correction_supersedes_and_both_stay(province: Province, centre: Centre, world: World) -> None:
    centre.member(province)
    centre.receive(province.signed())
    with world.database.writing(world.tenant) as session:
        add_facts(session, world.tenant, world.employ(session, "dn/b"), ["law-labour"])
    centre.receive(province.signed())
    with centre.database.reading(centre.tenant) as session:
        found = sums.gather(session, centre.tenant, rounds.rounds(session, centre.tenant)[0].id, today=DUE)
    (line,) = found.lines
    assert [(one.document.edition, one.document.headcount) for one in line.editions] == [(1, 3), (2, 4)]
    share = line.share("G1")
    assert share is not None
    assert (share.counted, share.denominator) == (3, 4)
    assert found.headcount == 4


def test_nobody_is_counted_twice_by_two_members(province: Province, centre: Centre, world: World) -> None:
    centre.member(province)
    other = Province(world.database, world.tenant, world.now, "https://ca-nuoc.example.vn")
    for code in ("vn", "vn/lai-chau"):
        with pytest.raises(InvalidRequest, match="count the same people again"):
            centre.member(other, code)


@pytest.mark.parametrize(
    ("key", "fault"),
    [
        ("z6Mk", "write the name of the key"),
        ("2026-1 z6MkNo", "no Ed25519 key"),
        ("did:web:ai.khac#2026-1 z6Mk", "a key of did:web:ai.khac"),
    ],
)
def test_what_is_no_key_is_refused(province: Province, centre: Centre, key: str, fault: str) -> None:
    member = centre.member(province)
    with pytest.raises(InvalidRequest, match=fault), centre.database.writing(centre.tenant) as session:
        members.add_key(session, centre.tenant, member.id, key=key, by="tong", reason="x", now=centre.now)


def test_a_clock_that_is_ahead_and_counting_before_the_day_are_refused(province: Province, centre: Centre) -> None:
    centre.member(province)
    assert "still to come" in refused(centre, province.signed(), centre.now - timedelta(hours=1))["/counted"]
    last = changed(province.signed(), counted="9999-12-31T23:59:59Z")
    assert "still to come" in refused(centre, last)["/counted"], "no day of Vietnam begins after it"
    earlier = changed(province.signed(), counted="2026-11-14T10:00:00Z")
    assert "/counted" in refused(centre, earlier)
