"""A transcript on paper: A4, tables by group, indicator and activity. It says what the values say and no more."""

from __future__ import annotations

from certification.documents.drawing import page, pdf
from certification.documents.transcript_tables import employed, tables
from certification.documents.typography import bound, composed, short_day
from certification.transcripts import words
from certification.transcripts.told import Transcript

__all__ = ["draw"]


def draw(transcript: Transcript) -> bytes:
    """The paper as PDF; the same bytes for the same values."""
    name, as_of = composed(transcript.name), short_day(transcript.as_of)
    html = page("transcript.html").render(
        issuer=words.ISSUER.upper(),
        heading=words.HEADING,
        as_of=as_of,
        name=name,
        number=composed(transcript.number),
        employments=[bound(one) for one in employed(transcript)],
        purpose=bound(transcript.basis.purpose),
        recipient=bound(transcript.basis.recipient),
        ground=bound(words.said_of(transcript.basis)),
        tables=[
            {
                "title": one.title,
                "columns": one.columns,
                "rows": [[bound(cell) for cell in row] for row in one.rows],
                "note": one.note,
            }
            for one in tables(transcript)
        ],
        levels=words.LEVELS_EXPLAINED,
        mark=words.OWN_FORM,
        foot=_quoted(f"{name}, số liệu đến hết ngày {as_of}"),
    )
    return pdf(html)


def _quoted(text: str) -> str:
    """Text within quotation marks of CSS, without what would end them."""
    return "".join(one for one in text if one not in '"\\\n<>')
