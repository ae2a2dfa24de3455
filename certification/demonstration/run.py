"""The demonstration from an empty database to a report: set up, post, check, judge, recognise, report, show, serve.

A demonstration that is complete is only checked and shown again. One that was broken off is done again from the
beginning: people, ids and Statements are the same, so what is there already is a repeat and changes nothing.
"""

from __future__ import annotations

import random
import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from datetime import time as time_of_day
from pathlib import Path
from types import FrameType
from uuid import UUID

from rich.console import Console

from certification.demonstration import (
    judging,
    officers,
    people,
    preparation,
    published_clients,
    reporting,
    sign_ins,
    simulator,
    state,
    titles,
    transcripts,
)
from certification.demonstration.book import Book, check
from certification.demonstration.errors import ServerFailed
from certification.demonstration.people import World
from certification.demonstration.poster import Connection, Post, post_all
from certification.demonstration.presentation import present
from certification.demonstration.server import HOST, Server, require_free, serving
from certification.demonstration.state import Scale, State, Totals
from certification.judgement.assessments import Judgement
from certification.people import workers
from certification.rules import evidence_mapping
from certification.targets import publications
from certification.terminal.progress import step
from certification.vietnam import vietnam_day
from lrs import api
from lrs.db import NOBODY, Database

FOLDER = "demo"
"""Where, in the data folder, the import files, the server's log and the state are."""
POSTERS = 2
SAMPLE = 200
"""Statements read again when a complete demonstration is started once more."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the program's data is, as its settings say."""

    data_dir: Path
    database_url: str
    secret_key: bytes
    port: int
    public_url: str = ""
    """The address that certificates name; that of the demonstration's own server where none is set."""

    @property
    def folder(self) -> Path:
        return self.data_dir / FOLDER

    @property
    def environment(self) -> Mapping[str, str]:
        """Settings for the server process, so that it serves the very same data."""
        return {
            "DATA_DIR": str(self.data_dir),
            "DATABASE_URL": self.database_url,
            "SECRET_KEY": self.secret_key.decode(),
        }


def run(place: Place, database: Database, scale: Scale, *, console: Console, now: datetime, serve: bool) -> None:
    """Do what is not done yet, show the figures, and serve until SIGINT or SIGTERM if `serve`.

    `now` is the present; the figures are those of `scale.as_of`. Raises DemonstrationFailed, or KeyboardInterrupt when
    stopped before the figures were shown.
    """
    place.folder.mkdir(parents=True, exist_ok=True)
    today = vietnam_day(now)
    # Nothing invented is dated later than the as-of day, and nothing imported may lie in the future.
    now = max(now, datetime.combine(scale.as_of, time_of_day(23), tzinfo=simulator.VIETNAM).astimezone(now.tzinfo))
    with _interrupted_by_signals():
        require_free(place.port)
        tenant, kept = _begin(place, database, scale, now)
        world = None if kept.complete else _prepare(place, database, tenant, scale, console, now)
        settings = {**place.environment, "PUBLIC_URL": kept.public_url}
        with serving(settings, port=place.port, log=place.folder / "server.log") as server:
            with step(console, f"Chạy máy chủ tại {server.base}"):
                server.await_ready()
                _check_it_is_ours(server, kept)
            if world is None:
                _check_again(server, kept, console)
            else:
                kept = _fill(place, database, tenant, world, server, kept, console)
                kept = _act_as_officers(place, database, tenant, world, kept, console, now)
            results = _judge(database, tenant, scale, server, console, today)
            if world is not None:
                _recognise(place, database, tenant, world, kept, results, console, now)
                _report(place, database, tenant, world.as_of, console)
                with step(console, "Lập tài khoản đăng nhập cho từng vai trò", counts="tài khoản") as advance:
                    pepper = place.secret_key
                    advance(sign_ins.make(database, tenant, world, kept.password, pepper=pepper, today=today, now=now))
            with step(console, "Kiểm giấy công nhận bằng những gì máy chủ công bố", counts="giấy") as advance:
                titles.verify(place.folder / titles.FOLDER, server.base, on_checked=advance)
            with step(console, "Kiểm chữ ký của bảng kê kết quả học tập", counts="bảng") as advance:
                advance(transcripts.verify(place.folder / transcripts.FOLDER, server.base))
            with database.writing(tenant) as session:
                publications.publish(session, tenant, as_of=scale.as_of, now=now, hide_below=0)
            state.save(place.folder, kept)
            with database.reading(tenant) as session:
                present(session, tenant, kept, results, console=console, base=server.base, folder=place.folder)
            if serve:
                _keep_serving(server, console)


# ---------------------------------------------------------------- before the server


def _begin(place: Place, database: Database, scale: Scale, now: datetime) -> tuple[UUID, State]:
    """The tenant, and the state to go on from: the one kept, or a new one with new keys."""
    with database.reading(NOBODY) as session:
        tenant = api.find_tenant(session)
    with database.reading(tenant) as session:
        kept = preparation.remembered(session, tenant, place.folder, scale, pepper=place.secret_key, now=now)
    if kept is None:
        with database.writing(tenant) as session:
            public_url = place.public_url or f"http://{HOST}:{place.port}"
            kept = preparation.begin(session, tenant, scale, pepper=place.secret_key, public_url=public_url, now=now)
        state.save(place.folder, kept)
    return tenant, kept


def _prepare(place: Place, database: Database, tenant: UUID, scale: Scale, console: Console, now: datetime) -> World:
    with step(console, "Nạp bộ tiêu chí, các kế hoạch và đơn vị trong văn bản", counts="đơn vị mới") as advance:
        advance(preparation.load_rules(database, tenant, now=now))
    with step(console, "Bịa doanh nghiệp và người lao động", counts="người") as advance:
        world = people.invent(seed=scale.seed, as_of=scale.as_of, workers=scale.workers)
        advance(len(world.people))
    with step(console, f"Nhập các tệp CSV trong {place.folder}", counts="dòng") as advance:
        preparation.import_people(database, tenant, world, place.folder, now=now, on_row=advance)
    return world


# ---------------------------------------------------------------- with the server


def _check_it_is_ours(server: Server, kept: State) -> None:
    """Raise ServerFailed when something answers at our address that does not know our key."""
    with closing(_connection(server, kept)) as connection:
        answer = connection.request("GET", "/xapi/statements?limit=1", version="2.0.0")
    if answer.status != 200:
        raise ServerFailed(
            f"{server.base} answers {answer.status} to the demonstration's own key: is another program listening "
            f"there? Stop it, or set PORT to a free port. The server's log is {server.log}"
        )


def _connection(server: Server, kept: State) -> Connection:
    return _connected(server, kept.platform)


def _connected(server: Server, key: state.Key) -> Connection:
    return Connection(server.base, key.key, key.secret)


def _fill(
    place: Place, database: Database, tenant: UUID, world: World, server: Server, kept: State, console: Console
) -> State:
    """Post everything and hold the store against the book; return the state, now complete."""
    with database.reading(tenant) as session:
        profile = evidence_mapping.mapping_in_force(session, tenant, world.as_of).profile
    simulation = simulator.simulate(world, statements=kept.scale.statements, profile=profile)
    book = Book()
    requests = sum(len(post.statements) for post in simulation.posts)
    with step(console, "Gửi một năm học tập qua HTTP", total=requests, counts="Statement") as advance:

        def posted(post: Post, ids: Sequence[str]) -> None:
            book.record(post.statements, ids)
            advance(len(ids))

        post_all(lambda: _connection(server, kept), simulation.posts, threads=POSTERS, on_posted=posted)
    told_twice = _tell_again(server, kept, simulation.told_again, console)
    by_clients = 0
    for client in published_clients.PUBLISHED_CLIENTS:
        with step(console, f"Gửi bằng thư viện {client.library}", counts="Statement") as advance:
            sent = published_clients.run(
                client, world, _connection(server, kept), statements=kept.scale.client_statements
            )
            book.record(sent, [one["id"] for one in sent])
            by_clients += len(sent)
            advance(len(sent))
    with (
        closing(_connection(server, kept)) as connection,
        step(console, "Đối chiếu kho với sổ của bên gửi", total=len(book.sent), counts="Statement") as advance,
    ):
        book.compare(connection, on_read=advance)
    totals = Totals(
        statements=len(book.sent),
        late=simulation.late,
        repeated=book.repeats,
        voided=len(book.voided),
        unknown=simulation.unknown,
        by_clients=by_clients,
        told_twice=told_twice,
    )
    chosen = random.Random(kept.scale.seed).sample(sorted(book.sent), min(SAMPLE, len(book.sent)))  # noqa: S311
    return kept.completed(
        totals, {name: book.sent[name] for name in chosen}, tuple(sorted(book.voided.intersection(chosen)))
    )


def _tell_again(server: Server, kept: State, posts: Sequence[Post], console: Console) -> int:
    """Post what another platform tells of the same learning, by its own key, and compare; return how much that was."""
    book = Book()
    with step(console, "Gửi bằng khóa của máy điểm danh", counts="Statement") as advance:

        def posted(post: Post, ids: Sequence[str]) -> None:
            book.record(post.statements, ids)
            advance(len(ids))

        post_all(lambda: _connected(server, kept.roll_call), posts, threads=1, on_posted=posted)
    with closing(_connected(server, kept.roll_call)) as connection:
        book.compare(connection, on_read=lambda _: None)
    return len(book.sent)


def _act_as_officers(
    place: Place, database: Database, tenant: UUID, world: World, kept: State, console: Console, now: datetime
) -> State:
    """Take in lists on paper and make one of two records; return the state with how much that was."""
    with step(console, f"Nhập danh sách điểm danh trong {place.folder}", counts="dòng") as advance:
        on_lists = officers.take_in_lists(
            database, tenant, world, place.folder, secret=place.secret_key, now=now, on_row=advance
        )
    with step(console, "Nhập làm một hồ sơ của người có hai hồ sơ", counts="người") as advance:
        doubles = officers.merge_doubles(database, tenant, world, now=now)
        advance(doubles)
    return replace(kept, totals=replace(kept.totals, on_lists=on_lists, doubles=doubles))


def _check_again(server: Server, kept: State, console: Console) -> None:
    """Some of what was posted, read again from a store that is believed to hold it all."""
    title = "Dữ liệu trình diễn đã có; đọc lại một phần để kiểm tra"
    with (
        closing(_connection(server, kept)) as connection,
        step(console, title, total=len(kept.sample), counts="Statement") as advance,
    ):
        check(connection, kept.sample, kept.voided, on_read=advance)


def _judge(
    database: Database, tenant: UUID, scale: Scale, server: Server, console: Console, today: date
) -> list[Judgement]:
    """Wait until the server has read and judged everything; then everybody's result as of the as-of day."""
    with step(console, "Đọc minh chứng và chấm trong máy chủ"):
        judging.await_judging(database, tenant, server, today=today)
    title = f"Kết quả của từng người tại ngày {scale.as_of:%d/%m/%Y}"
    with step(console, title, total=scale.workers, counts="người") as advance:
        return judging.judge_as_of(database, tenant, scale.as_of, on_judged=advance)


def _recognise(
    place: Place,
    database: Database,
    tenant: UUID,
    world: World,
    kept: State,
    results: Sequence[Judgement],
    console: Console,
    now: datetime,
) -> None:
    """From registering to certificates and transcripts, for those of one union who meet the criteria."""
    by_worker = {one.worker_id: one for one in results}
    with database.reading(tenant) as session:
        known = workers.known_workers(session, tenant, [person.number for person in world.people])
    judged = {number: by_worker[one.id] for number, one in known.items() if one.id in by_worker}
    told = titles.unions(world, judged)
    with step(console, "Đăng ký, tự đánh giá, xét, đề nghị và quyết định danh hiệu", counts="người") as advance:
        titles.recognise(database, tenant, world, told, on_person=advance)
    with step(console, "Rút và cho lại điểm xác nhận của một người; xem lại danh hiệu của người đó"):
        titles.review(database, tenant, told, now=max(now, datetime.now(UTC)))
    folder = place.folder / titles.FOLDER
    with step(console, f"Cấp, ký và vẽ giấy công nhận vào {folder}", counts="giấy") as advance:
        titles.issue_and_draw(
            database, tenant, world.as_of, folder, public_url=kept.public_url, secret=place.secret_key,
            on_paper=advance,
        )  # fmt: skip
    folder = place.folder / transcripts.FOLDER
    with step(console, f"Lập bảng kê kết quả học tập vào {folder}", counts="tệp") as advance:
        transcripts.write(
            database, tenant, world.as_of, folder, public_url=kept.public_url, secret=place.secret_key, now=now,
            on_written=advance,
        )  # fmt: skip


def _report(place: Place, database: Database, tenant: UUID, day: date, console: Console) -> None:
    """The yearly report of one province's union, from what the unions below it enter to paper."""
    with step(console, "Công đoàn các cấp nhập, nộp, duyệt và phát hành báo cáo năm", counts="báo cáo") as advance:
        reporting.file(database, tenant, day, on_report=advance)
    folder = place.folder / reporting.FOLDER
    with step(console, f"Vẽ báo cáo vào {folder}", counts="tệp") as advance:
        reporting.draw(database, tenant, day, folder, on_file=advance)


# ---------------------------------------------------------------- serving


def _keep_serving(server: Server, console: Console) -> None:
    """Wait for SIGINT or SIGTERM. Raises ServerFailed when the server ends by itself."""
    try:
        console.print(f"\nĐang phục vụ tại {server.base} – dừng bằng Ctrl-C.")
        server.process.wait()
    except KeyboardInterrupt:
        console.print("\nĐang dừng máy chủ …")
        return
    server.check()


@contextmanager
def _interrupted_by_signals() -> Iterator[None]:
    """Inside the block SIGTERM does what Ctrl-C does: KeyboardInterrupt, so that the server is stopped in order.

    SIGINT is set too, because whoever is started in the background by a script inherits that it is ignored.
    """

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield  # Python lets no other thread handle signals
        return
    before = {which: signal.signal(which, interrupt) for which in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for which, handler in before.items():
            signal.signal(which, handler)
