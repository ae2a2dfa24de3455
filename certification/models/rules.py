"""Tables of loaded rules."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from certification.models.base import Base
from lrs.db import UtcDateTime, new_id

__all__ = ["RuleFile"]


class RuleFile(Base):
    """A loaded criteria set, rubric, plan, evidence mapping, report form or inheritance record: its text and hash.

    Never updated: a changed rule is a new file with a new identifier. Assessments point here, so that an old result
    can always be worked out again. Holds no personal data.
    """

    __tablename__ = "certification_rule_file"
    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "kind", "identifier"),
        {"info": {"distribution": "reference"}},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[UUID]
    kind: Mapped[str]
    """criteria-set, rubric, evidence-mapping, plan, plan-inheritance, report-form, procedure,
    certificate-form, title-procedure or personal-data."""
    identifier: Mapped[str]
    sha256: Mapped[str]
    text: Mapped[str] = mapped_column(sa.Text)
    loaded: Mapped[datetime] = mapped_column(UtcDateTime)
