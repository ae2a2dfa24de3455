"""Writes docs/walks/ anew, pictures and all: `make walks`."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import migrations
from lrs.db import Database
from tests.browser.serving import served
from tests.browser.walks import FOLDER, index, take, text
from tests.browser.walks.everybody import WALKS
from tests.chromium import launched


def main() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as name, launched() as chromium:
        path = Path(name) / "walks.sqlite3"
        database = Database(f"sqlite:///{path}")
        migrations.upgrade(database)
        database.close()
        with served(path) as address:
            for walk in WALKS:
                if complaints := take(walk, chromium, address, FOLDER):
                    raise SystemExit("\n".join(complaints))
                (FOLDER / f"{walk.name}.md").write_text(text(walk), encoding="utf-8")
                print(walk.name)
    (FOLDER / "README.md").write_text(index(WALKS), encoding="utf-8")


if __name__ == "__main__":
    main()
