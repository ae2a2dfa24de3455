"""States, steps and the like, which the program has in Vietnamese alone, are said in English on English pages."""

from __future__ import annotations

from flask import Flask

from certification.dossiers import words as of_dossiers
from certification.evidence import declarations, disputes
from certification.privacy import requests
from certification.privacy import words as of_looks
from certification.reports import words as of_reports
from certification.web.frame import languages
from certification.web.frame.program_words import WORDS, all_in_words


def test_states_steps_and_looks_have_their_english() -> None:
    app = Flask(__name__)
    languages.prepare(app)
    maps = (
        *(of_reports.STATES, of_reports.STEPS, of_reports.PERIODS, of_dossiers.STATES, of_dossiers.STEPS),
        *(requests.STATES, declarations.STATES, disputes.STATES, of_looks.LOOKED_AT),
    )
    with app.app_context(), languages.spoken("vi"):
        gathered = {str(one) for one in WORDS}
    assert gathered == {words for one in maps for words in one.values()} | {of_looks.OTHERWISE}
    with app.app_context():
        for one in maps:
            with languages.spoken("en"):
                assert all(said != words for said, words in zip(all_in_words(one).values(), one.values(), strict=True))
            with languages.spoken("vi"):
                assert all_in_words(one) == dict(one)
