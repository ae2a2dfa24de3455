"""Pages for officers of unions and team leads.

home       where they begin: the unit against its targets (standings), what waits today (work)
workers    the list of workers, with how each stands (statuses); worker: one of them, with evidence
sitting    points for a team in one sitting (points: the forms)
dossiers   from registering to a proposal, many at once; despite: of somebody who is below the criteria
roll_calls sessions at which people are called
titles     dossiers reviewed, proposed, decided about in batches, and the certificates
federation signed figures of units, sent to other installations and gathered from them
units      the unit and what is below it against targets, plans that bind it, figures kept for reports
cases      disputes, declarations and requests about data that wait; answers: each of them, and many at once
without_criteria who cannot be judged yet
reports    reports on plans, from opening to filing
outcomes   what became of each of many at once
bringing_in rosters and lists from files
scope      how far all of these go
"""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from certification.web.frame.pages import Entry, Pages

__all__ = ["pages"]

pages = Pages(
    "officers",
    __name__,
    home="home",
    navigation=(
        Entry(_l("Trang chủ"), "home"),
        Entry(_l("Đơn vị"), "list_units"),
        Entry(_l("Người lao động"), "list_workers"),
        Entry(_l("Điểm danh"), "roll_calls"),
        Entry(_l("Xác nhận điểm"), "attest_sitting"),
        Entry(_l("Hồ sơ danh hiệu"), "list_dossiers"),
        Entry(_l("Báo cáo"), "list_reports"),
    ),
    shortcuts=(Entry(_l("Mở buổi điểm danh"), "open_roll_call"), Entry(_l("Nhập danh sách từ tệp"), "bring_in")),
    people="show_worker",
)

from certification.web.officers import (  # noqa: E402, F401 — adds the views
    answers,
    bringing_in,
    cases,
    dossiers,
    home,
    reports,
    roll_calls,
    sitting,
    without_criteria,
    worker,
    workers,
)
from certification.web.officers.federation import (  # noqa: E402, F401 — adds the views
    gathered,
    made,
    members,
    opening,
    recipient,
)
from certification.web.officers.titles import (  # noqa: E402, F401 — adds the views
    batches,
    deciding,
    dossier,
    proposals,
    proposing,
    signers,
)
from certification.web.officers.titles import decisions as _decisions  # noqa: E402, F401
from certification.web.officers.units import (  # noqa: E402, F401 — adds the views
    binding,
    branch,
    frozen,
    people,
    years,
)
