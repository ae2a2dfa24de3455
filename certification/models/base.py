"""What all tables of this half hang on."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase

from lrs.db import NAMING

__all__ = ["Base"]


class Base(DeclarativeBase):
    metadata = sa.MetaData(naming_convention=NAMING)
