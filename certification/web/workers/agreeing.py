"""/cua-toi/du-lieu/dong-y: to which uses of my data I agree, each by itself, in the very words that are shown."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import sqlalchemy as sa
from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from certification.access.permissions import Act
from certification.models import Employment, Organization
from certification.people.workers import Person
from certification.privacy import consents
from certification.privacy.consents import Agreed
from certification.privacy.purposes import Wording
from certification.resources.access import database, now, today, who
from certification.targets import grounds
from certification.web.frame.fields import Form, several
from certification.web.frame.forms import filled_in
from certification.web.frame.pages import shown
from certification.web.workers import own, pages
from lrs.db import Session, beside

__all__: list[str] = []


class AgreeForm(Form):
    """What is ticked: of each the recipient's code, the purpose, and the digest of the words."""

    agreed = several(_l("Đồng ý"), needed=_l("Đánh dấu ít nhất một mục, hoặc quay lại"))


@pages.page("/cua-toi/du-lieu/dong-y", Act.USE_OWN_PAGES, methods=("GET", "POST"))
def agree() -> AnyResponse:
    """Agrees to uses of the data by whoever one works for and the unions above."""
    tenant = who().tenant
    with database().reading(tenant, snapshot=True) as session:
        person = own.mine(session, Act.CONSENT)
        offered = {f"{one.recipient.code} {one.purpose.id} {one.digest}": one for one in _offered(session, person)}
    form = filled_in(AgreeForm, choices={"agreed": [(value, one.purpose.title) for value, one in offered.items()]})
    if form.sent:
        chosen: dict[str, list[Agreed]] = defaultdict(list)
        for value in form.values["agreed"]:
            chosen[offered[value].recipient.code].append(Agreed(offered[value].purpose.id, offered[value].digest))
        told: Any = {"how": consents.OWN_ACCOUNT, "by": f"worker:{person.id}", "now": now()}
        with form.submitting({"": "agreed"}, settles=True) as session:
            for code, agreed in chosen.items():
                consents.give(session, tenant, person.number, code, agreed, **told)
            return form.done(url_for(".my_data"), _("Đã ghi sự đồng ý; rút lại được bất cứ lúc nào"))
    return shown("workers/agree.html", form=form, offered=list(offered.items()))


def _offered(session: Session, person: Person) -> list[Wording]:
    """What the worker may be asked today: for each enterprise and the nearest unit of each kind above it, less what is
    agreed to already."""
    tenant, on = who().tenant, today()
    held = {(one.purpose, one.recipient) for one in consents.of_worker(session, tenant, person.id) if one.holds_on(on)}
    employers = session.scalars(
        sa.select(Organization.code)
        .join(Employment, Employment.enterprise_id == Organization.id)
        .where(
            beside(Employment.tenant_id) == tenant, Employment.worker_id == person.id, Employment.started <= on,
            sa.or_(Employment.ended.is_(None), Employment.ended >= on),
        )
        .distinct()
    )  # fmt: skip
    tree, codes = grounds.land(session, tenant).on(on).tree, []
    for employer in sorted(employers):
        nearest = {tree.node(code).kind: code for code in reversed(tree.chain(employer))}
        codes += [employer, *nearest.values()]
    said = [one for code in dict.fromkeys(codes) for one in consents.wordings(session, tenant, code, on)]
    return [one for one in said if (one.purpose.id, one.recipient.code) not in held]
