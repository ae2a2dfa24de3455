"""Beside each worker's name what lists go by and what it is found by, so that lists of any length come by an index."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

WORKERS = "certification_worker"
INDEX = f"ix_{WORKERS}_tenant_id_name_order_id"
AT_ONCE = 5_000

TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
LETTERS = {"\u0306": "1", "\u0302": "2", "\u031b": "3"}


def upgrade() -> None:
    op.add_column(WORKERS, sa.Column("name_order", sa.LargeBinary(), nullable=False, server_default=sa.text("''")))
    op.add_column(WORKERS, sa.Column("name_sought", sa.String(), nullable=False, server_default=""))
    connection = op.get_bind()
    people = sa.table(
        WORKERS,
        sa.column("id", sa.Uuid()),
        sa.column("full_name", sa.String()),
        sa.column("name_order", sa.LargeBinary()),
        sa.column("name_sought", sa.String()),
    )
    change = (
        sa.update(people)
        .where(people.c.id == sa.bindparam("of_id"))
        .values(name_order=sa.bindparam("in_order"), name_sought=sa.bindparam("as_sought"))
    )
    for some in _in_parts(connection.execute(sa.select(people.c.id, people.c.full_name)).all()):
        told = [{"of_id": id, "in_order": _order(name), "as_sought": _sought(name)} for id, name in some]
        connection.execute(change, told)
    op.create_index(op.f(INDEX), WORKERS, ["tenant_id", "name_order", "id"])


def downgrade() -> None:
    op.drop_index(op.f(INDEX), WORKERS)
    op.drop_column(WORKERS, "name_sought")
    op.drop_column(WORKERS, "name_order")


def _in_parts(rows: Any) -> Iterator[Any]:
    for first in range(0, len(rows), AT_ONCE):
        yield rows[first : first + AT_ONCE]


def _sought(full_name: str) -> str:
    parted = unicodedata.normalize("NFD", unicodedata.normalize("NFC", full_name).lower())
    plain = "".join(one for one in parted if not unicodedata.combining(one)).replace("đ", "d")
    return " " + " ".join(plain.split())


def _order(full_name: str) -> bytes:
    words = unicodedata.normalize("NFC", full_name).lower().split()
    letters: list[str] = []
    tones: list[str] = []
    for word in (*words[-1:], *words[:-1]):
        for letter in unicodedata.normalize("NFD", word):
            if letter in TONES:
                tones[-1:] = [TONES[letter]]
            elif letter in LETTERS:
                letters[-1:] = [letters[-1][:1] + LETTERS[letter]] if letters else []
            elif not unicodedata.combining(letter):
                letters.append("d4" if letter == "đ" else f"{letter}0")
                tones.append("0")
        letters.append("  ")
        tones.append("0")
    return f"{''.join(letters).strip()}\0{''.join(tones)}".encode()
