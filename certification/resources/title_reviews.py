"""/api/title-reviews: titles of which what they rested on changed, and what is decided about them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from marshmallow import fields, validate

from certification.access import rights
from certification.access.permissions import Act
from certification.dossiers import review_words, reviews
from certification.dossiers.reviews import Review
from certification.resources import cursors
from certification.resources.access import changing, database, now, today, who
from certification.resources.frame import Resource
from certification.resources.parameters import REASON, Body, DryRun, Paging
from certification.resources.shapes import Answer, AsOf, Page

resource = Resource("title-reviews", "Titles to be looked at again, since what they rested on changed.")


class TitleReviewsParameters(Paging):
    """In which state."""

    state = fields.String(
        load_default="open", validate=validate.OneOf(reviews.STATES), metadata={"description": "open when left out."}
    )


class TitleReviewBody(Body):
    """What is decided, and why."""

    outcome = fields.String(
        required=True,
        validate=validate.OneOf(reviews.OUTCOMES),
        metadata={
            "description": "kept; corrected: the certificate is withdrawn, the next issue makes another; withdrawn: "
            "the title ends, with dossier and certificates."
        },
    )
    reason = fields.String(required=True, validate=REASON)


class TitleChangeAnswer(Answer):
    """What changed."""

    kind = fields.String(validate=validate.OneOf(list(review_words.KINDS)))
    words = fields.String(metadata={"description": "The same in Vietnamese."})
    of = fields.UUID(allow_none=True, metadata={"description": "The Statement or attestation."})
    by = fields.String(allow_none=True, metadata={"description": "Whose act it was, where that is known."})


class TitleReviewAnswer(Answer):
    """A title to be looked at again."""

    id = fields.UUID()
    worker = fields.String()
    programme = fields.String()
    year = fields.Integer()
    opened = fields.DateTime()
    why = fields.List(fields.Nested(TitleChangeAnswer))
    state = fields.String()
    decided_by = fields.String(allow_none=True)
    decided = fields.DateTime(allow_none=True)
    reason = fields.String(allow_none=True)


class TitleReviewsAnswer(Page):
    """In the order in which they were opened."""

    items = fields.List(fields.Nested(TitleReviewAnswer))


class OneTitleReviewAnswer(AsOf):
    """A title to be looked at again."""

    review = fields.Nested(TitleReviewAnswer)


@resource.get("/title-reviews", Act.READ_TITLE_REVIEWS, query=TitleReviewsParameters, answers=TitleReviewsAnswer)
def list_title_reviews(query: Mapping[str, Any]) -> Any:
    """Titles to be looked at again, of workers of whom the caller may know"""
    tenant = who().tenant
    left = cursors.after(tenant, (UUID,))
    with database().reading(tenant) as session:
        found = reviews.listing(
            session,
            tenant,
            limit=query["limit"] + 1,
            state=query["state"],
            within=rights.reach(who(), Act.READ_TITLE_REVIEWS, today()),
            after=left[0] if left else None,
        )
    return cursors.page(tenant, found, query["limit"], as_of=today(), key=lambda one: (one.id,), show=_shown)


@resource.post(
    "/title-reviews/<uuid:review>/decision",
    Act.DECIDE_TITLE_REVIEWS,
    query=DryRun,
    body=TitleReviewBody,
    answers=OneTitleReviewAnswer,
)
def decide_title_review(review: UUID, query: Mapping[str, Any], body: Mapping[str, Any]) -> Any:
    """Keep the title, correct its certificate, or withdraw it

    Whoever may revoke titles by the procedure in force (`/api/title-procedure`) may, but nobody about himself or
    herself. Answered once; what was decided is an act.
    """
    tenant = who().tenant
    with changing(tenant, dry_run=query["dry_run"]) as session:
        reviews.find(session, tenant, review, within=rights.reach(who(), Act.DECIDE_TITLE_REVIEWS, today()))
        done = reviews.decide(session, tenant, who(), review, body["outcome"], reason=body["reason"], now=now())
    return {"as_of": today(), "review": _shown(done)}


def _shown(one: Review) -> Mapping[str, Any]:
    return {
        "id": one.id,
        "worker": one.number,
        "programme": one.programme,
        "year": one.year,
        "opened": one.opened,
        "why": [
            {"kind": each.kind, "words": review_words.KINDS[each.kind], "of": each.of, "by": each.by}
            for each in one.why
        ],
        "state": one.state,
        "decided_by": one.decided_by,
        "decided": one.decided,
        "reason": one.reason,
    }
