"""Pages from dossiers to titles: reviewed and returned, proposed, decided about many at once, certificates issued."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from functools import partial
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from certification.access.permissions import Role
from certification.access.who import Held, Who
from certification.acts import chain
from certification.dossiers import proceedings
from certification.evidence import self_scores, sittings
from certification.evidence.self_scores import OwnScore
from certification.evidence.sittings import MemberPoints
from certification.evidence.witnesses import Witness
from certification.judgement import judging
from certification.models import Award, Dossier, TitleDecision, Worker
from certification.people import workers
from certification.rules import criteria
from certification.rules.criteria import AUDIENCE, PROGRAMME
from certification.units import letterheads
from certification.vietnam import vietnam_day
from lrs.db import Database
from tests.certification.access.people import account, give
from tests.certification.web.published import publish
from tests.certification.web.test_faults_of_forms import Told
from tests.certification.web.visitor import Visitor, hidden_fields

NOW = datetime.now().astimezone()
TODAY = vietnam_day(NOW)
YEAR = TODAY.year
BODY = "vn/lao-cai"
BATCH = "/cong-doan/ho-so?trang_thai={}"


class Hall:
    """The unions of Lào Cai (`lan`) and of Công ty A (`hoa`), an operator, and workers whose dossiers are confirmed."""

    def __init__(self, database: Database, tenant: UUID, app: Flask, now: datetime, numbers: Sequence[str]) -> None:
        self.database, self.tenant, self.app = database, tenant, app
        publish(database, tenant, now=now)
        for name, role, unit in (
            ("vanhanh", Role.OPERATOR, None), ("lan", Role.UPPER_OFFICER, "cd/lao-cai"),
            ("hoa", Role.GRASSROOTS_OFFICER, "cdcs/a"), ("minh", Role.UPPER_OFFICER, "cd/lai-chau"),
        ):  # fmt: skip
            account(database, tenant, name, now)
            give(database, tenant, name, role, now, **({"organization": unit} if unit else {}))
        with database.writing(tenant) as session:
            letterheads.add_signer(
                session, tenant, BODY, name="Lê Văn Ký", office="CHỦ TỊCH", authority="TM. ỦY BAN NHÂN DÂN",
                starts=date(2022, 1, 1), source="QĐ 1", by="test", now=now,
            )  # fmt: skip
            _file, rules = criteria.in_force(session, tenant, PROGRAMME, AUDIENCE, YEAR)
            operator = Who(tenant, "vanhanh", roles=(Held(Role.OPERATOR),))
            people = list(workers.known_workers(session, tenant, numbers).values())
            proceedings.step_many(session, tenant, operator, "register", people, YEAR, now=NOW)
            for one in people:
                scores = [OwnScore(each.id, 9) for each in rules.indicators]
                self_scores.score(session, tenant, one.number, YEAR, scores, by=one.number, now=NOW)
                oneself = Who(tenant, one.number, worker=one.id, roles=(Held(Role.WORKER),))
                proceedings.step(session, tenant, oneself, "self-assess", one.number, YEAR, now=NOW)
            proceedings.step_many(session, tenant, operator, "confirm", people, YEAR, now=NOW)
        self.ids = {one.number: str(one.id) for one in people}

    def visitor(self, name: str) -> Visitor:
        made = Visitor(self.app.test_client())
        made.sign_in(name)
        return made

    def states(self) -> dict[str, str]:
        with self.database.reading(self.tenant) as session:
            rows = session.execute(
                sa.select(Worker.number, Dossier.state)
                .join(Dossier, Dossier.worker_id == Worker.id)
                .where(Dossier.tenant_id == self.tenant, Dossier.year == YEAR)
            )
            return {row[0]: row[1] for row in rows}

    def together(self, who: Visitor, state: str, step: str, *numbers: str) -> Any:
        path, action = BATCH.format(state), f"/cong-doan/ho-so/lam?trang_thai={state}"
        form = hidden_fields(who.get(path).text, action)
        return who.send(action, {**form, "nguoi": [self.ids[one] for one in numbers], "viec": step})

    def propose(self, who: Visitor, *numbers: str) -> str:
        """The address of the proposal."""
        answer = self.proposed(who, *numbers)
        assert answer.status_code == 303, words(answer.text)
        return str(answer.location)

    def proposed(self, who: Visitor, *numbers: str, **otherwise: str) -> Any:
        """What is answered to the form for the meeting, with these fields otherwise."""
        page = self.together(who, "reviewed", "propose", *numbers)
        action = "/cong-doan/ho-so/de-nghi"
        told = {"met_on": f"{TODAY:%d/%m/%Y}", "present": "10", "absent": "0", "minutes": "03/BB-CĐCS"}
        told |= {
            f"{kind}-{self.ids[one]}": many for one in numbers for kind, many in (("dong-y", "9"), ("so-phieu", "10"))
        }
        people = [self.ids[one] for one in numbers]
        return who.send(action, {**hidden_fields(page.text, action), **told, **otherwise, "nguoi": people})


@pytest.fixture
def hall(database: Database, tenant: UUID, app: Flask, now: datetime) -> Hall:
    return Hall(database, tenant, app, now, ["a01", "a03", "a04", "a05"])


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_votes_that_are_none_or_too_many_are_told_beside_them_and_stay(hall: Hall) -> None:
    lan, hoa = hall.visitor("lan"), hall.visitor("hoa")
    hall.together(lan, "confirmed", "review", "a01", "a03")
    first, second = (hall.ids[one] for one in ("a01", "a03"))
    wrong = {f"dong-y-{first}": "chín", f"so-phieu-{second}": "-3", "met_on": "31/02/2026"}
    answer = hall.proposed(hoa, "a01", "a03", **wrong)
    told = Told(answer.text)
    assert (answer.status_code, told.beside) == (400, wrong.keys())
    assert [told.values[name] for name in wrong] == [["chín"], ["-3"], ["31/02/2026"]]
    many = hall.proposed(hoa, "a01", "a03", **{f"so-phieu-{second}": "11"})
    assert Told(many.text).beside == {f"dong-y-{second}"} and "11 phiếu không khớp 10 người dự họp" in words(many.text)


def decided(hall: Hall) -> tuple[int, set[str]]:
    with hall.database.reading(hall.tenant) as session:
        many = session.scalar(sa.select(sa.func.count()).where(TitleDecision.tenant_id == hall.tenant)) or 0
        rows = session.scalars(
            sa.select(Worker.number)
            .join(Award, Award.worker_id == Worker.id)
            .where(Award.tenant_id == hall.tenant, Award.year == YEAR)
        )
        return many, set(rows)


def test_a_dossier_goes_from_review_over_a_return_to_a_decision_and_a_certificate(hall: Hall) -> None:
    lan, hoa = hall.visitor("lan"), hall.visitor("hoa")
    batches = lan.get("/cong-doan/xet-ho-so").text
    assert "Chờ xét: 4" in words(batches)
    [path] = re.findall(r'href="([^"]*trang_thai=confirmed[^"]*)"', batches)
    listed = lan.get(path.replace("&amp;", "&")).text
    assert listed.count("/cong-doan/ho-so-nguoi/") == 4

    shown = lan.get(f"/cong-doan/ho-so-nguoi/{YEAR}/a05")
    assert (shown.status_code, "chờ xét" in shown.text) == (200, True)
    assert "của chính người lao động" not in shown.text
    step = f"/cong-doan/ho-so-buoc/return/{YEAR}/a05"
    elsewhere = lan.get(step)
    assert lan.fill_in(step, {"reason": " "}).status_code == 400
    assert hall.states()["a05"] == "confirmed"
    assert lan.fill_in(step, {"reason": "Thiếu bản chấm điểm CS4"}).status_code == 303
    returned = words(lan.get(f"/cong-doan/ho-so-nguoi/{YEAR}/a05").text)
    assert "Thiếu bản chấm điểm CS4" in returned
    assert "Bước tiếp theo của chính người lao động: tự chấm điểm rồi nộp hồ sơ." in returned
    assert f"Hạn cuối: hết ngày 28/02/{YEAR + 1}." in returned
    late = lan.send(step, {**hidden_fields(elsewhere.text), "reason": "Gõ ở thẻ khác"})
    assert late.status_code == 409
    for said in (
        "Bước gần nhất: trả lại , Cán bộ cấp trên lan",
        "đã đăng ký",
        "Gõ ở thẻ khác",
        "Mở hồ sơ như hiện nay",
    ):
        assert said in words(late.text)
    assert hall.together(lan, "confirmed", "review", "a01", "a03", "a04").status_code == 303
    assert hall.states() == {"a01": "reviewed", "a03": "reviewed", "a04": "reviewed", "a05": "registered"}
    assert 'value="propose"' not in lan.get(BATCH.format("reviewed")).text, "the union proposes, not who is above it"

    proposal = hall.propose(hoa, "a01", "a03", "a04")
    page = lan.get(proposal).text
    for link in re.findall(r'href="([^"]+\.(?:docx|pdf))"', page):
        file = lan.get(link)
        assert file.data[:4] in (b"PK\x03\x04", b"%PDF"), link
        assert file.headers["Content-Disposition"].startswith("attachment")
    [form] = re.findall(r'href="(/cong-doan/quyet-dinh/moi[^"]+)"', page)
    form, action = form.replace("&amp;", "&"), "/cong-doan/quyet-dinh/moi"
    begun = lan.get(form).text
    assert "Lê Văn Ký, CHỦ TỊCH" in begun
    people = [hall.ids[one] for one in ("a01", "a03", "a04")]
    refused = {f"tu-choi-{people[2]}": "1"}
    empty = lan.send(action, {**hidden_fields(begun, action), "nguoi": people, "viec": "xem"})
    assert empty.status_code == 400
    for field in ("body", "number", "decided_on", "signer"):
        assert f'href="#{field}"' in empty.text
    told = {
        "body": BODY, "number": "12/QĐ-UBND", "decided_on": f"{TODAY:%d/%m/%Y}", "signer": "Lê Văn Ký",
        "nguoi": people, **refused,
    }  # fmt: skip
    unsaid = lan.send(action, {**hidden_fields(empty.text, action), **told, "viec": "xem"})
    assert (unsaid.status_code, f'href="#ly-do-{people[2]}"' in unsaid.text) == (400, True)
    assert "Người Bịa 4: " in unsaid.text
    told |= {f"ly-do-{people[2]}": "Chưa đủ điểm CS8"}
    check = lan.send(action, {**hidden_fields(unsaid.text, action), **told, "viec": "xem"})
    assert check.status_code == 200, words(check.text)
    assert "Công nhận: 2 người" in check.text
    assert "Chưa đủ điểm CS8" in check.text
    assert decided(hall) == (0, set()), "nothing is kept by looking"
    changed = lan.send(action, {**hidden_fields(check.text), **told, "viec": "sua"})
    assert 'value="12/QĐ-UBND"' in changed.text
    sent = {**hidden_fields(check.text), **told, "viec": "ghi"}
    done = lan.send(action, sent)
    assert done.status_code == 303, words(done.text)
    assert lan.send(action, sent).location == done.location, "a double click is one decision"
    assert decided(hall) == (1, {"a01", "a03"})

    page = lan.get(done.location).text
    assert "Đã cấp 0/2 giấy" in page
    assert "cap-giay" not in page, "certificates are issued by whoever may"
    assert lan.get(f"{done.location}/quyet-dinh.docx").data[:2] == b"PK"
    operator = hall.visitor("vanhanh")
    assert operator.fill_in(f"{done.location}/cap-giay", {}).status_code == 303
    issued = lan.get(done.location).text
    assert "Đã cấp 2/2 giấy" in issued
    paper = re.findall(r'href="(/api/certificates/by-code/[^"]+/paper)"', issued)
    assert len(paper) == 2
    assert lan.get(paper[0]).data[:4] == b"%PDF"
    [packed] = re.findall(r'href="([^"]+giay\.zip[^"]*)"', issued)
    with zipfile.ZipFile(io.BytesIO(lan.get(packed).data)) as file:
        assert len(file.namelist()) == 2

    assert lan.get(f"/cong-doan/ho-so-buoc/revoke/{YEAR}/a01").text.count("<textarea") == 0, "an operator's step"
    ended = operator.fill_in(f"/cong-doan/ho-so-buoc/revoke/{YEAR}/a01", {"reason": "Khai gian"})
    assert ended.status_code == 303, words(ended.text)
    assert hall.states()["a01"] == "revoked"
    assert "thu hồi" in lan.get(done.location).text
    with hall.database.reading(hall.tenant) as session:
        assert chain.verify(session, hall.tenant).faults == ()


def test_every_fault_of_a_decision_stands_at_its_field_or_at_its_worker(hall: Hall) -> None:
    lan, operator = hall.visitor("lan"), hall.visitor("vanhanh")
    hall.together(lan, "confirmed", "review", "a01", "a03")
    proposal = hall.propose(hall.visitor("hoa"), "a01", "a03")
    action = "/cong-doan/quyet-dinh/moi"
    page = lan.get(f"{action}?de_nghi={proposal.rpartition('/')[2]}").text
    with hall.database.writing(hall.tenant) as session:
        worker = UUID(hall.ids["a03"])
        session.add(
            Award(
                worker_id=worker, programme=PROGRAMME, year=YEAR, tenant_id=hall.tenant, decision_number="1/QĐ",
                decided_on=date(YEAR, 1, 5), body="UBND", withdrawn_on=None, recorded=NOW,
            )
        )  # fmt: skip
    told = {
        "body": BODY, "number": "12/QĐ-UBND", "decided_on": "1/1/2099", "signer": "Lê Văn Ký", "viec": "ghi",
        "nguoi": [hall.ids["a01"], hall.ids["a03"]],
    }  # fmt: skip
    answer = lan.send(action, {**hidden_fields(page, action), **told})
    assert answer.status_code == 400
    assert 'href="#decided_on"' in answer.text
    assert f'href="#ly-do-{hall.ids["a03"]}"' in answer.text
    assert "đã có danh hiệu năm" in answer.text
    assert decided(hall)[0] == 0
    early = {**hidden_fields(answer.text, action), **told, "nguoi": [hall.ids["a01"], hall.ids["a05"], "xyz"]}
    assert f'href="#ly-do-{hall.ids["a05"]}"' in lan.send(action, early).text, "whose dossier is not proposed"
    with hall.database.reading(hall.tenant) as session:
        stranger = session.scalars(sa.select(Worker.id).where(Worker.tenant_id == hall.tenant, Worker.number == "b01"))
        elsewhere = {**hidden_fields(answer.text, action), **told, "nguoi": [hall.ids["a01"], str(stranger.one())]}
    refused = lan.send(action, elsewhere).text
    assert "1 người không còn trong phạm vi" in refused
    assert "b01" not in refused
    assert decided(hall)[0] == 0
    assert "Không có hồ sơ nào chờ quyết định" in operator.get(f"{action}?nam={YEAR - 1}").text


def test_who_signs_for_a_union_is_put_on_record_and_ended(hall: Hall) -> None:
    lan, path = hall.visitor("lan"), "/cong-doan/nguoi-ky/cd/lao-cai"
    empty = lan.fill_in(path, {"name": "Trần Ký"})
    assert (empty.status_code, 'href="#office"' in empty.text, 'href="#starts"' in empty.text) == (400, True, True)
    told = {"name": "Trần Ký", "office": "CHỦ TỊCH", "starts": "1/1/2026", "source": "QĐ 9/QĐ-TLĐ"}
    assert lan.fill_in(path, told).status_code == 303
    listed = lan.get(path).text
    [end] = re.findall(r'href="(/cong-doan/thoi-ky/[^"]+)"', listed)
    assert lan.fill_in(end, {"last": "1/1/2020", "reason": "Chuyển công tác"}).status_code == 400
    assert lan.fill_in(end, {"last": "30/6/2026", "reason": "Chuyển công tác"}).status_code == 303
    assert "30/06/2026" in lan.get(path).text
    assert hall.visitor("minh").get(path).status_code == 404
    assert hall.visitor("hoa").get("/cong-doan/nguoi-ky/cdcs/a").status_code == 200


def test_another_province_sees_none_of_it(hall: Hall) -> None:
    lan, minh = hall.visitor("lan"), hall.visitor("minh")
    hall.together(lan, "confirmed", "review", "a01")
    proposal = hall.propose(hall.visitor("hoa"), "a01")
    assert "0 doanh nghiệp có hồ sơ chờ" in words(minh.get("/cong-doan/xet-ho-so").text)
    for path in (
        proposal, f"{proposal}/bien-ban.docx", f"/cong-doan/ho-so-nguoi/{YEAR}/a01",
        f"/cong-doan/ho-so-buoc/return/{YEAR}/a01",
    ):  # fmt: skip
        assert minh.get(path).status_code == 404, path
    assert proposal not in minh.get("/cong-doan/de-nghi").text
    begun = minh.get(f"/cong-doan/quyet-dinh/moi?de_nghi={proposal.rpartition('/')[2]}")
    assert "Người Bịa" not in begun.text
    assert lan.get(f"{proposal}/khong-co.docx").status_code == 404
    assert hall.visitor("hoa").get("/cong-doan/quyet-dinh/moi").status_code == 403


def test_the_number_of_sql_commands_does_not_grow_with_the_dossiers(
    hall: Hall, count_commands: Callable[[], Any]
) -> None:
    lan = hall.visitor("lan")
    hall.together(lan, "confirmed", "review", "a01", "a03", "a04")
    proposal = hall.propose(hall.visitor("hoa"), "a01", "a03", "a04")
    for path in ("/cong-doan/xet-ho-so", "/cong-doan/de-nghi", proposal, "/cong-doan/quyet-dinh/moi"):
        lan.get(path)
        with count_commands() as commands:
            lan.get(path)
        assert len(commands) < 45, path


@pytest.fixture
def uneven(hall: Hall) -> Hall:
    """a01 meets the criteria, a03 is far below them, both reviewed."""
    with hall.database.writing(hall.tenant) as session:
        every = [one.id for one in criteria.in_force(session, hall.tenant, PROGRAMME, AUDIENCE, YEAR)[1].indicators]
        rows = [MemberPoints("a01", dict.fromkeys(every, 9)), MemberPoints("a03", dict.fromkeys(every, 2))]
        sittings.attest(session, hall.tenant, Witness("ban"), YEAR, rows, basis="Họp tổ", now=NOW)
    judging.judge_all_stale(hall.database, hall.tenant, clock=lambda: NOW)
    hall.together(hall.visitor("lan"), "confirmed", "review", "a01", "a03")
    return hall


def acts_of(hall: Hall, act: str) -> list[dict[str, Any]]:
    with hall.database.reading(hall.tenant) as session:
        return [dict(one.detail or {}) for one in chain.listed(session, hall.tenant, limit=50) if one.act == act]


def test_whoever_is_below_is_proposed_and_recognised_only_where_that_is_known_and_said(uneven: Hall) -> None:
    hall, hoa, lan = uneven, uneven.visitor("hoa"), uneven.visitor("lan")
    met, low = hall.ids["a01"], hall.ids["a03"]
    assert "chưa đạt: 20/80 điểm" in words(lan.get(f"/cong-doan/ho-so-nguoi/{YEAR}/a03").text)
    reviews = [one for one in acts_of(hall, "dossier.review") if "points" in one]
    assert reviews == [{"year": YEAR, "points": 20, "needed": 80}]
    page, action = hoa.get(BATCH.format("reviewed")).text, "/cong-doan/ho-so/lam?trang_thai=reviewed"
    assert "Trừ người chưa đạt hoặc chưa kết luận được (1 người ở trang này)" in words(page)
    sent = {**hidden_fields(page, action), "nguoi": [met, low], "viec": "propose", "tru-chua-dat": "1"}
    answer = hoa.send(action, sent)
    assert (met in answer.text, low in answer.text) == (True, False)
    assert "Mọi người đã chọn đều chưa đạt" in hoa.send(action, {**sent, "nguoi": [low]}).text
    page = hall.together(hoa, "reviewed", "propose", "a01", "a03")
    assert "Chưa đạt tiêu chí: 1 trong 2 người" in words(page.text)
    action = "/cong-doan/ho-so/de-nghi"
    told: dict[str, Any] = {
        "met_on": f"{TODAY:%d/%m/%Y}", "present": "10", "absent": "0", "minutes": "03/BB-CĐCS", "nguoi": [met, low],
        **{f"{kind}-{one}": many for one in (met, low) for kind, many in (("dong-y", "9"), ("so-phieu", "10"))},
    }  # fmt: skip
    without = hoa.send(action, {**hidden_fields(page.text, action), **told})
    assert (without.status_code, f'href="#biet-{low}"' in without.text) == (400, True)
    assert f'href="#biet-{met}"' not in without.text
    assert 'value="03/BB-CĐCS"' in without.text, "what was typed stays"
    left = hoa.send(action, {**hidden_fields(page.text, action), **told, "viec": "bo-chua-dat"})
    assert (low in left.text, met in left.text, 'value="03/BB-CĐCS"' in left.text) == (False, True, True)
    unsaid = hoa.send(action, {**hidden_fields(page.text, action), **told, f"biet-{low}": "1"})
    assert (unsaid.status_code, f'href="#vi-{low}"' in unsaid.text) == (400, True)
    assert hall.states()["a01"] == "reviewed"
    why = {f"biet-{low}": "1", f"vi-{low}": "Minh chứng giấy chưa nhập"}
    made = hoa.send(action, {**hidden_fields(page.text, action), **told, **why})
    assert made.status_code == 303, words(made.text)
    assert "Minh chứng giấy chưa nhập" in lan.get(made.location).text
    assert (
        acts_of(hall, "dossier.propose")[0].get("despite", "Minh chứng giấy chưa nhập") == "Minh chứng giấy chưa nhập"
    )

    form, action = f"/cong-doan/quyet-dinh/moi?de_nghi={made.location.rpartition('/')[2]}", "/cong-doan/quyet-dinh/moi"
    begun = lan.get(form)
    assert "Chưa đạt tiêu chí: 1 trong 2 người" in words(begun.text)
    told = {
        "body": BODY, "number": "12/QĐ-UBND", "decided_on": f"{TODAY:%d/%m/%Y}", "signer": "Lê Văn Ký",
        "nguoi": [met, low],
    }  # fmt: skip
    hidden = hidden_fields(begun.text, action)
    for step in ("xem", "ghi"):
        refused = lan.send(action, {**hidden, **told, "viec": step})
        assert (refused.status_code, f'href="#biet-{low}"' in refused.text) == (400, True)
        assert "hoặc đánh dấu không công nhận" in refused.text
    left = lan.send(action, {**hidden, **told, "viec": "bo-chua-dat"})
    listed = [f'name="nguoi" value="{one}"' in left.text for one in (low, met)]
    assert (*listed, 'value="12/QĐ-UBND"' in left.text) == (False, True, True)
    no = {f"tu-choi-{low}": "1", f"ly-do-{low}": "Chưa đủ điểm"}
    assert lan.send(action, {**hidden, **told, **no, "viec": "xem"}).status_code == 200, "refused needs no tick"
    why = {f"biet-{low}": "1", f"vi-{low}": "Hội đồng đã xem bản giấy"}
    both = lan.send(action, {**hidden, **told, **no, **why, "viec": "xem"})
    assert (both.status_code, "vừa đánh dấu vẫn công nhận vừa đánh dấu không công nhận" in both.text) == (400, True)
    check = lan.send(action, {**hidden, **told, **why, "viec": "xem"})
    assert "Chưa đạt tiêu chí: 1 trong 2 người" in words(check.text)
    done = lan.send(action, {**hidden_fields(check.text), **told, **why, "viec": "ghi"})
    assert done.status_code == 303, words(done.text)
    assert decided(hall) == (1, {"a01", "a03"})
    assert "Hội đồng đã xem bản giấy" in lan.get(done.location).text
    assert [one for one in acts_of(hall, "dossier.grant") if "points" in one] == [
        {"year": YEAR, "decision": done.location.rpartition("/")[2], "points": 20, "needed": 80,
         "despite": "Hội đồng đã xem bản giấy"}
    ]  # fmt: skip
    assert "Hội đồng đã xem bản giấy" in lan.get(f"/cong-doan/ho-so-nguoi/{YEAR}/a03").text

    assert "đang tính lại" not in hoa.get("/cong-doan/nguoi-lao-dong/a03").text
    with hall.database.writing(hall.tenant) as session:
        again = [MemberPoints("a03", {"CS1": 8})]
        sittings.attest(session, hall.tenant, Witness("ban"), YEAR, again, basis="Họp tổ", now=NOW)
    pages = (
        "/cong-doan/nguoi-lao-dong/a03", "/cong-doan/xac-nhan?ai=tat-ca", BATCH.format("granted"),
        f"/cong-doan/ho-so-nguoi/{YEAR}/a03",
    )  # fmt: skip
    assert [path for path in pages if "đang tính lại" not in hoa.get(path).text] == []
    judging.judge_all_stale(hall.database, hall.tenant, clock=lambda: NOW)
    assert [path for path in pages if "đang tính lại" in hoa.get(path).text] == []


@pytest.fixture
def sorted_out(hall: Hall) -> Hall:
    """a01 meets the criteria, a03 does not, of a04 it is not known yet: one indicator waits for points."""
    with hall.database.writing(hall.tenant) as session:
        every = criteria.in_force(session, hall.tenant, PROGRAMME, AUDIENCE, YEAR)[1].indicators
        ids, waiting = [one.id for one in every], next(one.id for one in every if not one.loggable)
        points = {"a01": dict.fromkeys(ids, 9), "a03": dict.fromkeys(ids, 2), "a04": dict.fromkeys(ids, 8)}
        del points["a04"][waiting]
        rows = [MemberPoints(number, given) for number, given in points.items()]
        sittings.attest(session, hall.tenant, Witness("ban"), YEAR, rows, basis="Họp tổ", now=NOW)
    judging.judge_all_stale(hall.database, hall.tenant, clock=lambda: NOW)
    return hall


def test_whoever_is_below_is_left_out_of_a_step_by_a_tick_and_named(sorted_out: Hall) -> None:
    hall, lan = sorted_out, sorted_out.visitor("lan")
    page = lan.get(BATCH.format("confirmed")).text
    assert 'name="tru-chua-dat" value="1" checked' in page, "the step says nothing of each one"
    assert "chưa kết luận được (3 người ở trang này)" in words(page)
    action = "/cong-doan/ho-so/lam?trang_thai=confirmed"
    people = [hall.ids[one] for one in ("a01", "a03", "a04")]
    sent = {**hidden_fields(page, action), "nguoi": people, "viec": "review", "tru-chua-dat": "1"}
    told = words(lan.get(lan.send(action, sent).location).text)
    assert "Đã xong với 1 người, chưa thực hiện được với 2 người" in told
    assert "a03 Được trừ ra vì chưa đạt: 20/80 điểm" in told
    assert re.search(r"a04 Được trừ ra vì chưa kết luận được: mới có 72/80 điểm, .*chờ xác nhận CS", told), told
    assert [hall.states()[one] for one in ("a01", "a03", "a04")] == ["reviewed", "confirmed", "confirmed"]
    page = lan.get(BATCH.format("confirmed")).text
    sent = {
        **hidden_fields(page, action),
        "nguoi": people[1:],
        "viec": "return",
        "reason": "Thiếu giấy",
        "tru-chua-dat": "1",
    }
    assert lan.send(action, sent).status_code == 303
    assert [hall.states()[one] for one in ("a03", "a04")] == ["registered", "registered"], "nobody is left out of that"
    page = lan.get(BATCH.format("reviewed")).text
    assert 'value="1" checked' not in page, "there each is ticked by hand"


def test_all_that_is_wrong_with_a_proposal_is_told_at_once_and_few_votes_are_known(sorted_out: Hall) -> None:
    hall, hoa, lan = sorted_out, sorted_out.visitor("hoa"), sorted_out.visitor("lan")
    hall.together(lan, "confirmed", "review", "a01", "a03", "a04")
    met, low, unknown = (hall.ids[one] for one in ("a01", "a03", "a04"))
    page = hall.together(hoa, "reviewed", "propose", "a01", "a03", "a04")
    assert "Trong 3 người: 1 chưa đạt tiêu chí, 1 chưa kết luận được" in words(page.text)
    assert "Tôi biết chưa kết luận được về" in page.text
    assert "Ghi cuộc họp xét và số phiếu của từng người" in page.text, "the procedure asks for them"
    action = "/cong-doan/ho-so/de-nghi"
    told: dict[str, Any] = {
        "met_on": f"{TODAY + timedelta(days=1):%d/%m/%Y}", "present": "mười", "absent": "0", "minutes": "",
        "nguoi": [met, low, unknown], f"dong-y-{met}": "3", f"so-phieu-{met}": "10", f"dong-y-{low}": "9",
        f"so-phieu-{low}": "10",
        f"dong-y-{unknown}": "9", f"biet-{low}": "1", f"vi-{low}": "Giấy\u200b", f"biet-{unknown}": "1",
    }  # fmt: skip
    refused = hoa.send(action, {**hidden_fields(page.text, action), **told})
    assert refused.status_code == 400
    at = set(re.findall(r'href="#([a-z_]+(?:-[a-z]+)?)(?:-[0-9a-f-]{36})?">', refused.text))
    assert at - {"noi-dung"} == {"met_on", "present", "minutes", "it-phieu", "so-phieu", "vi"}
    assert {f'href="#{one}"' in refused.text for one in (f"vi-{low}", f"vi-{unknown}", f"it-phieu-{met}")} == {True}
    told |= {
        "met_on": f"{TODAY:%d/%m/%Y}", "present": "10", "minutes": "03/BB", f"so-phieu-{unknown}": "10",
        f"vi-{low}": "Có bản giấy", f"vi-{unknown}": "Chờ sổ", f"it-phieu-{met}": "1",
    }  # fmt: skip
    made = hoa.send(action, {**hidden_fields(refused.text, action), **told})
    assert made.status_code == 303, words(made.text)
    acts = acts_of(hall, "dossier.propose")
    assert [(one["votes_for"], one["votes_of"]) for one in acts if "votes_for" in one] == [(3, 10)]
    assert {one["despite"]: "waiting" in one for one in acts if "despite" in one} == {
        "Có bản giấy": False,
        "Chờ sổ": True,
    }
    shown = words(lan.get(made.location).text)
    assert "khi đó chưa kết luận được: 72/80 điểm" in shown
    assert "Vẫn đề nghị vì: Chờ sổ" in shown


def meeting_of(hall: Hall, *numbers: str, **otherwise: Any) -> dict[str, Any]:
    """What is typed about the meeting that proposes these."""
    votes = {f"{kind}-{hall.ids[one]}": many for one in numbers for kind, many in (("dong-y", "9"), ("so-phieu", "10"))}
    told = {"met_on": f"{TODAY:%d/%m/%Y}", "present": "10", "absent": "0", "minutes": "03/BB-CĐCS"}
    return {**told, **votes, "nguoi": [hall.ids[one] for one in numbers], **otherwise}


def test_two_tabs_that_prepare_two_lists_do_not_mix_them(hall: Hall) -> None:
    lan, hoa, action = hall.visitor("lan"), hall.visitor("hoa"), "/cong-doan/ho-so/de-nghi"
    hall.together(lan, "confirmed", "review", "a01", "a03", "a04", "a05")
    first = hall.together(hoa, "reviewed", "propose", "a01", "a03")
    second = hall.together(hoa, "reviewed", "propose", "a04")
    later = hoa.send(action, {**hidden_fields(second.text, action), **meeting_of(hall, "a04", minutes="04/BB")})
    wrong = hoa.send(action, {**hidden_fields(first.text, action), **meeting_of(hall, "a01", "a03", minutes="")})
    assert (wrong.status_code, hall.ids["a04"] in wrong.text) == (400, False)
    sooner = hoa.send(action, {**hidden_fields(wrong.text, action), **meeting_of(hall, "a01", "a03", minutes="05/BB")})
    assert (later.status_code, sooner.status_code) == (303, 303)
    for made, numbers, minutes in ((later, {"a04"}, "04/BB"), (sooner, {"a01", "a03"}, "05/BB")):
        page = hoa.get(made.location).text
        assert set(re.findall(rf'href="/cong-doan/ho-so-nguoi/{YEAR}/(a0\d)"', page)) == numbers
        assert minutes in page
    decide = "/cong-doan/quyet-dinh/moi"
    one, other = (lan.get(f"{decide}?de_nghi={made.location.rpartition('/')[2]}") for made in (later, sooner))
    bodies = set(re.findall(r'value="((?:vn|cd)[^"]*)"', one.text))
    assert (BODY in bodies, "vn" in bodies) == (True, False), "no body stands behind the whole country"
    told = {"body": BODY, "decided_on": f"{TODAY:%d/%m/%Y}", "signer": "Lê Văn Ký", "viec": "ghi"}
    for form, number, numbers in ((other, "2/QĐ", ("a01", "a03")), (one, "1/QĐ", ("a04",))):
        people = {"number": number, "nguoi": [hall.ids[each] for each in numbers]}
        assert lan.send(decide, {**hidden_fields(form.text, decide), **told, **people}).status_code == 303
    assert decided(hall) == (2, {"a01", "a03", "a04"})
    assert hall.states()["a05"] == "reviewed"


def at_once(*tasks: Callable[[], Any]) -> list[Any]:
    """What each came to, begun at one instant."""
    ready = Barrier(len(tasks), timeout=60)

    def run(task: Callable[[], Any]) -> Any:
        ready.wait()
        return task()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))


def test_of_two_officers_at_once_one_is_done_whole_with_its_reasons_and_the_other_not_at_all(sorted_out: Hall) -> None:
    hall, lan, operator = sorted_out, sorted_out.visitor("lan"), sorted_out.visitor("vanhanh")
    low = hall.ids["a03"]
    hall.together(lan, "confirmed", "review", "a01", "a03", "a04")
    action = "/cong-doan/ho-so/de-nghi"
    sent = []
    for number, why in (("a01", "Có bản giấy"), ("a04", "Đã xem sổ")):
        tab = hall.visitor("hoa")
        page = hall.together(tab, "reviewed", "propose", number, "a03")
        known = {f"biet-{hall.ids[one]}": "1" for one in (number, "a03") if one != "a01"}
        known |= {f"vi-{hall.ids[one]}": why for one in (number, "a03") if one != "a01"}
        form = {**hidden_fields(page.text, action), **meeting_of(hall, number, "a03"), **known}
        sent.append(partial(tab.send, action, form))
    answers = at_once(*sent)
    assert sorted(one.status_code for one in answers) == [303, 400], [words(one.text) for one in answers]
    winner = answers[0].status_code != 303
    who, left, why = (("a01", "a04", "Có bản giấy"), ("a04", "a01", "Đã xem sổ"))[winner]
    assert {one: hall.states()[one] for one in (who, "a03", left)} == {
        who: "proposed",
        "a03": "proposed",
        left: "reviewed",
    }
    acts = acts_of(hall, "dossier.propose")
    assert len(acts) == 2
    assert {one["despite"] for one in acts if "despite" in one} == {why}
    beaten = words(answers[not winner].text)
    assert "đã đề nghị, chờ quyết định" in beaten, beaten

    decide = "/cong-doan/quyet-dinh/moi"
    proposal = answers[winner].location.rpartition("/")[2]
    told = {
        "body": BODY, "decided_on": f"{TODAY:%d/%m/%Y}", "signer": "Lê Văn Ký", "viec": "ghi",
        "nguoi": [hall.ids[who], low],
    }  # fmt: skip
    known = {f"biet-{hall.ids[one]}": "1" for one in (who, "a03") if one != "a01"}
    known |= {f"vi-{hall.ids[one]}": "Hội đồng đã xem" for one in (who, "a03") if one != "a01"}
    refusing = {key: one for key, one in known.items() if not key.endswith(low)}
    refusing |= {f"tu-choi-{low}": "1", f"ly-do-{low}": "Chưa đủ"}
    form = hidden_fields(lan.get(f"{decide}?de_nghi={proposal}").text, decide)
    same = hidden_fields(operator.get(f"{decide}?de_nghi={proposal}").text, decide)
    answers = at_once(
        partial(lan.send, decide, {**form, **told, **known, "number": "1/QĐ"}),
        partial(operator.send, decide, {**same, **told, **refusing, "number": "2/QĐ"}),
    )
    assert sorted(one.status_code for one in answers) == [303, 400], [words(one.text) for one in answers]
    granted = answers[0].status_code == 303
    assert decided(hall) == (1, {who, "a03"} if granted else {who})
    assert hall.states()["a03"] == ("granted" if granted else "refused")
    reasons = [one["despite"] for one in acts_of(hall, "dossier.grant") if "despite" in one]
    assert reasons == ["Hội đồng đã xem"] * ((who != "a01") + granted)
