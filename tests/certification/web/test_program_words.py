"""States, steps and the like, which the program has in Vietnamese alone, are said in English on English pages."""

from __future__ import annotations

from flask import Flask
from flask_babel import ngettext

from certification.dossiers import words as of_dossiers
from certification.evidence import declarations, disputes
from certification.judgement import explanations
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
        *(explanations.OUTCOMES, explanations.STATES, explanations.SOURCES),
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


def test_one_thing_reads_as_one_in_english() -> None:
    app = Flask(__name__)
    languages.prepare(app)
    said = {
        "còn %(days)s ngày": ("days", "1 day left", "2 days left"),
        "%(count)s đơn vị": ("count", "1 unit", "2 units"),
    }
    for words, (name, one, many) in said.items():
        for count, told in ((1, one), (2, many)):
            with app.app_context(), languages.spoken("en"):
                assert ngettext(words, words, count, **{name: count}) == told
            with app.app_context(), languages.spoken("vi"):
                assert ngettext(words, words, count, **{name: count}) == words % {name: count}
