"""What the demonstration tells a person when all is done: figures, one worker explained, and how to ask for more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote, urlencode
from uuid import UUID

import msgspec
import sqlalchemy as sa
from rich.console import Console
from rich.text import Text

from certification.demonstration import reporting, sign_ins, titles, transcripts
from certification.demonstration.people import LEARNING_PLATFORM
from certification.demonstration.state import State
from certification.dossiers import listing, review_words, reviews
from certification.evaluation.results import MET, NOT_MET, NOT_YET_KNOWN
from certification.judgement import explanations
from certification.judgement.assessments import Judgement
from certification.models import Worker, WorkerIdentifier
from certification.people import identifiers, linking
from certification.rules import plans
from certification.targets import attainment
from certification.targets.figures import number
from certification.terminal import tables
from certification.terminal.explanation import print_explanation
from lrs.db import Session

UNKNOWN_SHOWN = 3
CERTIFICATES_SHOWN = 3


def present(
    session: Session,
    tenant: UUID,
    state: State,
    results: Sequence[Judgement],
    *,
    console: Console,
    base: str,
    folder: Path,
) -> None:
    """Print everything. `results` are all workers' as of the day; `base` is the server's address."""
    day = state.scale.as_of
    measured = attainment.measure_all(session, tenant, on=day)
    names = explanations.plan_names(plans.all_plans(session, tenant))
    console.print()
    console.rule(Text(f"Số liệu tính đến hết ngày {day:%d/%m/%Y}", style="bold"), align="left")
    _print_reading_help(console)
    tables.print_groups(console, measured, names)
    tables.print_further(console, measured, names)
    _print_outcomes(console, results, day.year)
    chosen = telling(results)
    person = session.execute(sa.select(Worker.number, Worker.full_name).where(Worker.id == chosen.worker_id)).one()
    print_explanation(session, tenant, console, chosen, number=person.number, full_name=person.full_name)
    _print_titles(session, tenant, console, state, folder)
    _print_report(session, tenant, console, state, folder)
    _print_totals(console, state, linking.unknown_actors(session, tenant))
    _print_sign_ins(session, tenant, console, state, base)
    account = _account(session, tenant, chosen.worker_id)
    _print_addresses(console, state, base, folder, worker=person.number, account=account)


def telling(results: Sequence[Judgement]) -> Judgement:
    """Somebody worth explaining: of those who do not meet the criteria, the first who came nearest.

    Nearest is who has the most chỉ số met, then the most points. With nobody short of anything, the first of all.
    """

    def nearness(one: Judgement) -> tuple[bool, int, int]:
        met = sum(indicator.state == MET for indicator in one.result.indicators)
        return (one.result.outcome != MET, met, one.result.total)

    return max(results, key=nearness)  # of equals, max gives the first


def _print_reading_help(console: Console) -> None:
    console.print(
        "Số người: mỗi người một lần, đang làm việc trong ngày. Lượt: số lần học được ghi nhận (mỗi Statement một "
        "lượt) mà nhờ đó họ được tính; với danh hiệu là số danh hiệu. Còn thiếu: số người cần thêm để đạt chỉ tiêu của "
        "năm đó, và số điểm phần trăm.\nMỗi công đoàn cơ sở có cùng số với doanh nghiệp của mình nên không in lại."
    )


def _print_outcomes(console: Console, results: Sequence[Judgement], year: int) -> None:
    outcomes = Counter(one.result.outcome for one in results)
    console.print()
    console.rule(Text(f"Chấm năm {year}", style="bold"), align="left")
    console.print(
        f"{number(outcomes[MET])} người đủ tiêu chí, {number(outcomes[NOT_MET])} người chưa đủ, "
        f"{number(outcomes[NOT_YET_KNOWN])} người còn chờ xác nhận. Đủ tiêu chí chưa phải là có danh hiệu: danh hiệu "
        "do cơ quan có thẩm quyền công nhận."
    )


def _print_titles(session: Session, tenant: UUID, console: Console, state: State, folder: Path) -> None:
    """The decision, whom it recognised, and where the certificates are and are verified."""
    year = state.scale.as_of.year
    found = listing.counts(session, tenant, year, None, on=state.scale.as_of)
    entries = titles.issued(session, tenant)
    console.print()
    console.rule(Text(f"Danh hiệu năm {year}", style="bold"), align="left")
    console.print(
        f"{number(found.registered)} người đăng ký và tự đánh giá, {number(found.proposed)} được đề nghị, "
        f"{number(found.recognised)} được công nhận, {number(found.refused)} không được công nhận."
    )
    if not entries:
        return
    for item in reviews.listing(session, tenant, limit=CERTIFICATES_SHOWN, state=None):
        why = "; ".join(review_words.KINDS[each.kind] for each in item.why)
        console.print(f"Xem lại danh hiệu của {item.number} vì {why}: {review_words.STATES[item.state]}.")
    first = entries[0]
    console.print(
        f"{first.body}: Quyết định số {first.decision_number} ngày {first.decided_on:%d/%m/%Y}. {number(len(entries))} "
        f"giấy công nhận, từ số {first.number} đến số {entries[-1].number}, đã ký số; bản in (PDF), chứng nhận số "
        f"(JSON) và sổ cấp giấy (XLSX) ở {folder / titles.FOLDER}. Mở bằng trình duyệt để kiểm:"
    )
    for one in entries[:CERTIFICATES_SHOWN]:
        console.print(f"  {one.number}  {one.name}  {state.public_url}/k/{one.code}", soft_wrap=True)
    console.print(
        f"Bảng kê kết quả học tập của {number(min(len(entries), transcripts.SHOWN))} người trong số đó (JSON, PDF, "
        f"XLSX và bản ký số CLR 2.0) ở {folder / transcripts.FOLDER}."
    )


def _print_report(session: Session, tenant: UUID, console: Console, state: State, folder: Path) -> None:
    """The province's report, who is late with theirs, and where the papers are."""
    day = state.scale.as_of
    one = reporting.filed(session, tenant, day)
    missing = reporting.late_units(session, tenant, day)
    console.print()
    console.rule(Text(f"Báo cáo năm {day.year}", style="bold"), align="left")
    console.print(
        f"{one.document['organization']['name']}: báo cáo số {one.number}, chốt số liệu ngày "
        f"{one.key.cut_off:%d/%m/%Y}, phát hành ngày {one.filed_on:%d/%m/%Y}; bản Word, PDF và bảng tính có công thức "
        f"ở {folder / reporting.FOLDER}. Chưa nộp: {', '.join(missing) or 'không có'}."
    )


def _print_totals(console: Console, state: State, unknown: Sequence[linking.UnknownActor]) -> None:
    totals = state.totals
    console.print()
    console.rule(Text("Dữ liệu học tập", style="bold"), align="left")
    console.print(
        f"{number(totals.statements)} Statement, trong đó {number(totals.late)} đến muộn, {number(totals.repeated)} "
        f"gửi hai lần, {number(totals.voided)} đã hủy, {number(totals.by_clients)} do thư viện tincanjs và tincan gửi."
    )
    console.print(
        f"{number(totals.told_twice)} lần học được máy điểm danh báo lại bằng khóa của nó: mỗi lần vẫn chỉ tính một."
    )
    console.print(
        f"{number(totals.on_lists)} dòng của danh sách điểm danh trên giấy thành Statement của công đoàn cơ sở; "
        f"{number(totals.doubles)} người có hai hồ sơ, mỗi hồ sơ một tài khoản, nay là một."
    )
    waiting = sum(one.statements for one in unknown)
    console.print(f"{number(waiting)} Statement của {number(len(unknown))} tài khoản chưa biết là ai đang chờ, ví dụ:")
    for one in unknown[:UNKNOWN_SHOWN]:
        console.print(f"  {identifiers.written(one.ifi)}: {number(one.statements)}")


def _print_sign_ins(session: Session, tenant: UUID, console: Console, state: State, base: str) -> None:
    """Where people sign in, as whom, and by which password."""
    console.print()
    console.rule(Text("Đăng nhập", style="bold"), align="left")
    console.print(f"Mở {base}/dang-nhap; mật khẩu của mọi tài khoản: {state.password}", soft_wrap=True)
    for one in sign_ins.listed(session, tenant):
        console.print(f"  {one}", soft_wrap=True)


def _account(session: Session, tenant: UUID, worker_id: UUID) -> str:
    """The name of the worker's account on the learning platform."""
    start = f"account {LEARNING_PLATFORM}|"
    ifi: str = session.scalars(
        sa.select(WorkerIdentifier.ifi).where(
            WorkerIdentifier.tenant_id == tenant,
            WorkerIdentifier.worker_id == worker_id,
            WorkerIdentifier.ifi.startswith(start, autoescape=True),
        )
    ).one()
    return ifi.removeprefix(start)


def _print_addresses(console: Console, state: State, base: str, folder: Path, *, worker: str, account: str) -> None:
    year = state.scale.as_of.year
    platform = f"{state.platform.key}:{state.platform.secret}"
    officer = f"{state.officer.key}:{state.officer.secret}"
    agent = {"account": {"homePage": LEARNING_PLATFORM, "name": account}}
    of_agent = urlencode({"agent": msgspec.json.encode(agent).decode(), "limit": 5})
    xapi = "curl -H 'X-Experience-API-Version: 2.0.0' -u"
    rows = (
        ("Trang số liệu (mở bằng trình duyệt)", f"{base}/"),
        ("Số liệu, JSON", f"curl '{base}/api/attainment'"),
        ("Một doanh nghiệp", f"curl '{base}/api/attainment?organization={quote('dn/vd-06', safe='')}'"),
        ("Kết quả của người lao động trên", f"curl -u {officer} '{base}/api/workers/{worker}/assessment?year={year}'"),
        ("Tài khoản chưa biết là ai", f"curl -u {officer} '{base}/api/unknown-actors'"),
        ("Statement mới nhất (xAPI)", f"{xapi} {platform} '{base}/xapi/statements?limit=5'"),
        ("Statement của người lao động trên", f"{xapi} {platform} '{base}/xapi/statements?{of_agent}'"),
        ("Mọi lệnh của phần này", ".venv/bin/flask certification --help"),
        ("Các tệp CSV đã nhập, nhật ký máy chủ", str(folder)),
    )
    console.print()
    console.rule(Text("Hỏi tiếp", style="bold"), align="left")
    for title, command in rows:
        console.print(Text(title, style="dim"))
        console.print(f"  {command}", soft_wrap=True)
