"""`flask certification transcript`, `export-candidates`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from certification.acts import chain
from certification.people import workers
from certification.privacy import access
from lrs import api
from tests.certification.commands.running import Run, succeeded
from tests.certification.dossiers.desk import Desk
from tests.certification.transcripts.learners import NUMBER, hoa
from tests.certification.world import World


@pytest.fixture
def learner(world: World, identity: api.Identity) -> None:
    hoa(world, identity)


@pytest.mark.usefixtures("learner")
def test_a_transcript_is_written_in_each_form(run: Run, tmp_path: Path, world: World) -> None:
    for name, begins in (("a.json", b"{"), ("a.pdf", b"%PDF"), ("a.xlsx", b"PK")):
        said = succeeded(run("transcript", NUMBER, str(tmp_path / name), "--by", "vh"))
        assert "3 activities, 4 giờ, 1 titles" in said
        assert (tmp_path / name).read_bytes().startswith(begins)
    document = json.loads((tmp_path / "a.json").read_bytes())
    assert (document["worker"], document["basis"]["ground"]) == (NUMBER, "own")
    succeeded(run("transcript", NUMBER, str(tmp_path / "a.clr"), "--form", "clr", "--by", "vh"))
    assert json.loads((tmp_path / "a.clr").read_bytes())["proof"]["cryptosuite"] == "eddsa-rdfc-2022"
    with world.database.reading(world.tenant) as session:
        assert [one.act for one in chain.listed(session, world.tenant, limit=9)] == [
            "transcript.sign", "signing-key.make",
        ]  # fmt: skip
        (look,) = access.of_worker(session, world.tenant, workers.find(session, world.tenant, NUMBER).id, limit=9)
        assert (look.by, look.purpose, look.times) == ("vh", "operation", 4)


@pytest.mark.usefixtures("learner")
def test_for_an_enterprise_it_goes_as_far_as_today_and_is_on_record(run: Run, tmp_path: Path, world: World) -> None:
    for_a = ("--enterprise", "dn/a", "--purpose", "employer-training", "--by", "vh")
    succeeded(run("transcript", NUMBER, str(tmp_path / "a.json"), *for_a))
    assert json.loads((tmp_path / "a.json").read_bytes())["basis"]["recipient"] == "Doanh nghiệp A"
    refused = run("transcript", NUMBER, str(tmp_path / "b.json"), *for_a, "--on", "2026-05-01")
    assert "leave --on out" in refused.stderr
    for_b = ("--enterprise", "dn/a", "--purpose", "employer-transcript", "--by", "vh")
    assert "chưa đồng ý" in run("transcript", NUMBER, str(tmp_path / "b.json"), *for_b).stderr
    assert not (tmp_path / "b.json").exists()
    with world.database.reading(world.tenant) as session:
        (act,) = chain.listed(session, world.tenant, limit=9)
        assert (act.act, act.detail) == (
            "transcript.hand-over",
            {
                "form": "json",
                "ground": "employment",
                "purpose": "employer-training",
                "recipient": "dn/a",
                "until": None,
            },
        )
        worker = act.worker
        assert worker is not None
        (look,) = access.of_worker(session, world.tenant, worker, limit=9)
        assert (look.by, look.what, look.purpose) == ("vh", "transcript", "employer-training")


@pytest.mark.usefixtures("learner")
def test_what_cannot_be_is_refused_in_words_and_writes_nothing(run: Run, tmp_path: Path) -> None:
    for arguments, words in (
        ((NUMBER, str(tmp_path / "a.doc")), "end it in .json, .pdf or .xlsx"),
        (("NV-KHONG", str(tmp_path / "a.pdf")), "NV-KHONG"),
    ):
        result = run("transcript", *arguments, "--by", "vh")
        assert result.exit_code != 0
        assert words in result.stderr
    assert list(tmp_path.glob("a.*")) == []


@pytest.mark.parametrize("ending", [".xlsx", ".csv"])
def test_the_export_is_an_act_on_record_and_every_look_is_noted(
    run: Run, world: World, tmp_path: Path, ending: str
) -> None:
    desk = Desk(world)
    desk.reviewed("NV-1", "NV-2")
    file = tmp_path / f"ung-vien{ending}"
    said = succeeded(run("export-candidates", str(file), "--year", "2026", "--unit", "cdcs/a", "--by", "vh"))
    assert "2 candidates of 2026" in said
    assert file.stat().st_size > 0
    with desk.world.database.reading(desk.tenant) as session:
        act = chain.listed(session, desk.tenant, limit=1)[0]
        assert (act.act, act.by) == ("candidates.export", "vh")
        assert act.detail == {"year": 2026, "unit": "cdcs/a", "people": 2, "national_numbers": False}
        (look,) = access.of_worker(session, desk.tenant, desk.workers["NV-1"], limit=9)
        assert (look.by, look.what, look.purpose) == ("vh", "candidates", "title")
    refused = run("export-candidates", str(tmp_path / "x.doc"), "--by", "vh")
    assert refused.exit_code != 0
    assert "end it in .xlsx or .csv" in refused.stderr
