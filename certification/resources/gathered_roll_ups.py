"""/api/roll-up-rounds and /api/received-roll-ups: what other installations sent, and what it adds up to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response
from marshmallow import fields, validate

from certification.access.permissions import Act
from certification.access.rights import NotAllowed
from certification.documents import gathered_book
from certification.federation import documents, members, receiving, rounds, sums
from certification.federation.making import UnknownRollUp
from certification.federation.rounds import Round
from certification.federation.sums import Gathered, Line, Share
from certification.resources.access import caller, changing, database, everything, now, today, who
from certification.resources.attainment import seen_by
from certification.resources.frame import Resource
from certification.resources.parameters import DAY, REASON, Body
from certification.resources.shapes import Answer, AsOf
from certification.resources.speaking import record_id
from certification.resources.uploads import CSV, JSON, XLSX, Kinds, Upload
from certification.rules.plans import Target
from certification.targets.populations import ALL_ENTERPRISES, BASES
from lrs.db import Session

__all__ = ["FILE", "book_of", "seeing_all", "sees_all"]

resource = Resource("gathered roll-ups", "Signed roll-ups of other installations, received and added up.")

FILE = Kinds((JSON,), documents.MOST_BYTES)
"""A roll-up."""


class RollUpRoundBody(Body):
    """What is gathered, until when."""

    plan = fields.String(required=True, validate=validate.Length(min=1, max=500))
    cut_off = fields.Date(required=True, format="iso", validate=DAY)
    due = fields.Date(
        required=True, format="iso", validate=DAY, metadata={"description": "The last day that is not late."}
    )  # fmt: skip
    headcount_on = fields.Date(allow_none=True, load_default=None, format="iso", validate=DAY)
    basis = fields.String(load_default=ALL_ENTERPRISES, validate=validate.OneOf(BASES))


class ChangeRollUpRoundBody(Body):
    """Whether it is closed, until when it is due, and why."""

    closed = fields.Boolean(required=True)
    due = fields.Date(allow_none=True, load_default=None, format="iso", validate=DAY)
    reason = fields.String(required=True, validate=REASON)


class RollUpRoundAnswer(Answer):
    """A round."""

    id = fields.UUID()
    plan = fields.String()
    cut_off = fields.Date()
    headcount_on = fields.Date()
    basis = fields.String()
    due = fields.Date()
    opened = fields.DateTime()
    closed = fields.DateTime(allow_none=True)


class OneRollUpRoundAnswer(AsOf):
    """The round as it is now."""

    round = fields.Nested(RollUpRoundAnswer)


class RollUpRoundsAnswer(AsOf):
    """The latest cut-off first."""

    rounds = fields.List(fields.Nested(RollUpRoundAnswer))


class RollUpShareAnswer(Answer):
    """A target, of a member or of all that came. `met` is null where somebody is missing."""

    target = fields.String()
    counted = fields.Integer()
    participations = fields.Integer()
    denominator = fields.Integer()
    rate = fields.String(allow_none=True, metadata={"description": "A decimal fraction, null over nobody."})
    asked_percent = fields.Integer(allow_none=True)
    met = fields.Boolean(allow_none=True)


class RollUpEditionAnswer(Answer):
    """A roll-up that came: /api/received-roll-ups/<id>."""

    id = fields.UUID()
    edition = fields.Integer()
    counted = fields.DateTime()
    received = fields.DateTime()
    sha256 = fields.String()


class RollUpLineAnswer(Answer):
    """A member. `state`: in_time, late, missing, waited_for; `days` late, missing since, or left."""

    unit = fields.String()
    name = fields.String()
    state = fields.String()
    days = fields.Integer()
    corrected = fields.Boolean()
    headcount = fields.Integer(allow_none=True)
    enterprises = fields.Integer(allow_none=True)
    reporting = fields.Integer(allow_none=True)
    declared = fields.Integer(allow_none=True)
    targets = fields.List(fields.Nested(RollUpShareAnswer), metadata={"description": "Nothing where nothing came."})
    editions = fields.List(fields.Nested(RollUpEditionAnswer), metadata={"description": "The one that stands last."})


class GatheredRollUpsAnswer(AsOf):
    """A round. Sums hold what came and nothing else: they are whole where `complete` is true."""

    round = fields.Nested(RollUpRoundAnswer)
    complete = fields.Boolean()
    lacking = fields.Integer(metadata={"description": "Members of whom nothing came."})
    headcount = fields.Integer()
    enterprises = fields.Integer()
    reporting = fields.Integer()
    declared = fields.Integer()
    sums = fields.List(fields.Nested(RollUpShareAnswer))
    units = fields.List(fields.Nested(RollUpLineAnswer))


class RollUpReceiptAnswer(AsOf):
    """That it is here. `again`: it was already, the very same."""

    id = fields.UUID()
    round = fields.UUID()
    unit = fields.String()
    edition = fields.Integer()
    sha256 = fields.String(metadata={"description": "Of the canonical bytes that are kept."})
    received = fields.DateTime()
    again = fields.Boolean()


@resource.post("/received-roll-ups", Act.RECEIVE_ROLL_UPS, file=FILE, answers=RollUpReceiptAnswer)
def receive_roll_up(file: Upload) -> Any:
    """Hand in a signed roll-up

    Sent again, it answers as the first time. Refused: an unknown member, a signature that is not the
    member's, another plan, a cut-off that nothing is gathered for or that is closed (400, every fault with its place);
    another content under the same id, an edition that is not later than the one that stands (409).
    """
    with changing(who().tenant) as session:
        if not _by_key():
            seeing_all(session, Act.RECEIVE_ROLL_UPS)
        found = receiving.receive(session, who().tenant, file.data, by=who().name, now=now())
    told = {name: getattr(found, name) for name in ("id", "edition", "sha256", "received", "again")}
    return {"as_of": today(), "round": found.round_id, "unit": found.member, **told}


@resource.get("/received-roll-ups/<id>", Act.READ_GATHERED, answers=None)
def received_roll_up(id: str) -> Response:
    """A roll-up as it came, with its proof"""
    with database().reading(who().tenant) as session:
        seeing_all(session, Act.READ_GATHERED)
        found = sums.received(session, who().tenant, record_id(id))
    if found is None:
        raise UnknownRollUp(f"no roll-up was received under {id}")
    response = Response(found.document.content, mimetype=JSON)
    response.headers.set("Content-Disposition", "attachment", filename=f"{id}.json")
    return response


@resource.get("/roll-up-rounds", Act.READ_GATHERED, answers=RollUpRoundsAnswer)
def list_roll_up_rounds() -> Any:
    """For which plans and cut-offs roll-ups are gathered

    For whoever sees the whole installation; 403 for a role over a branch, as for a single round.
    """
    with database().reading(who().tenant) as session:
        seeing_all(session, Act.READ_GATHERED)
        found = rounds.rounds(session, who().tenant)
    return {"as_of": today(), "rounds": [_round(one) for one in found]}


@resource.post("/roll-up-rounds", Act.GATHER_ROLL_UPS, body=RollUpRoundBody, answers=OneRollUpRoundAnswer, status=201)
def open_roll_up_round(body: Mapping[str, Any]) -> Any:
    """Begin to gather roll-ups of a plan and a cut-off"""
    everything(Act.GATHER_ROLL_UPS)
    with changing(who().tenant) as session:
        one = rounds.open_round(session, who().tenant, by=who().name, now=now(), **body)
    return {"as_of": today(), "round": _round(one)}


@resource.post(
    "/roll-up-rounds/<id>/change", Act.GATHER_ROLL_UPS, body=ChangeRollUpRoundBody, answers=OneRollUpRoundAnswer
)
def change_roll_up_round(id: str, body: Mapping[str, Any]) -> Any:
    """Close a round, go on with it, or give it another day"""
    everything(Act.GATHER_ROLL_UPS)
    with changing(who().tenant) as session:
        one = rounds.change(session, who().tenant, record_id(id), by=who().name, now=now(), **body)
    return {"as_of": today(), "round": _round(one)}


@resource.get("/roll-up-rounds/<id>", Act.READ_GATHERED, answers=GatheredRollUpsAnswer)
def show_roll_up_round(id: str) -> Any:
    """Every member's figures, who is missing or late, and the sum of what came"""
    found = _gathered(id)
    return {
        "as_of": today(),
        "round": _round(found.round),
        "complete": found.is_whole,
        "lacking": found.lacking,
        "headcount": found.headcount,
        "enterprises": found.enterprises,
        "reporting": found.reporting,
        "declared": found.declared,
        "sums": [_share(found, one.target, one.share, whole=found.is_whole) for one in found.sums],
        "units": [_line(one, found) for one in found.lines],
    }


@resource.get("/roll-up-rounds/<id>/xlsx", Act.READ_GATHERED, answers=None, media_type=XLSX)
def roll_up_round_xlsx(id: str) -> Response:
    """The same as a workbook"""
    return book_of(_gathered(id), "xlsx")


@resource.get("/roll-up-rounds/<id>/csv", Act.READ_GATHERED, answers=None, media_type=CSV)
def roll_up_round_csv(id: str) -> Response:
    """The same as CSV"""
    return book_of(_gathered(id), "csv")


def book_of(found: Gathered, form: str) -> Response:
    """A round as a file."""
    data = gathered_book.as_xlsx(found, today()) if form == "xlsx" else gathered_book.as_csv(found)
    response = Response(data, mimetype=XLSX if form == "xlsx" else CSV)
    name = f"tong-hop-{found.round.plan}-{found.round.cut_off}.{form}"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Cache-Control"] = "no-store"
    return response


def seeing_all(session: Session, act: Act) -> None:
    """Raise NotAllowed unless every member's unit is of the caller's branches: a part of a sum is no sum."""
    if not sees_all(session, act):
        raise NotAllowed(who(), act)


def sees_all(session: Session, act: Act) -> bool:
    """Whether every member's unit is of the caller's branches."""
    seen = seen_by(session, caller(), act)
    return seen is None or all(one.organization in seen for one in members.members(session, who().tenant))


def _by_key() -> bool:
    """Whether it is a member's own key, which may hand in and see nothing."""
    return bool(who().scopes)


def _gathered(id: str) -> Gathered:
    with database().reading(who().tenant) as session:
        seeing_all(session, Act.READ_GATHERED)
        return sums.gather(session, who().tenant, record_id(id), today=today())


def _round(one: Round) -> dict[str, Any]:
    return {name: getattr(one, name) for name in RollUpRoundAnswer().fields}


def _line(one: Line, found: Gathered) -> dict[str, Any]:
    stands = one.stands.document if one.stands is not None else None
    targets = [(each.target, one.share(each.target.id)) for each in found.sums]
    return {
        "unit": one.member.organization,
        "name": one.member.name,
        "state": one.state,
        "days": one.days,
        "corrected": len(one.editions) > 1,
        **{
            name: None if stands is None else getattr(stands, name)
            for name in ("headcount", "enterprises", "reporting", "declared")
        },
        "targets": [_share(found, target, share, whole=True) for target, share in targets if share is not None],
        "editions": [
            {
                "id": each.document.id,
                "edition": each.document.edition,
                "counted": each.document.counted,
                "received": each.received,
                "sha256": each.sha256,
            }
            for each in one.editions
        ],
    }


def _share(found: Gathered, target: Target, share: Share, *, whole: bool) -> dict[str, Any]:
    asked = found.asked(target, share)
    return {
        "target": target.id,
        "counted": share.counted,
        "participations": share.participations,
        "denominator": share.denominator,
        "rate": None if share.rate is None else f"{float(share.rate):.6f}",
        "asked_percent": found.percent_of(target),
        "met": asked.met if asked is not None and whole else None,
    }
